// swift-tools-version:6.2
// The house of Lazuli, from the ground up. See ARCHITECTURE.md.
import Foundation
import PackageDescription

/// One target of the house: its folder, the lower targets it stands on, and the outside library it wraps.
struct Row {
    var name: String
    var path: String
    var below: [String]
    var outside: [Target.Dependency] = []
}

let crypto = Target.Dependency.product(name: "Crypto", package: "swift-crypto")
let cryptoExtras = Target.Dependency.product(name: "CryptoExtras", package: "swift-crypto")
let x509 = Target.Dependency.product(name: "X509", package: "swift-certificates")
let asn1 = Target.Dependency.product(name: "SwiftASN1", package: "swift-asn1")
let jwt = Target.Dependency.product(name: "JWTKit", package: "jwt-kit")
let httpTypes = Target.Dependency.product(name: "HTTPTypes", package: "swift-http-types")
let logging = Target.Dependency.product(name: "Logging", package: "swift-log")
let metrics = Target.Dependency.product(name: "CoreMetrics", package: "swift-metrics")
let arguments = Target.Dependency.product(name: "ArgumentParser", package: "swift-argument-parser")
let hummingbird: [Target.Dependency] = [
    .product(name: "Hummingbird", package: "hummingbird"),
    .product(name: "HummingbirdCore", package: "hummingbird"),
    .product(name: "HummingbirdTLS", package: "hummingbird"),
    .product(name: "HummingbirdHTTP2", package: "hummingbird"),
    .product(name: "NIOCore", package: "swift-nio"),
    .product(name: "NIOPosix", package: "swift-nio"),
    .product(name: "NIOHTTP1", package: "swift-nio"),
    .product(name: "NIOSSL", package: "swift-nio-ssl"),
    .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
    .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
    httpTypes, logging,
]

let proof = ["Base", "Merkle", "Cryptography", "Tokens", "Markup"]
let contracts = ["Store", "Bytes", "Ledger", "Custody"]
let kernelFloor = proof + contracts + ["Kernel"]
let engines = ["StoreMemory", "StoreRocksDB", "BytesMemory", "BytesDisk", "TilesMemory", "TilesDisk", "KeysSoftware"]
/// The engines a simulated region stands on.
let memory = ["StoreMemory", "BytesMemory", "TilesMemory", "KeysSoftware"]
let providers = ["Identity", "Resources", "Storage"]

/// The floors.
///
/// A target may look only down: `lay` refuses an edge that goes up or sideways.
let floors: [[Row]] = [
    [Row(name: "Base", path: "Base", below: [])],
    [
        Row(name: "Merkle", path: "Proof/Merkle", below: ["Base"], outside: [crypto]),
        Row(
            name: "Cryptography",
            path: "Proof/Cryptography",
            below: ["Base"],
            outside: [crypto, cryptoExtras, x509, asn1]
        ),
        Row(name: "Tokens", path: "Proof/Tokens", below: ["Base"], outside: [jwt, cryptoExtras]),
        Row(name: "Markup", path: "Proof/Markup", below: ["Base"]),
        Row(name: "Meters", path: "Measures/Meters", below: ["Base"], outside: [metrics]),
    ],
    [
        Row(name: "Store", path: "Contracts/Store", below: ["Base"]),
        Row(name: "Bytes", path: "Contracts/Bytes", below: ["Base", "Cryptography"]),
        Row(name: "Ledger", path: "Contracts/Ledger", below: ["Base", "Merkle", "Cryptography"]),
        Row(name: "Custody", path: "Contracts/Custody", below: ["Base", "Cryptography"]),
    ],
    [
        Row(name: "StoreMemory", path: "Engines/StoreMemory", below: ["Base", "Store"]),
        Row(name: "StoreRocksDB", path: "Engines/StoreRocksDB", below: ["Base", "Store"], outside: ["CRocksDB"]),
        Row(name: "BytesMemory", path: "Engines/BytesMemory", below: ["Base", "Bytes"]),
        Row(name: "BytesDisk", path: "Engines/BytesDisk", below: ["Base", "Bytes"], outside: ["CXXHash"]),
        Row(name: "TilesMemory", path: "Engines/TilesMemory", below: ["Base", "Ledger"]),
        Row(name: "TilesDisk", path: "Engines/TilesDisk", below: ["Base", "Ledger"]),
        Row(name: "KeysSoftware", path: "Engines/KeysSoftware", below: ["Base", "Cryptography", "Custody"]),
    ],
    [Row(name: "Kernel", path: "Kernel", below: proof + contracts, outside: [httpTypes, logging])],
    providers.map {
        let outside = $0 == "Storage" ? [httpTypes, "CFolding"] : [httpTypes]
        return Row(name: $0, path: "Providers/\($0)", below: kernelFloor, outside: outside)
    },
    [Row(name: "Gateway", path: "Gateway", below: kernelFloor + ["Meters"], outside: hummingbird)],
    [
        Row(
            name: "Assembly",
            path: "Assembly/Assembly",
            below: kernelFloor + engines + providers + ["Meters", "Gateway"],
            outside: [.product(name: "ServiceLifecycle", package: "swift-service-lifecycle"), logging]
        )
    ],
]

/// Test support may look at every floor; the product never looks at it.
let support: [Row] = [
    Row(
        name: "Simulation",
        path: "Support/Simulation",
        below: kernelFloor + ["StoreMemory", "BytesMemory", "TilesMemory", "KeysSoftware"]
    ),
    Row(name: "Suites", path: "Support/Suites", below: ["Base", "Store", "Bytes"]),
    Row(name: "Clients", path: "Support/Clients", below: ["Base"]),
]
let everything = kernelFloor + engines + providers + ["Gateway", "Assembly"]

