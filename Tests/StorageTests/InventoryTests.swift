// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Synchronization
import Testing

/// Inventory policies: what is read and refused, and the reports they write.
struct InventoryTests {
    private static let path = "/inventoryPolicies/default"

    private static func rule(
        _ name: String = "all",
        fields: JSON = ["Name", "Content-Length", "BlobType", "Tags", "Metadata"],
        filters: JSON? = ["blobTypes": ["blockBlob", "appendBlob"]],
        type: JSON = "Blob",
        schedule: JSON = "Daily",
        format: JSON = "Csv",
        destination: JSON = "reports"
    ) -> JSON {
        var definition: [String: JSON] = [
            "format": format, "schedule": schedule, "objectType": type, "schemaFields": fields,
        ]
        definition["filters"] = filters
        return [
            "name": .string(name), "enabled": true, "destination": destination, "definition": .object(definition),
        ]
    }
    private func put(_ client: StorageClient, _ rules: [JSON]) async throws -> StorageAnswer {
        let policy: JSON = ["enabled": true, "type": "Inventory", "rules": .array(rules)]
        return try await client.manage(.put, Self.path, ["properties": ["policy": policy]])
    }
    private func client(_ rules: JSON...) async throws -> StorageClient {
        let client = try await StorageClient.ready()
        #expect(try await client.send(.put, "/reports", "restype=container").status == 201)
        #expect(try await put(client, rules).status == 200)
        return client
    }
    /// What the container of reports holds, by name.
    private func reports(_ client: StorageClient) async throws -> [String] {
        let text = try await client.send(.get, "/reports", "restype=container&comp=list").text
        return text.split(separator: "<Name>").dropFirst().compactMap {
            $0.split(separator: "<").first.map(String.init)
        }
    }
    /// The lines of the first report of a rule.
    private func lines(_ client: StorageClient, _ rule: String) async throws -> [String] {
        let name = try #require(try await reports(client).first { $0.hasSuffix("/\(rule)/\(rule).csv") })
        return try await client.send(.get, "/reports/\(name)").text.split(separator: "\n").map(String.init)
    }

    @Test func `a policy is set, listed, shown and removed`() async throws {
        let client = try await client(Self.rule())
        let shown = try await client.manage(.get, Self.path)
        #expect(shown.status == 200 && shown.json["name"] == "DefaultInventoryPolicy")
        #expect(shown.json["properties"]?["policy"]?["rules"]?.array == [Self.rule()])
        #expect(try await client.manage(.get, "/inventoryPolicies").json["value"]?.array?.count == 1)
        #expect(try await client.manage(.get, "/inventoryPolicies/mine").code == "InvalidResourceName")
        #expect(try await client.manage(.delete, Self.path).status == 200)
        #expect(try await client.manage(.delete, Self.path).status == 204)
        #expect(try await client.manage(.get, Self.path).code == "BlobInventoryPolicyNotFound")
        #expect(try await client.manage(.get, "/inventoryPolicies").json["value"]?.array?.isEmpty == true)
    }

