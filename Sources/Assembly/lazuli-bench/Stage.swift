// SPDX-License-Identifier: Apache-2.0
// Foundation: the files that both sides serve.
import Base
import Foundation

/// What every part of the run measures with: a region with a storage account, its peers, and the table.
final class Stage {
    let scratch: Scratch
    let subject: Subject
    let caller: Caller
    let seconds: Int
    /// Sizes of what grows, the smallest first.
    let sizes: [Int]
    let full: Bool
    let table: Table
    let rounds: Int
    private let token: String
    private let dataToken: String
    /// By account.
    private var signatures: [String: String] = [:]
    private var signature: String { signatures[Self.account] ?? "" }

    static let container = "bench"
    private static let account = "benchaccount"
    /// Accounts beside the first one, made when they are needed.
    static let versioned = "benchversioned"
    private static let second = "benchneighbour"
    /// One with a hierarchical namespace.
    static let lake = "benchlake"
    static let mebibyte = 1 << 20
    /// The files of both sides, by name and size.
    static let files = [
        ("small", 1_024), ("medium", mebibyte), ("object", 64 * mebibyte), ("large", 100 * mebibyte),
    ]

    init(_ scratch: Scratch, _ subject: Subject, seconds: Int, rounds: Int, sizes: [Int], full: Bool, _ table: Table)
        throws
    {
        (self.scratch, self.subject, self.table) = (scratch, subject, table)
        (self.seconds, self.rounds, self.sizes, self.full) = (seconds, rounds, sizes, full)
        caller = Caller(scratch: scratch)
        let granted = try caller.send(
            "POST",
            subject.tokenURL,
            ["Content-Type: application/x-www-form-urlencoded"],
            body: subject.tokenForm,
            expecting: [200]
        )
        token = granted.json["access_token"]?.string ?? ""
        let wanted = subject.tokenForm.replacing("scope=\(subject.management)", with: "scope=https://storage.azure.com")
        let data = try caller.send(
            "POST",
            subject.tokenURL,
            ["Content-Type: application/x-www-form-urlencoded"],
            body: wanted,
            expecting: [200]
        )
        dataToken = data.json["access_token"]?.string ?? ""
        try caller.send("PUT", group + Self.version, arm, body: Self.place, expecting: [201])
        try makeAccount(Self.account)
        try mayReadData()
    }

    private static let version = "?api-version=2024-03-01"
    private var arm: [String] { ["Authorization: Bearer \(token)", "Content-Type: application/json"] }
    private var group: String { "\(subject.subscription)/resourceGroups/bench" }
    private func address(of account: String) -> String {
        "\(group)/providers/Microsoft.Storage/storageAccounts/\(account)"
    }
    /// Makes a storage account with its container, once, and signs for all in it.
    private func makeAccount(_ name: String, isHierarchical: Bool = false) throws {
        guard signatures[name] == nil else { return }
        try caller.send(
            "PUT",
            address(of: name) + Self.version,
            arm,
            body: #"{"location":"francecentral","kind":"StorageV2","sku":{"name":"Standard_LRS"},"#
                + #""properties":{"isHnsEnabled":\#(isHierarchical)}}"#,
            expecting: [200, 202]
        )
        let wish =
            #"{"signedServices":"bqt","signedResourceTypes":"sco","signedPermission":"rwdlacup","#
            + #""signedExpiry":"2100-01-01T00:00:00Z"}"#
        let list = "\(address(of: name))/ListAccountSas\(Self.version)"
        let signed = try caller.send("POST", list, arm, body: wish, expecting: [200])
        let text = signed.json["accountSasToken"]?.string ?? ""
        signatures[name] = text.first == "?" ? String(text.dropFirst()) : text
        try makeContainer(Self.container, in: name)
    }
    /// Makes a container.
    func makeContainer(_ name: String, in account: String = Stage.account) throws {
        let signature = signatures[account] ?? ""
        let address = "\(subject.blobHost(account))/\(name)?restype=container&\(signature)"
        try caller.send("PUT", address, body: "", expecting: [201])
    }
    /// Gives the service principal the right to the data of all blobs (Storage Blob Data Contributor).
    private func mayReadData() throws {
        let (name, role) = ("5c1f2b1e-8a55-4c43-9d2b-2f3d1f0a7b11", "ba92f5b4-2d11-453d-a403-e96b0029c9fe")
        let authorization = "providers/Microsoft.Authorization"
        let body = """
            {"properties": {"roleDefinitionId": "/\(authorization)/roleDefinitions/\(role)",
            "principalId": "\(subject.principal)", "principalType": "ServicePrincipal"}}
            """
        try caller.send(
            "PUT",
            "\(group)/\(authorization)/roleAssignments/\(name)?api-version=2022-04-01",
            arm,
            body: body,
            expecting: [201]
        )
    }

