// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import Cryptography
import Custody
import FoundationEssentials
import HTTPTypes
import Kernel
import Resources
import Simulation
import Store
import StoreMemory
import TilesMemory

/// This provider behind the real dispatcher, on memory engines, with one tenant, its owner and a stranger of that tenant.
///
/// Callers name themselves by their id as bearer token: sign-in is the identity provider's matter.
struct RegionUnderTest {
    let dispatcher: Dispatcher
    let subscription: Subscription
    static let owner = PrincipalID(Fixture.id)
    static let stranger = PrincipalID(Fixture.otherID)
    static let crew = PrincipalID(Fixture.reader)

    /// The subscription's path.
    var root: String { ResourceID.subscription(subscription.id).text }
    func group(_ name: String) -> String { ResourceID.group(subscription.id, name).text }
    func widget(_ name: String, in group: String) -> String {
        self.group(group) + "/providers/Contoso.Widgets/widgets/\(name)"
    }

    static func start() async throws -> RegionUnderTest {
        let world = World(clock: StillClock(), entropy: SimEntropy(seed: 1))
        let engine = MemoryStore()
        let signing = try SigningKey(seed: Secret([UInt8](repeating: 3, count: 32)))
        let signer = LedgerSigner(origin: "test/ledger", signing: signing)
        let sequencer = Sequencer(store: engine, tiles: MemoryTiles(), signer: signer, world: world)
        let journal = try await Journal(
            store: Store(engine, world: world),
            keyRing: KeyRing(KnownRoot()),
            bytes: MemoryBytes(),
            world: world,
            sequencer: sequencer
        )
        let authorizer = Authorizer()
        var widgets = Catalogue()
        widgets.add(Widgets())
        let provider = ResourcesProvider(
            hostPlan: Fixture.plan,
            catalogue: [ProviderRow(namespace: Widgets.namespace, types: [("widgets", ["2026-01-01"])])],
            access: authorizer,
            directory: OneDirectory(),
            remover: CatalogueRemover(widgets),
            activity: LedgerActivity(journal)
        )
        let start = ChangeNote(actor: "test", action: "start", operation: "start")
        let subscription = try await journal.change(start, ResourcesProvider.namespace, KeyRing.regionTenant) {
            scope async throws(ServiceError) in
            try await scope.createTenantKeys(KeyRing.regionTenant)
            try await scope.createTenantKeys(Fixture.tenant)
            return try await provider.bootstrap(
                subscription: "Test",
                tenant: Fixture.tenant,
                administrators: [(owner, "User")],
                scope
            )
        }.result
        var catalogue = widgets
        catalogue.add(provider)
        let dispatcher = Dispatcher(
            hostPlan: Fixture.plan,
            journal: journal,
            catalogue: catalogue,
            authorizer: authorizer,
            doorkeepers: [.management: NamedCallers()],
            sagas: SagaWorker(journal, provider.sagas),
            limits: RequestLimits(perSecond: 1_000_000, burst: 1_000_000)
        )
        return RegionUnderTest(dispatcher: dispatcher, subscription: subscription)
    }

    /// One exchange: status, body (null when empty) and the error's code.
    struct Exchange {
        let status: Int
        let body: JSON
        let code: String?
        var message: String?
        let headers: HTTPFields
        /// The members of a list, by one member's name.
        func all(_ member: String) -> [String] { body["value"]?.array?.compactMap { $0[member]?.string } ?? [] }
    }

    /// Sends a request; the api-version is added to paths without a query of their own.
    func send(
        _ method: HTTPRequest.Method,
        _ target: String,
        _ body: JSON? = nil,
        as caller: PrincipalID? = Self.owner
    ) async throws -> Exchange {
        let halves = target.split(separator: "?", maxSplits: 1).map(String.init)
        let query = halves.count > 1 ? halves[1] : ""
        var headers: HTTPFields = [:]
        if let caller { headers[.authorization] = "Bearer \(caller.text)" }
        let request = Request(
            method: method,
            host: "management.lazuli.localhost",
            port: 8443,
            path: halves[0],
            query: Query(query.contains("api-version") ? query : query + "&api-version=2024-11-01"),
            headers: headers,
            body: body.map { .bytes($0.bytes) } ?? .empty,
            id: Fixture.id,
            received: Fixture.now
        )
        let answer = await dispatcher.respond(to: request)
        var json = JSON.null
        if case .bytes(let bytes) = answer.reply.content { json = try JSON(parsing: bytes) }
        return Exchange(
            status: answer.reply.status,
            body: json,
            code: answer.error?.code,
            message: answer.error?.message,
            headers: answer.reply.headers
        )
    }
    /// Follows `nextLink` to the end and joins the pages' members.
    func walk(_ target: String, _ member: String, as caller: PrincipalID? = Self.owner) async throws -> [[String]] {
        var pages: [[String]] = []
        var next: String? = target
        while let link = next, pages.count < 100 {
            let page = try await send(.get, link, as: caller)
            pages.append(page.all(member))
            next = page.body["nextLink"]?.string.map { String($0.dropFirst(Self.address.count)) }
        }
        return pages
    }
    static let address = "https://management.lazuli.localhost:8443"

