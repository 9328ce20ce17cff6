// SPDX-License-Identifier: Apache-2.0
import Testing

/// What a target may import: the manifest refuses edges that look up, and these tests refuse imports that do.
@Suite struct FloorTests {
    private static let floors: [[String]] = [
        ["Base"], ["Merkle", "Cryptography", "Tokens", "Markup", "Meters"], ["Store", "Bytes", "Ledger", "Custody"],
        ["StoreMemory", "StoreRocksDB", "BytesMemory", "BytesDisk", "TilesMemory", "TilesDisk", "KeysSoftware"],
        ["Kernel"], ["Identity", "Resources", "Storage"], ["Gateway"], ["Assembly"],
        ["lazuli", "lazuli-verify", "lazuli-bench"],
    ]
    private static let heights = Dictionary(
        uniqueKeysWithValues: floors.enumerated().flatMap { height, names in names.map { ($0, height) } }
    )
    /// The outside libraries, and the only targets that may know them.
    private static let outside: [String: Set<String>] = [
        "Crypto": ["Merkle", "Cryptography"], "CryptoExtras": ["Cryptography", "Tokens"], "X509": ["Cryptography"],
        "SwiftASN1": ["Cryptography"], "JWTKit": ["Tokens"], "CRocksDB": ["StoreRocksDB"], "CXXHash": ["BytesDisk"],
        "CFolding": ["Storage"],
        "HTTPTypes": ["Kernel", "Identity", "Resources", "Storage", "Gateway"],
        "Logging": ["Kernel", "Gateway", "Assembly", "lazuli", "lazuli-verify", "lazuli-bench"],
        "ServiceLifecycle": ["Gateway", "Assembly"], "UnixSignals": ["Assembly"],
        "CoreMetrics": ["Meters"],
        "ArgumentParser": ["lazuli", "lazuli-verify", "lazuli-bench"],
        "Dispatch": ["Gateway", "TilesDisk"],
        "Glibc": [
            "StoreRocksDB", "BytesDisk", "TilesDisk", "KeysSoftware", "Assembly", "lazuli", "lazuli-verify",
            "lazuli-bench",
        ],
    ]
    private static let everywhere: Set<String> = ["FoundationEssentials", "Synchronization"]

    @Test func `every target has a floor`() {
        let targets = Set(Repository.product.map(\.target))
        #expect(targets.subtracting(Self.heights.keys).isEmpty)
        #expect(targets.count > 15)
    }

    @Test func `a target looks only down`() {
        for file in Repository.product {
            guard let height = Self.heights[file.target] else { continue }
            for (line, module) in file.imports {
                guard let other = Self.heights[module] else { continue }
                #expect(other < height, "\(file.path):\(line) imports \(module): put a port on a lower floor instead")
            }
        }
    }

    @Test func `an outside library is known in its own targets only`() {
        for file in Repository.product {
            for (line, module) in file.imports where Self.heights[module] == nil && !Self.everywhere.contains(module) {
                if module == "Foundation" || module == "FoundationXML" { continue }
                let isServer = module.hasPrefix("Hummingbird") || module.hasPrefix("NIO")
                let allowed = isServer ? ["Gateway"] : Self.outside[module] ?? []
                #expect(
                    allowed.contains(file.target),
                    "\(file.path):\(line) imports \(module): only \(allowed.sorted()) may; use their façade"
                )
            }
        }
    }

    @Test func `Foundation is imported only where the file says why`() {
        for file in Repository.product {
            guard
                let line = file.imports.first(where: {
                    $0.module.hasPrefix("Foundation") && $0.module != "FoundationEssentials"
                })
            else { continue }
            let says = file.text.split(separator: "\n").contains { text in
                let text = text.drop { $0 == " " }
                return text.hasPrefix("//") && text.contains("Foundation")
            }
            #expect(says, "\(file.path):\(line.line): import FoundationEssentials, or say in a comment why not")
        }
    }

    @Test func `the product does not know the support of tests`() {
        for file in Repository.product {
            for (line, module) in file.imports {
                #expect(!["Simulation", "Suites", "Clients"].contains(module), "\(file.path):\(line)")
            }
        }
    }
}
