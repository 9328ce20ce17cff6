// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Simulation
import Storage

/// The only one who signs in to a simulated region's storage: owner of its subscription, with all rights over queues.
struct Clerk: TokenAuthority, Doorkeeper {
    static let namespace = "Test.Directory"
    static let plan = HostPlan(domain: "lazuli.localhost", port: nil)
    static let host = "mailroom.queue.\(plan.primary.storage)"
    private static let subscription = SubscriptionID(
        UUID(uuid: (1, 1, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5))
    )
    private static let id = PrincipalID(UUID(uuid: (2, 2, 2, 2, 2, 2, 3, 3, 4, 4, 5, 5, 5, 5, 5, 5)))
    static let group = "/subscriptions/\(subscription.text)/resourceGroups/rg"
    private static let principal = Principal(
        id: id,
        tenant: TestRegion.tenant,
        application: nil,
        userPrincipalName: nil,
        audience: "test"
    )

    private static let roles = ["Owner", "Storage Queue Data Contributor", "Storage Blob Data Owner"]
    /// A subscription, a group and the clerk's rights.
    static var founding: FoundingStep {
        FoundingStep(StorageProvider.namespace) { scope async throws(ServiceError) in
            try await scope.put(
                Subscription(
                    id: subscription,
                    tenant: TestRegion.tenant,
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
            try await scope.put(group, of: subscription)
            for role in RoleDefinition.all where Self.roles.contains(role.name) {
                try await scope.put(
                    RoleAssignment(
                        name: role.id.lowercaseText,
                        scope: .subscription(subscription),
                        role: role.id,
                        principal: id,
                        principalType: "User",
                        description: nil,
                        created: scope.now,
                        createdBy: "test"
                    )
                )
            }
        }
    }
    /// A storage provider with a memory of its own behind a dispatcher.
    static func dispatcher(_ journal: Journal, sagas: SagaWorker? = nil) -> Dispatcher {
        let authorizer = Authorizer()
        let provider = StorageProvider(hostPlan: plan, tokens: Clerk(), access: authorizer)
        var catalogue = Catalogue()
        catalogue.add(provider)
        return Dispatcher(
            hostPlan: plan,
            journal: journal,
            catalogue: catalogue,
            authorizer: authorizer,
            doorkeepers: [.management: Clerk()].merging(StorageDoorkeeper.all(provider)) { _, service in service },
            sagas: sagas ?? SagaWorker(journal, StorageProvider.sagas),
            limits: RequestLimits(perSecond: 1_000_000, burst: 1_000_000)
        )
    }
    static func send(
        _ method: HTTPRequest.Method,
        _ host: String,
        _ path: String,
        _ query: String,
        _ body: [UInt8],
        _ desk: Dispatcher,
        _ simulation: Simulation,
        headers: [String: String] = [:]
    ) async -> Answer {
        var fields: HTTPFields = [.authorization: "Bearer clerk"]
        for (name, value) in headers.sorted(by: { $0.key < $1.key }) {
            if let name = HTTPField.Name(name) { fields[name] = value }
        }
        return await desk.respond(
            to: Request(
                method: method,
                host: host,
                path: path,
                query: Query(query),
                headers: fields,
                body: .bytes(body),
                id: simulation.world.entropy.uuid(),
                received: simulation.world.clock.now
            )
        )
    }

    /// A message as an answer shows it.
    struct Message { let id: String, receipt: String, text: String }
    static func messages(_ answer: Answer) -> [Message] {
        guard case .bytes(let bytes) = answer.reply.content else { return [] }
        return elements("QueueMessage", String(decoding: bytes, as: UTF8.self)).map { inside in
            func leaf(_ name: String) -> String { elements(name, inside).first ?? "" }
            return Message(id: leaf("MessageId"), receipt: leaf("PopReceipt"), text: leaf("MessageText"))
        }
    }
    private static func elements(_ name: String, _ text: String) -> [String] {
        text.split(separator: "<\(name)>", omittingEmptySubsequences: false).dropFirst().map { rest in
            String(rest[..<(rest.firstRange(of: "</\(name)>")?.lowerBound ?? rest.endIndex)])
        }
    }

    func principal(
        bearer token: String,
        audiences: [String],
        _ scope: ReadScope
    ) async throws(ServiceError) -> Principal { Self.principal }
    func mayAct(_ principal: PrincipalID, _ scope: ReadScope) async throws(ServiceError) -> Bool { true }
    func admit(
        _ request: Request,
        label: String?,
        access: Access,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Admission {
        Admission(tenant: TestRegion.tenant, caller: .principal(Self.principal))
    }
}