    /// Makes groups and widgets by name.
    func make(groups: [String] = [], widgets: [String] = [], in group: String = "") async throws {
        for name in groups { _ = try await send(.put, self.group(name), ["location": "francecentral"]) }
        for name in widgets { _ = try await send(.put, widget(name, in: group), ["location": "francecentral"]) }
    }
}

/// Time stands still: what a test orders, it orders by its requests.
struct StillClock: WallClock {
    var now: Timestamp { Fixture.now }
    func sleep(for duration: Duration) async throws { throw CancellationError() }
}

/// A root key that every test knows.
struct KnownRoot: RootKey {
    private let key = Secret([UInt8](repeating: 7, count: 32))
    func wrap(_ inner: Secret) async throws(CustodyError) -> [UInt8] {
        do { return try KeyWrap.wrap(inner, under: key) } catch { throw .unavailable("\(error)") }
    }
    func unwrap(_ wrapped: [UInt8]) async throws(CustodyError) -> Secret {
        do { return try KeyWrap.unwrap(wrapped, under: key) } catch { throw .wrongKey("\(error)") }
    }
    func derive(purpose: String) async throws(CustodyError) -> Secret { Secret([UInt8](repeating: 9, count: 32)) }
}

/// Takes the bearer token for the caller's id.
struct NamedCallers: Doorkeeper {
    func admit(
        _ request: Request,
        label: String?,
        access: Access,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Admission {
        guard let id = request.header("authorization").flatMap({ PrincipalID(text: $0.dropFirst("Bearer ".count)) })
        else {
            guard access == .anyone else { throw ServiceError(401, "AuthenticationFailed", "Sign in.") }
            return Admission(tenant: Fixture.tenant, caller: .anonymous)
        }
        let principal = Principal(
            id: id,
            tenant: Fixture.tenant,
            application: nil,
            userPrincipalName: nil,
            audience: ""
        )
        return Admission(tenant: Fixture.tenant, caller: .principal(principal))
    }
}

/// A directory that knows the owner, the stranger and a group.
struct OneDirectory: PrincipalDirectory {
    static let namespace = "Test.Directory"
    func type(of principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> String? {
        if principal == RegionUnderTest.crew { return "Group" }
        return [RegionUnderTest.owner, RegionUnderTest.stranger].contains(principal) ? "User" : nil
    }
    func mayAct(_ principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> Bool {
        [RegionUnderTest.owner, RegionUnderTest.stranger].contains(principal)
    }
    func userName(of principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> String? {
        principal == RegionUnderTest.owner ? "owner@test.example" : nil
    }
    func profile(_ scope: some Scope) async throws(ServiceError) -> TenantProfile {
        TenantProfile(displayName: "Test", domains: ["test.example"])
    }
}

/// A provider with one type of resource, for lists and deletion.
struct Widgets: ResourceProvider {
    static let namespace = "Contoso.Widgets"
    static let operations: [Operation<Widgets>] = [
        .writes(
            "widgets.put",
            .management,
            .put("/subscriptions/{subscription}/resourceGroups/{group}/providers/Contoso.Widgets/widgets/{name}"),
            .control("Contoso.Widgets/widgets/write"),
            residency: .placed,
            proof: .none(because: "a test's own"),
            Widgets.put
        ),
        .reads(
            "widgets.listKeys",
            .management,
            .post(
                "/subscriptions/{subscription}/resourceGroups/{group}/providers/Contoso.Widgets/widgets/{name}/listKeys"
            ),
            .control("Contoso.Widgets/widgets/listKeys/action"),
            proof: .none(because: "a test's own"),
            { _ in { _, _ async throws(ServiceError) in .json(200, ["keys": []]) } }
        ),
    ]
    static let resourceTypes: [ResourceType<Widgets>] = [
        ResourceType("widgets", apiVersions: ["2026-01-01"]) { _ in
            { id, scope async throws(ServiceError) in try await scope.removeResource(id) }
        }
    ]
    func put(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        guard let subscription = SubscriptionID(text: call["subscription"]) else { return Reply(400) }
        let group = try await scope.existingGroup(subscription, call["group"])
        let id = ResourceID.resource(
            subscription,
            group: group.name,
            type: "Contoso.Widgets/widgets",
            name: call["name"]
        )
        try await scope.put(
            ResourceRecord(
                id: id,
                type: "Contoso.Widgets/widgets",
                location: "francecentral",
                tags: [:],
                kind: "Round",
                sku: nil,
                now: scope.now
            )
        )
        return Reply(201)
    }
}
