// SPDX-License-Identifier: Apache-2.0
import Base
import BytesMemory
import Cryptography
import Custody
import FoundationEssentials
import HTTPTypes
import Kernel
import Storage
import Store
import StoreMemory
import Synchronization
import Testing
import TilesMemory

/// A region that has only storage, over memory engines, behind the real dispatcher, with one signed-in owner.
struct StorageRegion: Sendable {
    static let subscriptionID = SubscriptionID(UUID(uuid: (1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5)))
    static let subscription = "/subscriptions/\(subscriptionID.text)"
    static let group = subscription + "/resourceGroups/rg"
    static let token = "token-of-the-owner"

    let clock = StandingClock()
    let world: World
    let plan = HostPlan(domain: "lazuli.localhost", port: 8443)
    private let owner: Owner
    private let engine = MemoryStore()
    /// The disk of extents, for tests that damage it.
    let bytes = MemoryBytes()
    private let journal: Journal
    private let dispatcher: Dispatcher
    private let sagas: SagaWorker
    let provider: StorageProvider

    init(
        entropy: any Entropy = SystemEntropy(),
        accountLimits: AccountLimits = .published,
        queueHeadsMax: Int = QueueLanes.messagesMax,
        blockQuota: BlockQuota = .uncommitted,
        sagas changed: ([any Saga]) -> [any Saga] = { $0 }
    ) async throws {
        world = World(clock: clock, entropy: entropy)
        owner = Owner(tenant: TenantID(world.entropy.uuid()), id: PrincipalID(world.entropy.uuid()))
        let signer = LedgerSigner(origin: "test/ledger", signing: try SigningKey(seed: Secret(world.entropy.bytes(32))))
        let sequencer = Sequencer(store: engine, tiles: MemoryTiles(), signer: signer, world: world)
        journal = try await Journal(
            store: Store(engine, world: world),
            keyRing: KeyRing(PlainRootKey(secret: Secret(world.entropy.bytes(32)))),
            bytes: bytes,
            world: world,
            sequencer: sequencer
        )
        let authorizer = Authorizer()
        provider = StorageProvider(
            hostPlan: plan,
            tokens: owner,
            access: authorizer,
            queueHeadsMax: queueHeadsMax,
            blockQuota: blockQuota
        )
        var catalogue = Catalogue()
        catalogue.add(provider)
        sagas = SagaWorker(journal, changed(StorageProvider.sagas))
        dispatcher = Dispatcher(
            hostPlan: plan,
            journal: journal,
            catalogue: catalogue,
            authorizer: authorizer,
            doorkeepers: [.management: owner].merging(StorageDoorkeeper.all(provider)) { _, service in service },
            crossOrigins: StorageCrossOrigin.all(provider),
            sagas: sagas,
            limits: RequestLimits(perSecond: 1_000_000, burst: 1_000_000),
            accountLimits: accountLimits
        )
        try await found()
        try await assign("Owner")
    }
    /// A subscription with one resource group.
    private func found() async throws {
        let (tenant, id) = (owner.tenant, Self.subscriptionID)
        try await journal.found(
            tenant,
            [
                FoundingStep(StorageProvider.namespace) { scope async throws(ServiceError) in
                    try await scope.put(
                        Subscription(
                            id: id,
                            tenant: tenant,
                            displayName: "test",
                            allowedLocations: ["francecentral"],
                            created: scope.now
                        )
                    )
                    let group = ResourceGroup(
                        name: "rg",
                        location: "francecentral",
                        tags: [:],
                        managedBy: nil,
                        now: scope.now
                    )
                    try await scope.put(group, of: id)
                }
            ]
        )
    }

    /// The owner, as tokens name her.
    var principal: PrincipalID { owner.id }

    /// Gives the owner another role over the subscription.
    func assign(_ name: String) async throws { try await change(name, isGiven: true) }
    /// Gives the owner another role over one resource.
    func assign(_ name: String, over resource: ResourceID) async throws {
        try await change(name, isGiven: true, over: resource)
    }
    /// Takes such a role away.
    func unassign(_ name: String) async throws { try await change(name, isGiven: false) }

    /// Makes the owner a member of a group.
    func join(_ group: PrincipalID) async throws {
        let note = ChangeNote(actor: "region:test", action: "join", operation: "join")
        let member = owner.id
        _ = try await journal.change(note, StorageProvider.namespace, owner.tenant) {
            scope async throws(ServiceError) in try await scope.join(member, to: group)
        }
    }

