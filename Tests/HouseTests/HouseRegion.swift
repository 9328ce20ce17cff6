// SPDX-License-Identifier: Apache-2.0
import Assembly
import Base
import FoundationEssentials
import Identity
import Kernel
import Resources
import Simulation
import Store
import StoreMemory
import Synchronization
import Testing

/// The whole region as `Assembly` wires it, over memory engines: two tenants, in the first one a subscription with a
/// group, a storage account and a container.
struct HouseRegion: Sendable {
    /// Who sends a request.
    enum Sender: String, CaseIterable, Sendable {
        case nobody
        /// The first tenant's service principal, owner at its root.
        case owner
        /// A user of the first tenant without any role.
        case stranger
        /// Owner at the root of the second tenant.
        case foreigner
    }
    static let plan = HostPlan(domain: "lazuli.localhost", port: nil)
    static let account = "houseaccount"
    private static let secret = "0123456789abcdefghijABCDEFGHIJ_.01234567"
    private static let password = "Str4nger-of-the-house"
    private static let azureCLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"

    let region: TestRegion
    let world: World
    let journal: Journal
    let parts: Parts
    let tenant: TenantID
    let subscription: SubscriptionID
    private let operations: [String: BoundOperation]
    /// Bearer tokens by sender and surface.
    private let tokens: Tokens

    private final class Tokens: Sendable {
        let known = Mutex<[String: String]>([:])
    }

