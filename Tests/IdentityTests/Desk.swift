// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import Cryptography
import Custody
import FoundationEssentials
import HTTPTypes
import Identity
import Kernel
import Store
import StoreMemory
import Synchronization
import Testing
import TilesMemory

/// A clock that stands until it is moved.
final class StillClock: WallClock {
    private let time = Mutex(Timestamp(seconds: 1_800_000_000))
    var now: Timestamp { time.withLock { $0 } }
    func sleep(for duration: Duration) async throws { pass(duration) }
    func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// A root key that nobody keeps.
private struct TestRootKey: RootKey {
    let secret: Secret
    func wrap(_ key: Secret) async throws(CustodyError) -> [UInt8] {
        do { return try KeyWrap.wrap(key, under: secret) } catch { throw .wrongKey("\(error)") }
    }
    func unwrap(_ wrapped: [UInt8]) async throws(CustodyError) -> Secret {
        do { return try KeyWrap.unwrap(wrapped, under: secret) } catch { throw .wrongKey("\(error)") }
    }
    func derive(purpose: String) async throws(CustodyError) -> Secret {
        Secret(hmacSHA256(Array(purpose.utf8), key: secret))
    }
}

/// A token and when it was given.
private final class KeptToken: Sendable {
    let value = Mutex<(token: String, at: Timestamp)?>(nil)
}

/// Lets in whoever brings a bearer token for Graph.
private struct GraphDoor: Doorkeeper {
    let provider: IdentityProvider
    let journal: Journal
    let audience: String
    func admit(
        _ request: Request,
        label: String?,
        access: Access,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Admission {
        guard let header = request.headers[.authorization], header.hasPrefix("Bearer ") else {
            throw ServiceError(401, "InvalidAuthenticationToken", "A token is missing.")
        }
        let view = try await journal.reader(IdentityProvider.namespace, KeyRing.regionTenant)
        let principal = try await provider.principal(
            bearer: String(header.dropFirst("Bearer ".count)),
            audiences: [audience],
            view
        )
        return Admission(tenant: principal.tenant, caller: .principal(principal))
    }
}

/// One desk for all tests that neither move its clock nor mind what others leave on it: opening one takes a key and a
/// memory-hard hash.
private actor SharedDesk {
    static let one = SharedDesk()
    private var desk: Desk?
    func opened() async throws -> Desk {
        if let desk { return desk }
        let fresh = try await Desk.open()
        desk = desk ?? fresh
        return desk ?? fresh
    }
}

/// A region that has only a directory, over memory engines, behind the real dispatcher.
struct Desk: Sendable {
    static let password = "Adm1n-of-the-desk"
    static let secret = "0123456789abcdefghijABCDEFGHIJ_.01234567"
    static let azureCLI = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
    /// An id that nobody has.
    static let stranger = "deadbeef-dead-4eef-9eef-deadbeefdead"
    static let arm = "https://management.lazuli.localhost/"
    static let graph = "https://graph.lazuli.localhost/"

    let clock: StillClock
    let journal: Journal
    let provider: IdentityProvider
    let dispatcher: Dispatcher
    let sagas: SagaWorker
    let tenant: TenantID
    let made: Bootstrapped
    private let kept = KeptToken()

    static func shared() async throws -> Desk { try await SharedDesk.one.opened() }

    static func open(
        changes: (Journal) -> any SignInChanges = { JournaledSignIns($0) }
    ) async throws -> Desk {
        let clock = StillClock()
        let world = World(clock: clock, entropy: SystemEntropy())
        let engine = MemoryStore()
        let signer = LedgerSigner(origin: "desk/ledger", signing: try SigningKey(seed: Secret(world.entropy.bytes(32))))
        let sequencer = Sequencer(store: engine, tiles: MemoryTiles(), signer: signer, world: world)
        let journal = try await Journal(
            store: Store(engine, world: world),
            keyRing: KeyRing(TestRootKey(secret: Secret(world.entropy.bytes(32)))),
            bytes: MemoryBytes(),
            world: world,
            sequencer: sequencer
        )
        let plan = HostPlan(domain: "lazuli.localhost", port: nil)
        let provider = IdentityProvider(hostPlan: plan, world: world, changes: changes(journal))
        let tenant = TenantID(world.entropy.uuid())
        let note = ChangeNote(actor: "region:test", action: "bootstrap", operation: "bootstrap")
        let made = try await journal.change(note, IdentityProvider.namespace, KeyRing.regionTenant) {
            scope async throws(ServiceError) in
            try await scope.createTenantKeys(KeyRing.regionTenant)
            try await scope.createTenantKeys(tenant)
            let own = scope.of(tenant)
            let made = try await provider.bootstrap(
                tenantName: "Desk",
                domainName: "Desk.example",
                administratorPassword: Secret(text: password),
                clientSecret: Secret(text: secret),
                own
            )
            for principal in [made.administratorId, made.servicePrincipalId] {
                try await own.put(Desk.assignment("Owner", to: principal, own))
            }
            return made
        }.result
        var catalogue = Catalogue()
        catalogue.add(provider)
        let sagas = SagaWorker(journal, IdentityProvider.sagas)
        let dispatcher = Dispatcher(
            hostPlan: plan,
            journal: journal,
            catalogue: catalogue,
            authorizer: Authorizer(),
            doorkeepers: [.graph: GraphDoor(provider: provider, journal: journal, audience: graph)],
            sagas: sagas,
            limits: RequestLimits(perSecond: 1_000_000, burst: 1_000_000)
        )
        return Desk(
            clock: clock,
            journal: journal,
            provider: provider,
            dispatcher: dispatcher,
            sagas: sagas,
            tenant: tenant,
            made: made
        )
    }
    static func assignment(
        _ role: String,
        to principal: PrincipalID,
        _ scope: WriteScope
    ) -> RoleAssignment {
        let role = RoleDefinition.all.first { $0.name == role }
        return RoleAssignment(
            name: scope.entropy.uuid().lowercaseText,
            scope: .root,
            role: role?.id ?? principal.raw,
            principal: principal,
            principalType: "User",
            description: nil,
            created: scope.now,
            createdBy: "test"
        )
    }
    /// Gives a role at the tenant root.
    func give(_ role: String, to principal: PrincipalID) async throws {
        let note = ChangeNote(actor: "region:test", action: "give", operation: "give")
        _ = try await journal.change(note, IdentityProvider.namespace, tenant) { scope async throws(ServiceError) in
            try await scope.put(Desk.assignment(role, to: principal, scope))
        }
    }