    private func change(
        _ name: String,
        isGiven: Bool,
        over resource: ResourceID = .subscription(subscriptionID)
    ) async throws {
        guard let role = RoleDefinition.all.first(where: { $0.name == name }) else { return }
        let assignment = RoleAssignment(
            name: role.id.lowercaseText,
            scope: resource,
            role: role.id,
            principal: owner.id,
            principalType: "User",
            description: nil,
            created: clock.now,
            createdBy: "test"
        )
        let note = ChangeNote(actor: "region:test", action: "assign", operation: "assign")
        _ = try await journal.change(note, StorageProvider.namespace, owner.tenant) {
            scope async throws(ServiceError) in
            if isGiven { try await scope.put(assignment) } else { try await scope.remove(assignment) }
        }
    }

    func send(
        _ method: HTTPRequest.Method,
        _ host: String,
        _ path: String,
        _ query: String,
        _ fields: HTTPFields,
        _ body: [UInt8],
        declared: Int64? = nil,
        breaks: Bool = false,
        from address: String = "127.0.0.1",
        meanwhile: (() async throws -> Void)? = nil
    ) async throws -> StorageAnswer {
        let answer = await dispatcher.respond(
            to: Request(
                method: method,
                host: host,
                port: 8443,
                path: path,
                query: Query(query),
                headers: fields,
                remoteAddress: address,
                body: Self.pieces(of: body, declared: declared, breaks: breaks),
                id: world.entropy.uuid(),
                received: world.clock.now
            )
        )
        var got = StorageAnswer(status: answer.reply.status, headers: answer.reply.headers)
        got.code = answer.error?.code
        got.caller = answer.caller
        switch answer.reply.content {
        case .none: break
        case .bytes(let bytes): got.body = bytes
        case .length(let length): got.length = length
        case .stream(let stream):
            try await meanwhile?()
            while let piece = try await stream.next() { got.body += piece }
        }
        return got
    }
    func manage(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ body: JSON?,
        _ fields: HTTPFields = [:],
        query: String = ""
    ) async throws -> StorageAnswer {
        let all = "api-version=2025-08-01" + (query.isEmpty ? "" : "&" + query)
        return try await send(method, plan.primary.management, path, all, fields, body?.bytes ?? [])
    }

    /// A body that comes in as a socket's does: some bytes at a time.
    ///
    /// `declared` is how long the client says it is, where that is not so; a client that `breaks` off goes behind it.
    private static func pieces(of bytes: [UInt8], declared: Int64?, breaks: Bool) -> Body {
        let rest = Mutex(bytes[...])
        return Body(length: declared ?? Int64(bytes.count)) { () throws(ServiceError) in
            let piece: [UInt8]? = rest.withLock { rest in
                defer { rest = rest.dropFirst(pieceBytes) }
                return rest.isEmpty ? nil : Array(rest.prefix(pieceBytes))
            }
            if piece == nil, breaks { throw ServiceError(400, "RequestBodyIncomplete", "The client went.") }
            return piece
        }
    }
    private static let pieceBytes = 60_000

