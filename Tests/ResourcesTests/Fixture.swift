// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// Values the tests of this target share.
enum Fixture {
    static let id = UUID(uuid: (1, 2, 3, 4, 5, 6, 0x47, 8, 0x89, 10, 11, 12, 13, 14, 15, 16))
    static let otherID = UUID(uuid: (9, 9, 9, 9, 9, 9, 0x47, 9, 0x89, 9, 9, 9, 9, 9, 9, 9))
    static let subscription = SubscriptionID(id)
    static let tenant = TenantID(id)
    static let now = Timestamp(seconds: 1_795_000_000)
    static let group = ResourceID.group(subscription, "Shop")
    static let account = group.appending("providers/Microsoft.Storage/storageAccounts/photos")
    static let reader = UUID(uuidString: "acdd72a7-3385-48ef-bd42-f606fba81ae7") ?? id

    static let plan = HostPlan(
        domain: "lazuli.localhost",
        port: 8443,
        further: [NameSet(domain: "cloud.example")]
    )

    /// A call of a list with this query.
    static func call(_ query: String, host: String = "management.lazuli.localhost") throws -> Call {
        guard let destination = plan.destination(of: host) else { throw Missing() }
        return Call(
            request: Request(
                method: .get,
                host: host,
                port: 8443,
                path: "/subscriptions/\(subscription.text)/resourcegroups",
                query: Query(query),
                id: id,
                received: now
            ),
            operation: "test",
            parameters: [:],
            tenant: tenant,
            caller: .anonymous,
            resource: nil,
            destination: destination,
            body: []
        )
    }
    struct Missing: Error {}

    static func assignment(
        _ name: String,
        at scope: ResourceID,
        principal: PrincipalID = PrincipalID(id)
    ) -> RoleAssignment {
        RoleAssignment(
            name: name,
            scope: scope,
            role: reader,
            principal: principal,
            principalType: "User",
            description: nil,
            created: now,
            createdBy: "test"
        )
    }
    static func event(_ action: String, at resource: ResourceID, status: String = "Succeeded") -> ActivityEvent {
        ActivityEvent(
            entry: EntryID(id),
            time: now,
            operationName: action,
            caller: "Alice",
            resource: resource,
            status: status,
            subStatus: "Created",
            correlationId: id.lowercaseText,
            clientRequestId: "c-1",
            httpMethod: "PUT",
            clientAddress: "127.0.0.1"
        )
    }
}