    @Test(
        arguments: [
            rule(fields: ["Content-Length"]), rule(fields: []), rule(fields: ["Name", "Weight"]),
            rule(fields: ["Name", "name"]),
            rule(fields: ["Name", "Owner"]), rule(filters: nil), rule(filters: [:]),
            rule(filters: ["blobTypes": ["x"]]),
            rule(filters: ["blobTypes": ["blockBlob"], "includeSnapshots": true]),
            rule(filters: ["blobTypes": ["blockBlob"], "includeBlobVersions": true]),
            rule(filters: ["blobTypes": ["blockBlob"], "includeDeleted": true]),
            rule(filters: ["blobTypes": ["blockBlob"], "creationTime": ["lastNDays": 0]]),
            rule(fields: ["Name"], filters: ["blobTypes": ["blockBlob"]], type: "Container"),
            rule(type: "Share"), rule(schedule: "Hourly"), rule(format: "Orc"), rule(destination: "No"), rule("a b"),
        ] as [JSON]
    )
    func `a rule that is not one is refused by the place of its fault`(_ rule: JSON) {
        let fault = #expect(throws: StorageFault.self) {
            try InventoryPolicy(["enabled": true, "type": "Inventory", "rules": [rule]])
        }
        #expect(fault?.status == 400 && fault?.code == "InvalidRequestPropertyValue")
    }

    @Test func `Parquet is not built, and a destination must be there`() async throws {
        let client = try await client(Self.rule())
        #expect(try await put(client, [Self.rule(format: "Parquet")]).status == 501)
        #expect(try await put(client, [Self.rule(destination: "nowhere")]).status == 400)
        #expect(try await put(client, [Self.rule(), Self.rule()]).status == 400)
        let feed: JSON = ["properties": ["changeFeed": ["enabled": true]]]
        #expect(try await client.manage(.put, "/blobServices/default", feed).status == 200)
        #expect(try await put(client, [Self.rule(destination: "$blobchangefeed")]).status == 400)
    }

    @Test func `a report lists what there is, with a manifest and its checksum`() async throws {
        let client = try await client(Self.rule())
        #expect(
            try await client.upload("/docs/a", [1, 2, 3], ["x-ms-tags": "k=v", "x-ms-meta-lang": "de"]).status == 201
        )
        #expect(try await client.upload("/docs/with,comma", [1]).status == 201)
        #expect(try await client.send(.put, "/docs/log", headers: ["x-ms-blob-type": "AppendBlob"]).status == 201)
        let page = ["x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "512"]
        #expect(try await client.send(.put, "/docs/page", headers: page).status == 201)
        try await client.region.runPolicies()
        #expect(
            try await lines(client, "all") == [
                "Name,Content-Length,BlobType,Tags,Metadata",
                "docs/a,3,BlockBlob,\"{\"\"k\"\":\"\"v\"\"}\",\"{\"\"lang\"\":\"\"de\"\"}\"",
                "docs/log,0,AppendBlob,,", "\"docs/with,comma\",1,BlockBlob,,",
            ]
        )
        let names = try await reports(client)
        let folder = "2026/01/01/00-00-00/all"
        #expect(names == ["\(folder)/all-manifest.checksum", "\(folder)/all-manifest.json", "\(folder)/all.csv"])
        let manifest = try await client.send(.get, "/reports/\(folder)/all-manifest.json").json
        #expect(manifest["status"] == "Succeeded" && manifest["summary"]?["objectCount"] == 3)
        #expect(manifest["summary"]?["totalObjectSize"] == 4 && manifest["ruleName"] == "all")
        let size = try await client.send(.head, "/reports/\(folder)/all.csv").length
        #expect(manifest["files"]?.array?.first?["size"]?.integer == size)
        let checksum = try await client.send(.get, "/reports/\(folder)/all-manifest.checksum").text
        #expect(checksum.utf8.count == 32)
    }

    @Test func `filters choose what a report lists`() async throws {
        let filters: JSON = [
            "blobTypes": ["blockBlob"], "prefixMatch": ["docs/a"], "excludePrefix": ["docs/ab"],
            "includeSnapshots": true,
            "includeDeleted": true,
        ]
        let fields: JSON = ["Name", "Snapshot", "Deleted", "RemainingRetentionDays"]
        let client = try await client(Self.rule("some", fields: fields, filters: filters))
        let retention: JSON = ["properties": ["deleteRetentionPolicy": ["enabled": true, "days": 7]]]
        #expect(try await client.manage(.put, "/blobServices/default", retention).status == 200)
        for path in ["/docs/a", "/docs/a1", "/docs/ab", "/docs/b"] {
            #expect(try await client.upload(path, [1]).status == 201)
        }
        let snapshot = try #require(try await client.send(.put, "/docs/a", "comp=snapshot")["x-ms-snapshot"])
        #expect(try await client.send(.delete, "/docs/a1").status == 202)
        try await client.region.runPolicies()
        #expect(
            try await lines(client, "some") == [
                "Name,Snapshot,Deleted,RemainingRetentionDays", "docs/a,,,", "docs/a,\(snapshot),,", "docs/a1,,true,7",
            ]
        )
    }

    @Test func `containers are listed too, those soft delete keeps among them`() async throws {
        let fields: JSON = ["Name", "HasLegalHold", "Deleted", "Version", "DeletedTime", "RemainingRetentionDays"]
        let client = try await client(
            Self.rule("homes", fields: fields, filters: ["includeDeleted": true], type: "Container")
        )
        let retention: JSON = ["properties": ["containerDeleteRetentionPolicy": ["enabled": true, "days": 7]]]
        #expect(try await client.manage(.put, "/blobServices/default", retention).status == 200)
        #expect(try await client.send(.put, "/gone", "restype=container").status == 201)
        #expect(try await client.send(.delete, "/gone", "restype=container").status == 202)
        try await client.region.runPolicies()
        let lines = try await lines(client, "homes")
        #expect(lines.count == 4 && lines[1] == "docs,false,,,," && lines[2] == "reports,false,,,,")
        #expect(lines[3].hasPrefix("gone,false,true,") && lines[3].hasSuffix(",7"))
    }

    @Test func `weekly rules wait for Sunday, daily ones run every day`() async throws {
        // The clock begins on a Thursday.
        let client = try await client(Self.rule("daily"), Self.rule("weekly", schedule: "Weekly"))
        for _ in 0..<4 {
            try await client.region.runPolicies()
            client.region.clock.pass(.seconds(24 * 3600))
        }
        let names = try await reports(client)
        #expect(names.count { $0.hasSuffix("/daily.csv") } == 4)
        #expect(names.filter { $0.hasSuffix("/weekly.csv") } == ["2026/01/04/00-00-00/weekly/weekly.csv"])
    }

    @Test func `a long report is written piece by piece, and one whose every step is tried twice is the same`()
        async throws
    {
        var reports: [[String]] = []
        for isFaltering in [false, true] {
            let region = try await StorageRegion(sagas: { isFaltering ? $0.map(FalteringSagas.around) : $0 })
            let client = try await StorageClient.ready(in: region)
            #expect(try await client.send(.put, "/reports", "restype=container").status == 201)
            let rule = Self.rule(fields: ["Name", "Metadata"])
            #expect(try await put(client, [rule]).status == 200)
            let text = String(repeating: "x", count: 8_000)
            for number in 0..<600 {
                let name = "/docs/\(1_000 + number)"
                #expect(try await client.upload(name, [1], ["x-ms-meta-long": text]).status == 201)
            }
            try await client.region.runPolicies()
            for _ in 0..<20 { try await client.settle() }
            reports.append(try await lines(client, "all"))
        }
        // More than the 4 MiB of one piece, so that a walk went on where a commit had left it.
        #expect(reports[0].reduce(0) { $0 + $1.utf8.count } > 4 << 20)
        #expect(reports[0].count == 601 && reports[0] == reports[1])
    }

    @Test func `a policy that is changed while a report is written ends it, and the new one makes its own`()
        async throws
    {
        let interruption = Interruption()
        let region = try await StorageRegion(sagas: { $0.map { WatchedSagas.around($0, interruption) } })
        let client = try await StorageClient.ready(in: region)
        #expect(try await client.send(.put, "/reports", "restype=container").status == 201)
        #expect(try await put(client, [Self.rule(fields: ["Name", "Metadata"])]).status == 200)
        let text = String(repeating: "x", count: 8_000)
        for number in 0..<600 {
            #expect(try await client.upload("/docs/\(number)", [1], ["x-ms-meta-long": text]).status == 201)
        }
        // While the second piece is taken in.
        interruption.set(at: 2) {
            region.clock.pass(.seconds(1))
            let answer = try await put(client, [Self.rule(fields: ["BlobType", "Name"])])
            #expect(answer.status == 200)
        }
        try await client.region.runPolicies()
        #expect(try await reports(client) == [])
        try await client.region.runPolicies()
        let lines = try await lines(client, "all")
        #expect(lines.count == 601 && lines.first == "BlobType,Name")
        #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("BlockBlob,docs/") })
    }

    @Test func `only who may manage the account sets its policy, and readers read it`() async throws {
        let client = try await client(Self.rule())
        let body: JSON = ["properties": ["policy": ["enabled": true, "type": "Inventory", "rules": [Self.rule()]]]]
        try await client.region.unassign("Owner")
        #expect(try await client.manage(.get, Self.path).status == 403)
        try await client.assign("Reader")
        #expect(try await client.manage(.get, Self.path).status == 200)
        #expect(try await client.manage(.get, "/inventoryPolicies").status == 200)
        #expect(try await client.manage(.put, Self.path, body).status == 403)
        #expect(try await client.manage(.delete, Self.path).status == 403)
    }

    @Test func `a container whose record does not open keeps no other out of a report, which tells of it`()
        async throws
    {
        let client = try await client(Self.rule(fields: ["Name"]))
        for name in ["docs", "spoiled", "zeta"] {
            if name != "docs" { #expect(try await client.send(.put, "/\(name)", "restype=container").status == 201) }
            #expect(try await client.upload("/\(name)/a", [1]).status == 201)
        }
        try await client.region.spoil(rowsNamed: "spoiled")
        try await client.region.runPolicies()
        #expect(try await lines(client, "all") == ["Name", "docs/a", "zeta/a"])
        let path = try #require(try await reports(client).first { $0.hasSuffix("manifest.json") })
        let manifest = try await client.send(.get, "/reports/\(path)").json
        #expect(manifest["status"] == "PartiallySucceeded")
    }

    @Test func `a rule whose destination went writes nothing and keeps nothing`() async throws {
        let client = try await client(Self.rule())
        #expect(try await client.send(.delete, "/reports", "restype=container").status == 202)
        try await client.settle()
        let before = try await client.storedKeys()
        try await client.region.runPolicies()
        #expect(try await client.storedKeys() == before)
    }
}

