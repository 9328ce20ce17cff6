// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Simulation
import Store
import Synchronization

/// A provider whose every operation answers with what it was asked.
struct Probe: ResourceProvider {
    static let namespace = "Contoso.Probe"
    static let resourceTypes: [ResourceType<Probe>] = []
    private static let proof = Proof.none(because: "a test's own")
    static let routes: [(String, Route)] = [
        ("literal", .get("/things/special")), ("parameter", .get("/things/{name}")),
        ("rest", .get("/things/{path*}")), ("put", .put("/things/{name}")),
        ("copy", .put("/things/{name}", header: "x-ms-copy-source")),
        ("block", .put("/things/{name}", query: ["comp": "block"])),
        ("blockCopy", .put("/things/{name}", query: ["comp": "block"], header: "x-ms-copy-source")),
        ("presence", .get("/things/{name}", query: ["versionid": ""])),
        ("nested", .get("/things/{name}/parts/{part}")), ("deep", .get("/files/{box}/{file*}")),
        ("locks", .get("{scope*}/providers/Contoso.Probe/locks/{name}")),
        ("list", .get("/subscriptions/{subscription}/resourceGroups/{group}/providers/Contoso.Probe/widgets")),
        (
            "widget",
            .get("/subscriptions/{subscription}/resourceGroups/{group}/providers/Contoso.Probe/widgets/{widget}")
        ),
        (
            "action",
            .post(
                "/subscriptions/{subscription}/resourceGroups/{group}/providers/Contoso.Probe/widgets/{widget}/listKeys"
            )
        ),
        ("group", .get("/subscriptions/{subscription}/resourceGroups/{group}")),
        ("groups", .get("/subscriptions/{subscription}/resourceGroups")),
        ("tenants", .get("/tenants")), ("blocks", .post("/shelves/{name}", query: ["comp": "blocks"])),
        ("shelf", .post("/shelves/{name}", query: ["restype": "service", "comp": "properties"])),
    ]
    static var operations: [Operation<Probe>] {
        routes.map { name, route in .reads(name, .management, route, .anyone, proof: proof, echo) } + [
            .writes("notes.put", .management, .put("/notes/{name}"), .anyone, proof: proof, keep),
            .writes("notes.look", .management, .post("/notes/{name}"), .anyone, proof: proof, look),
        ]
    }

    func echo(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        .json(200, ["parameters": JSON(call.parameters), "resource": JSON(call.resource?.text)])
    }
    func keep(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await scope.put(KeptNote(text: call["name"]), at: Key("note", call["name"]))
        return Reply(201)
    }
    /// A change that changes nothing.
    func look(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply { Reply(200) }
}

/// A text that is kept.
struct KeptNote: Stored, Codable, Hashable {
    var text: String
}

/// A clock that stands until it is moved.
final class StillClock: WallClock {
    private let time = Mutex(SimClock.epoch)
    var now: Timestamp { time.withLock { $0 } }
    func sleep(for duration: Duration) async throws { pass(duration) }
    func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// A founded region over memory engines, whose only provider is `Probe`.
struct ProbedRegion {
    let region: TestRegion
    let clock = StillClock()
    let world: World
    let journal: Journal
    let dispatcher: Dispatcher
    static let plan = HostPlan(domain: "lazuli.localhost", port: 8443)
    static let note = ChangeNote(actor: "test", action: "Contoso.Probe/notes/write", operation: "notes.put")

    init(
        store: (@Sendable (TestRegion) -> any StoreEngine)? = nil,
        limits: RequestLimits = RequestLimits(perSecond: 1_000_000, burst: 1_000_000)
    ) async throws {
        region = try TestRegion()
        world = World(clock: clock, entropy: SimEntropy(seed: 1))
        journal = try await region.open(world, store: store?(region))
        try await journal.found(TestRegion.tenant, [])
        var catalogue = Catalogue()
        catalogue.add(Probe())
        dispatcher = Dispatcher(
            hostPlan: Self.plan,
            journal: journal,
            catalogue: catalogue,
            authorizer: Authorizer(),
            doorkeepers: [:],
            sagas: SagaWorker(journal, []),
            limits: limits
        )
    }
    static func request(
        _ method: HTTPRequest.Method,
        _ path: String,
        query: String = "",
        headers: HTTPFields = [:],
        host: String = plan.primary.management
    ) -> Request {
        Request(
            method: method,
            host: host,
            path: path,
            query: Query(query),
            headers: headers,
            id: TestRegion.tenant.raw,
            received: SimClock.epoch
        )
    }
    func send(_ method: HTTPRequest.Method, _ path: String) async -> Answer {
        await dispatcher.respond(to: Self.request(method, path))
    }
    /// Keeps a note of a tenant's.
    @discardableResult
    func keep(
        _ text: String,
        of tenant: TenantID = TestRegion.tenant,
        in domain: Domain = .tenant
    ) async throws -> EntryID? {
        try await journal.change(Self.note, Probe.namespace, tenant) { scope async throws(ServiceError) in
            try await scope.put(KeptNote(text: text), in: domain, at: Key("note", text))
        }.entry
    }
    func notes(of tenant: TenantID = TestRegion.tenant, in domain: Domain = .tenant) async throws -> [String] {
        let scope = try await journal.reader(Probe.namespace, tenant)
        return try await scope.list(KeptNote.self, in: domain, under: Key("note"), limit: 10_000).map(\.value.text)
    }
    /// Gives everything committed its number.
    func sequence() async throws { while try await journal.sequencer.sequence() {} }
}