let house: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("ImmutableWeakCaptures"),
    // A call stays where its caller runs: a request would else look for its executor at every call it makes.
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .treatAllWarnings(as: .error),
    .strictMemorySafety(),
]

var heightOf: [String: Int] = [:]
@MainActor func lay(_ row: Row, at height: Int) -> Target {
    for name in row.below {
        guard let under = heightOf[name], under < height else {
            fatalError("\(row.name) may not depend on \(name): a target looks only down")
        }
    }
    heightOf[row.name] = height
    return .target(
        name: row.name,
        dependencies: row.below.map { .byName(name: $0) } + row.outside,
        path: "Sources/\(row.path)",
        swiftSettings: house
    )
}

/// A release brings Swift's runtime and Foundation with it: calls into them then need no table, and counting references,
/// which is most of them, costs a fifth less of a request.
///
/// Linked by lld, which takes archives in any order; those that only the static Foundation stands on are named.
let staticRuntime = LinkerSetting.unsafeFlags(
    [
        "-static-stdlib", "-use-ld=lld", "-l_CFXMLInterface", "-lCoreFoundation", "-l_FoundationICU",
        "-l_FoundationCShims", "-l_FoundationCollections", "-lBlocksRuntime", "-lxml2",
    ],
    .when(platforms: [.linux], configuration: .release)
)

@MainActor func executable(_ name: String, _ path: String, _ below: [String], _ outside: [Target.Dependency]) -> Target
{
    .executableTarget(
        name: name,
        dependencies: below.map { .byName(name: $0) } + outside,
        path: "Sources/Assembly/\(path)",
        swiftSettings: house,
        linkerSettings: [staticRuntime]
    )
}

@MainActor func tests(_ name: String, _ below: [String], _ outside: [Target.Dependency] = [], exclude: [String] = [])
    -> Target
{
    .testTarget(
        name: name,
        dependencies: below.map { .byName(name: $0) } + outside,
        path: "Tests/\(name)",
        exclude: exclude,
        swiftSettings: house
    )
}

var targets: [Target] = [
    .systemLibrary(
        name: "CRocksDB",
        path: "Sources/Engines/CRocksDB",
        pkgConfig: "rocksdb",
        providers: [.apt(["librocksdb-dev"])]
    ),
    .systemLibrary(
        name: "CXXHash",
        path: "Sources/Engines/CXXHash",
        pkgConfig: "libxxhash",
        providers: [.apt(["libxxhash-dev"])]
    ),
    .target(name: "CFolding", path: "Sources/Proof/CFolding"),
]
for (height, floor) in floors.enumerated() { targets += floor.map { lay($0, at: height) } }
targets += support.map { lay($0, at: floors.count) }
targets += [
    executable("lazuli", "lazuli", everything, [arguments, logging]),
    executable("lazuli-verify", "lazuli-verify", kernelFloor + engines, [arguments]),
    executable("lazuli-bench", "lazuli-bench", kernelFloor + engines + ["Assembly"], [arguments]),
    tests("BaseTests", ["Base", "Markup"]),
    tests("ProofTests", ["Base", "Merkle", "Cryptography", "Tokens"], [crypto]),
    tests("ContractsTests", ["Base", "Store", "Ledger", "Custody", "Merkle", "Cryptography"]),
    tests(
        "EnginesTests",
        [
            "Base", "Store", "Bytes", "StoreMemory", "StoreRocksDB", "BytesMemory", "BytesDisk", "Ledger", "TilesDisk",
            "TilesMemory", "Suites",
        ]
    ),
    tests("KernelTests", kernelFloor + memory + ["Simulation"], [httpTypes]),
    tests("IdentityTests", kernelFloor + memory + ["Identity", "Simulation"], [httpTypes]),
    tests("ResourcesTests", kernelFloor + memory + ["Resources", "Simulation"], [httpTypes]),
    tests("StorageTests", kernelFloor + memory + ["Storage", "Simulation"], [httpTypes]),
    tests(
        "GatewayTests",
        ["Gateway"],
        [
            httpTypes, .product(name: "NIOCore", package: "swift-nio"),
            .product(name: "NIOEmbedded", package: "swift-nio"),
            .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
        ]
    ),
    tests("HouseTests", everything + ["Meters", "Simulation", "Clients"], [logging]),
    tests(
        "WorldTests",
        kernelFloor + memory + providers + ["Simulation", "Clients"],
        [httpTypes],
        exclude: ["python"]
    ),
    tests("CrashTests", ["Base", "Clients"], exclude: ["python", "machine"]),
    tests("ClientTests", ["Base", "Clients"], exclude: ["python", "requirements.txt", "requirements-az.txt"]),
]

// `ONLY=EnginesTests,Identity swift build` keeps these targets and what they stand on: a faster daily round.
if let only = ProcessInfo.processInfo.environment["ONLY"], !only.isEmpty {
    var kept: Set<String> = []
    @MainActor func keep(_ name: String) {
        guard kept.insert(name).inserted, let target = targets.first(where: { $0.name == name }) else { return }
        for dependency in target.dependencies {
            if case .byNameItem(let below, _) = dependency { keep(below) }
        }
    }
    for name in only.split(separator: ",") { keep(String(name)) }
    targets.removeAll { !kept.contains($0.name) }
}

let package = Package(
    name: "lazuli",
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-asn1", from: "1.7.4"),
        .package(url: "https://github.com/apple/swift-certificates", from: "1.21.1"),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/apple/swift-nio-ssl", from: "2.37.6"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1", traits: []),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.1"),
    ],
    targets: targets,
    swiftLanguageModes: [.v6]
)