    private func address(ofContainer name: String) -> String { "\(subject.blobHost(Self.account))/\(name)" }
    /// The address of a blob, signed; `{name}` may stand for its name.
    func blob(_ name: String, _ query: String = "", of container: String = Stage.container) -> String {
        "\(address(ofContainer: container))/\(name)?\(query.isEmpty ? "" : query + "&")\(signature)"
    }
    /// The same in another account, which shares no signature with the first.
    func blob(_ name: String, in account: String) -> String {
        "\(subject.blobHost(account))/\(Self.container)/\(name)?\(signatures[account] ?? "")"
    }
    /// The address of a blob without a signature.
    func unsigned(_ name: String) -> String { "\(address(ofContainer: Self.container))/\(name)" }
    /// What requests to blobs carry in the place of a signature.
    var bearerOfData: [String: String] { ["Authorization": "Bearer \(dataToken)", "x-ms-version": "2026-02-06"] }

    /// Makes the account whose containers hold directories.
    func makeLake() throws { try makeAccount(Self.lake, isHierarchical: true) }
    /// The address of a path there, signed.
    func lakePath(_ path: String) -> String {
        blob(path, in: Self.lake).replacing(".blob.", with: ".dfs.")
    }
    /// The address of a blob of another account.
    func neighbour(_ name: String) throws -> String {
        try makeAccount(Self.second)
        return blob(name, in: Self.second)
    }
    /// Makes the account whose blobs keep their versions.
    func keepVersions() throws -> Row {
        try makeAccount(Self.versioned)
        try caller.send(
            "PUT",
            "\(address(of: Self.versioned))/blobServices/default\(Self.version)",
            arm,
            body: #"{"properties":{"isVersioningEnabled":true}}"#,
            expecting: [200]
        )
        let begin = ContinuousClock.now
        try caller.send(
            "PUT",
            blob("first", in: Self.versioned),
            ["x-ms-blob-type: BlockBlob"],
            body: "x",
            expecting: [201]
        )
        return Row(name: "first PUT with versions", ours: (ContinuousClock.now - begin) / .milliseconds(1), unit: "ms")
    }

    /// The address of a queue, or of what is below it, signed.
    func queue(_ name: String, _ below: String) -> String {
        let host = subject.blobHost(Self.account).replacing(".blob.", with: ".queue.")
        return "\(host)/\(name)\(below)?\(signature)"
    }
    /// The address of a list of a container, signed.
    func list(_ query: String, of container: String = Stage.container) -> String {
        "\(address(ofContainer: container))?restype=container&comp=list&\(query)&\(signature)"
    }
    /// The address of something of the Table service, signed; `{name}` may stand for a part of it.
    func table(_ path: String, _ query: String = "") -> String {
        "\(subject.tableHost(Self.account))/\(path)?\(query.isEmpty ? "" : query + "&")\(signature)"
    }
    /// The address of a resource group.
    func group(_ name: String) -> String { "\(subject.subscription)/resourcegroups/\(name)?api-version=2021-04-01" }
    /// What every Resource Manager request carries.
    var bearer: [String: String] { ["Authorization": "Bearer \(token)", "Content-Type": "application/json"] }
    /// The least body of a resource group.
    static let place = #"{"location":"francecentral"}"#
    /// What every upload of a block blob carries.
    static let blockBlob = ["x-ms-blob-type": "BlockBlob"]

    /// Writes the files that both sides serve; gives their folder.
    func files() throws -> String {
        let folder = "\(scratch.path)/files"
        guard !FileManager.default.fileExists(atPath: folder) else { return folder }
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for (name, size) in Self.files {
            try scratch.run(
                "dd",
                [
                    "if=/dev/urandom", "of=\(folder)/\(name)", "bs=\(min(size, Self.mebibyte))",
                    "count=\(max(1, size / Self.mebibyte))", "status=none",
                ]
            )
        }
        return folder
    }

    /// Measures in turns, ours first; medians.
    func alternate(ours: () throws -> Double, peer: () throws -> Double = { 0 }) throws -> (ours: Double, peer: Double)
    {
        var (our, their): ([Double], [Double]) = ([], [])
        for _ in 0..<rounds {
            our.append(try ours())
            their.append(try peer())
        }
        return (Self.median(our), Self.median(their))
    }
    /// The value in the middle; 0 of none.
    static func median(_ values: [Double]) -> Double {
        values.isEmpty ? 0 : values.sorted()[values.count / 2]
    }
    /// Adds a row, or says why there is none.
    func row(_ name: String, _ measure: () throws -> Row) {
        do { table.add(try measure()) } catch {
            table.complain("\(name): \(error)\n--- the region's log\n\(subject.logTail)")
            do { try subject.revive() } catch { table.complain("\(error)") }
        }
    }
    /// Requests a second of a load.
    func rate(_ load: Load) throws -> Double { try load.run(scratch, seconds: seconds).requestsPerSecond }
}