    /// Sends a request as a client would.
    func send(
        _ method: HTTPRequest.Method,
        _ url: String,
        token: String? = nil,
        body: [UInt8] = [],
        header: (name: String, value: String)? = nil,
        from address: String = "127.0.0.1"
    ) async -> Answer {
        let rest = url.dropFirst("https://".count)
        let host = String(rest.prefix { $0 != "/" && $0 != "?" })
        let target = rest.dropFirst(host.count)
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        var headers = HTTPFields()
        if let header, let name = HTTPField.Name(header.name) { headers[name] = header.value }
        if let token { headers[.authorization] = "Bearer \(token)" }
        return await dispatcher.respond(
            to: Request(
                method: method,
                host: host,
                path: String(halves.first ?? "/"),
                query: Query(halves.count > 1 ? String(halves[1]) : ""),
                headers: headers,
                remoteAddress: address,
                body: .bytes(body),
                id: journal.world.entropy.uuid(),
                received: clock.now
            )
        )
    }
    /// Posts a form to the sign-in service.
    func form(_ path: String, _ fields: [String: String], header: (name: String, value: String)? = nil) async -> Answer
    {
        let text = fields.map { "\($0.key)=\($0.value.percentEncoded())" }.joined(separator: "&")
        return await send(.post, "https://login.lazuli.localhost" + path, body: Array(text.utf8), header: header)
    }
    /// Asks the token endpoint of the tenant.
    func token(_ fields: [String: String]) async -> Answer {
        await form("/\(tenant.text)/oauth2/v2.0/token", fields)
    }
    func signIn(
        user: String = "admin@desk.example",
        password: String = Desk.password,
        resource: String = Desk.graph
    ) async -> Answer {
        await token([
            "grant_type": "password", "client_id": Self.azureCLI, "username": user, "password": password,
            "scope": "\(resource)/.default openid offline_access profile", "client_info": "1",
        ])
    }
    func signIn(client: String, secret: String, resource: String = Desk.graph) async -> Answer {
        await token([
            "grant_type": "client_credentials", "client_id": client, "client_secret": secret,
            "scope": "\(resource)/.default",
        ])
    }
    /// Talks to Graph as the service principal, which owns the tenant root, or with another token.
    func graph(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: JSON? = nil,
        token: String? = nil
    ) async throws -> Answer {
        let token = if let token { token } else { try await ownToken() }
        return await send(
            method,
            "https://graph.lazuli.localhost/v1.0\(path)",
            token: token,
            body: body?.bytes ?? []
        )
    }
    /// The service principal's token, renewed when the clock has moved far.
    private func ownToken() async throws -> String {
        if let known = kept.value.withLock({ $0 }), clock.now - known.at < .seconds(3_000) { return known.token }
        let answer = await signIn(client: made.clientId.lowercaseText, secret: Self.secret)
        let token = try #require(answer.json["access_token"]?.string)
        kept.value.withLock { $0 = (token, clock.now) }
        return token
    }
    /// A look at the directory as a doorkeeper has it.
    func principal(_ token: String, audiences: [String]) async throws(ServiceError) -> Principal {
        try await provider.principal(
            bearer: token,
            audiences: audiences,
            try await journal.reader(IdentityProvider.namespace, KeyRing.regionTenant)
        )
    }
}

extension Answer {
    var status: Int { reply.status }
    var text: String {
        if case .bytes(let bytes) = reply.content { String(decoding: bytes, as: UTF8.self) } else { "" }
    }
    func header(_ name: String) -> String? { HTTPField.Name(name).flatMap { reply.headers[$0] } }
    var json: JSON { (try? JSON(parsing: Array(text.utf8))) ?? .null }
    /// The AADSTS number of a refused sign-in.
    var number: Int? { error?.number }
}

/// The claims of a token, unverified.
func claims(_ token: String?) throws -> JSON {
    let parts = try #require(token).split(separator: ".")
    return try JSON(parsing: try #require([UInt8](base64URL: parts[1])))
}