/// Takes in what a step keeps, and is refused before the commit, each second time: as a process that dies there.
private final class Faltering<Work: ReceivingSaga>: ReceivingSaga {
    static var kind: String { Work.kind }
    private let work: Work
    private let tries = Mutex(0)
    init(_ work: Work) { self.work = work }

    func receive(_ state: JSON, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        try await work.receive(state, scope, intake)
    }
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        let isRefused = tries.withLock { tries in
            tries += 1
            return tries % 2 == 1
        }
        guard !isRefused else { throw .unavailable("the process died here") }
        return try await work.step(state, scope)
    }
}
/// Makes sagas that bring bytes in falter.
private enum FalteringSagas {
    static func around(_ saga: any Saga) -> any Saga {
        guard let receiving = saga as? any ReceivingSaga else { return saga }
        return opened(receiving)
    }
    private static func opened<Work: ReceivingSaga>(_ work: Work) -> any Saga { Faltering(work) }
}

/// What a test does before a saga takes something in for the n-th time.
private final class Interruption: Sendable {
    private struct State {
        var seen = 0
        var at: Int?
        var work: (@Sendable () async throws -> Void)?
    }
    private let state = Mutex(State())

    func set(at number: Int, _ work: @escaping @Sendable () async throws -> Void) {
        state.withLock { $0 = State(at: number, work: work) }
    }
    func receives() async throws {
        let work = state.withLock { state in
            state.seen += 1
            return state.seen == state.at ? state.work : nil
        }
        try await work?()
    }
}
/// Lets a test in between what a saga takes in.
private final class Watched<Work: ReceivingSaga>: ReceivingSaga {
    static var kind: String { Work.kind }
    private let work: Work
    private let interruption: Interruption
    init(_ work: Work, _ interruption: Interruption) { (self.work, self.interruption) = (work, interruption) }

    func receive(_ state: JSON, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        try await work.receive(state, scope, intake)
        do { try await interruption.receives() } catch { throw .unavailable("\(error)") }
    }
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        try await work.step(state, scope)
    }
}
/// Makes the saga of inventories one that a test comes in between of.
private enum WatchedSagas {
    static func around(_ saga: any Saga, _ interruption: Interruption) -> any Saga {
        guard let receiving = saga as? any ReceivingSaga, type(of: saga).kind == "storage.inventory" else {
            return saga
        }
        return opened(receiving, interruption)
    }
    private static func opened<Work: ReceivingSaga>(_ work: Work, _ interruption: Interruption) -> any Saga {
        Watched(work, interruption)
    }
}