    static func open() async throws -> HouseRegion {
        let region = try TestRegion()
        let world = World(clock: StandingClock(), entropy: SystemEntropy())
        let journal = try await region.open(world)
        let blinding = try await region.blinding()
        let parts = Parts(plan: plan, journal: journal, root: blinding, limits: Configuration().limits)
        let (tenant, foreign) = (TestRegion.tenant, TenantID(world.entropy.uuid()))
        try await journal.found(tenant, [])
        let own = try await Self.people(of: tenant, "house.example", parts)
        let note = ChangeNote(actor: "test", action: "found", operation: "found")
        _ = try await journal.change(note, IdentityProvider.namespace, foreign) { scope async throws(ServiceError) in
            try await scope.createTenantKeys(foreign)
        }
        let other = try await Self.people(of: foreign, "foreign.example", parts)
        let operations = Dictionary(
            parts.catalogue.operations.map { ($0.name, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        let house = HouseRegion(
            region: region,
            world: world,
            journal: journal,
            parts: parts,
            tenant: tenant,
            subscription: own.subscription,
            operations: operations,
            tokens: Tokens()
        )
        try await house.signIn(.owner, client: own.client, tenant)
        try await house.signIn(.foreigner, client: other.client, foreign)
        try await house.furnish(owner: own.principal)
        return house
    }
    private static func people(
        of tenant: TenantID,
        _ domain: String,
        _ parts: Parts
    ) async throws -> (client: String, principal: PrincipalID, subscription: SubscriptionID) {
        let note = ChangeNote(actor: "test", action: "found", operation: "found")
        let made = try await parts.journal.change(note, IdentityProvider.namespace, tenant) {
            scope async throws(ServiceError) in
            try await parts.identity.bootstrap(
                tenantName: "House",
                domainName: domain,
                administratorPassword: Secret(text: "Adm1n-of-the-house"),
                clientSecret: Secret(text: secret),
                scope
            )
        }.result
        let subscription = try await parts.journal.change(note, ResourcesProvider.namespace, tenant) {
            scope async throws(ServiceError) in
            try await parts.resources.bootstrap(
                subscription: "House",
                tenant: tenant,
                administrators: [(made.servicePrincipalId, "ServicePrincipal")],
                scope
            )
        }.result
        return (made.clientId.uuidString.lowercased(), made.servicePrincipalId, subscription.id)
    }
    /// What the first tenant has, made by its owner's requests.
    private func furnish(owner: PrincipalID) async throws {
        try await must("groups.put", body: ["location": "francecentral"])
        let account: JSON = ["location": "francecentral", "kind": "StorageV2", "sku": ["name": "Standard_LRS"]]
        try await must("storageAccount.put", body: account)
        let role = "b7e6dc6d-f1e8-4753-8033-0f276bb0955b"
        let roles = "/subscriptions/\(subscription.text)/providers/Microsoft.Authorization"
        let assignment: JSON = [
            "properties": [
                "roleDefinitionId": .string("\(roles)/roleDefinitions/\(role)"), "principalId": .string(owner.text),
                "principalType": "ServicePrincipal",
            ]
        ]
        try await must(
            "roleAssignments.put",
            path: "\(roles)/roleAssignments/deadbeef-dead-4eef-9eef-deadbeefdead",
            body: assignment
        )
        try await must("container.create")
        let user: JSON = [
            "accountEnabled": true, "displayName": "Stranger", "mailNickname": "stranger",
            "userPrincipalName": "stranger@house.example",
            "passwordProfile": ["password": .string(Self.password), "forceChangePasswordNextSignIn": false],
        ]
        try await must("user.create", body: user)
        for (surface, resource) in Self.resources {
            let fields = [
                "grant_type": "password", "client_id": Self.azureCLI, "username": "stranger@house.example",
                "password": Self.password, "scope": "\(resource)/.default openid",
            ]
            try await token(.stranger, surface, fields, tenant)
        }
    }
    private func must(_ operation: String, path: String? = nil, body: JSON? = nil) async throws {
        let answer = try await send(operation, as: .owner, path: path, body: body?.bytes ?? [])
        try #require(answer.error == nil, "\(operation): \(answer.error.map { "\($0)" } ?? "")")
    }

    // MARK: Signing in

    private static let resources: [(Surface, String)] = [
        (.management, "https://management.\(plan.domain)/"), (.graph, "https://graph.\(plan.domain)/"),
        (.blob, "https://storage.azure.com/"), (.queue, "https://storage.azure.com/"),
        (.table, "https://storage.azure.com/"),
    ]
    private func signIn(_ sender: Sender, client: String, _ tenant: TenantID) async throws {
        for (surface, resource) in Self.resources {
            let fields = [
                "grant_type": "client_credentials", "client_id": client, "client_secret": Self.secret,
                "scope": "\(resource)/.default",
            ]
            try await token(sender, surface, fields, tenant)
        }
    }
    private func token(_ sender: Sender, _ surface: Surface, _ fields: [String: String], _ tenant: TenantID)
        async throws
    {
        let form = fields.map { "\($0.key)=\($0.value.percentEncoded())" }.joined(separator: "&")
        let path = "/\(tenant.text)/oauth2/v2.0/token"
        let answer = try await send("token.grant", as: .nobody, path: path, body: Array(form.utf8))
        guard case .bytes(let bytes) = answer.reply.content,
            let token = try JSON(parsing: bytes)["access_token"]?.string
        else {
            Issue.record("\(sender) cannot sign in to \(surface): \(answer.error.map { "\($0)" } ?? "")")
            return
        }
        tokens.known.withLock { $0["\(sender) \(surface)"] = token }
    }

    // MARK: Requests

    /// Sends the least request that means an operation: its own method, query and field, and its path with names of
    /// things that are there.
    func send(
        _ name: String,
        as sender: Sender,
        path: String? = nil,
        body: [UInt8] = [],
        fields: [String: String] = [:]
    ) async throws -> Answer {
        let operation = try #require(operations[name], "no operation is named \(name)")
        var head = Reply(200)
        for (name, value) in fields { head.set(name, value) }
        if let field = operation.route.header { head.set(field, "https://example.org/source") }
        if operation.surface.errorForm.isStorage { head.set("x-ms-version", "2023-11-03") }
        if let token = tokens.known.withLock({ $0["\(sender) \(operation.surface)"] }) {
            head.set("authorization", "Bearer \(token)")
        }
        var query = operation.route.query.map { "\($0.key)=\($0.value.isEmpty ? "x" : $0.value)" }
        if operation.surface == .management { query.append("api-version=2024-11-01") }
        return await parts.dispatcher.respond(
            to: Request(
                method: operation.route.method,
                host: Self.host(operation.surface),
                path: path ?? self.path(operation.route),
                query: Query(query.joined(separator: "&")),
                headers: head.headers,
                body: .bytes(body),
                id: world.entropy.uuid(),
                received: world.clock.now
            )
        )
    }
    private static func host(_ surface: Surface) -> String {
        switch surface {
        case .management: plan.primary.management
        case .login: plan.primary.login
        case .graph: plan.primary.graph
        case .portal: plan.primary.portal
        default: "\(account).\(surface.rawValue).\(plan.primary.storage)"
        }
    }
    private func path(_ route: Route) -> String {
        let names = [
            "{subscription}": subscription.text, "{group}": "house", "{account}": Self.account, "{container}": "box",
            "{filesystem}": "box",
            "{queue}": "line",
            "{tenant}": tenant.text, "{scope*}": "subscriptions/\(subscription.text)/resourceGroups/house",
            // What Azure has there: what it has not is not even unbuilt.
            "{rest*}": route.path.contains("{account}") ? "localUsers" : "deletedAccounts",
        ]
        let pieces = route.path.split(separator: "/").map(String.init)
        return "/" + pieces.map { $0.hasPrefix("{") ? names[$0] ?? "x" : $0 }.joined(separator: "/")
    }

    /// Grows with every commit.
    func version() async throws -> Version { try await region.store.snapshot().version }
}

/// Time stands still: what differs between two requests is not the time.
private struct StandingClock: WallClock {
    var now: Timestamp { SimClock.epoch }
    func sleep(for duration: Duration) async throws {}
}