    /// Carries all started work to its end.
    func settle() async throws {
        // A saga that waits for another is refused once; the next round finds it ready.
        for _ in 0..<3 { while try await sagas.round(report: { _ in }) {} }
    }
    /// One full run of the reconciler of uncommitted blocks.
    func expireBlocks() async { await pass("blocks.expire") }
    private func pass(_ name: String) async {
        for work in provider.dueWorks where work.name == name {
            await Reconciler(journal).pass(work) { Issue.record("\($0)") }
        }
    }
    /// One full run of the reconciler of expired messages.
    func expireMessages() async { await pass("messages.expire") }
    /// One full run of what comes due within moments, and of the work it begins.
    func publishFeeds() async throws {
        for work in provider.promptWorks { await Reconciler(journal).pass(work) { Issue.record("\($0)") } }
        try await settle()
    }
    /// Writes down all reads noted so far; answers in how many changes.
    func keepAccesses() async throws -> Int {
        var changes = 0
        while let batch = provider.accesses.take() {
            let note = ChangeNote(actor: "region:test", action: AccessBatch.name, operation: AccessBatch.name)
            let (_, entry) = try await journal.change(note, StorageProvider.namespace, batch.tenant) {
                scope async throws(ServiceError) in try await batch.keep(scope)
            }
            if entry != nil { changes += 1 }
        }
        return changes
    }
    /// One full run of the reconciler of what soft delete keeps.
    func expireKept() async { await pass("kept.expire") }
    /// One full run of the reconciler of files that end by themselves.
    func expireFiles() async { await pass("files.expire") }
    /// One full run of the policies that are due.
    func runPolicies() async throws {
        await pass("policies.begin")
        try await settle()
    }
    /// Damages the rows of accounts whose keys hold a name.
    func spoil(rowsNamed name: String) async throws {
        let prefix = Key("data", StorageProvider.namespace, owner.tenant)
        let snapshot = try await engine.snapshot()
        var writes: [Key: [UInt8]?] = [:]
        for row in try await snapshot.range(prefix.children, limit: 100_000, reverse: false)
        where row.key.bytes.firstRange(of: Array(name.utf8)) != nil {
            var value = row.value
            value[value.count - 1] ^= 1
            writes[row.key] = value
        }
        _ = try await engine.commit(Commit(readVersion: 0, writes: writes))
    }
    /// Removes the account as the deletion of its group does.
    func removeWithGroup(_ account: String) async throws {
        let id = ResourceID("\(Self.group)/providers/Microsoft.Storage/storageAccounts/\(account)")
        var catalogue = Catalogue()
        catalogue.add(provider)
        let remover = CatalogueRemover(catalogue)
        let note = ChangeNote(actor: "region:test", action: "remove", operation: "remove")
        _ = try await journal.change(note, "Microsoft.Resources", owner.tenant) { scope async throws(ServiceError) in
            try await remover.remove(id, scope)
        }
    }
    /// Changes what lies in the domain of the one account there is, behind the provider's back.
    func meddle<R: Sendable>(
        _ body: (WriteScope, Domain) async throws(ServiceError) -> R
    ) async throws -> R {
        let domain = try await accountDomain()
        let note = ChangeNote(actor: "region:test", action: "meddle", operation: "meddle")
        return try await journal.change(note, StorageProvider.namespace, owner.tenant) {
            scope async throws(ServiceError) in try await body(scope, domain)
        }.result
    }
    private func accountDomain() async throws -> Domain {
        let prefix = Key("data", StorageProvider.namespace, owner.tenant)
        let mark = Array("own/account/".utf8)
        for pair in try await engine.snapshot().range(prefix.children, limit: 100, reverse: false) {
            guard let at = pair.key.bytes.firstRange(of: mark) else { continue }
            let id = pair.key.bytes[at.upperBound...].prefix(36)
            return .own("account/" + String(decoding: id, as: UTF8.self))
        }
        throw ServiceError(404, "ResourceNotFound", "No account holds anything.")
    }
    /// How many records lie in the domains of accounts.
    func accountKeys() async throws -> Int {
        let prefix = Key("data", StorageProvider.namespace, owner.tenant)
        let snapshot = try await engine.snapshot()
        let pairs = try await snapshot.range(prefix.children, limit: 100_000, reverse: false)
        return pairs.count { $0.key.bytes.firstRange(of: Array("own/account".utf8)) != nil }
    }
}

/// Time stands still until it is moved: what differs must not differ by time.
final class StandingClock: WallClock {
    private let time = Mutex(Timestamp(seconds: 1_767_225_600))
    var now: Timestamp { time.withLock { $0 } }
    func sleep(for duration: Duration) async throws {}
    func pass(_ duration: Duration) { time.withLock { $0 = $0 + duration } }
}

/// Wraps keys for a region that is gone after the test.
private struct PlainRootKey: RootKey {
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

/// The only one who signs in: by her token on the blob surface, without one on the management surface.
private struct Owner: TokenAuthority, Doorkeeper {
    static let namespace = "Test.Directory"
    let tenant: TenantID
    let id: PrincipalID
    private var principal: Principal {
        Principal(id: id, tenant: tenant, application: nil, userPrincipalName: nil, audience: "test")
    }
    func principal(
        bearer token: String,
        audiences: [String],
        _ scope: ReadScope
    ) async throws(ServiceError) -> Principal {
        guard token == StorageRegion.token, audiences.contains("https://storage.azure.com") else {
            throw ServiceError(401, "InvalidAuthenticationToken", "The token is not the owner's.")
        }
        return principal
    }
    func mayAct(_ principal: PrincipalID, _ scope: ReadScope) async throws(ServiceError) -> Bool { principal == id }
    func admit(
        _ request: Request,
        label: String?,
        access: Access,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Admission {
        Admission(tenant: tenant, caller: .principal(principal))
    }
}
