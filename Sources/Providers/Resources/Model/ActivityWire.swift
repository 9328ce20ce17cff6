// SPDX-License-Identifier: Apache-2.0
package import Base
package import Kernel

/// An event as the activity log shows it (REST: Activity Logs - List, EventData).
package enum ActivityWire {
    /// `members` are the lower-case names of `$select`; nil shows all.
    package static func json(
        _ event: ActivityEvent,
        subscription: SubscriptionID,
        tenant: TenantID,
        members: Set<String>?
    ) -> JSON {
        let id = event.entry.text
        var request: [String: JSON] = [:]
        request["clientRequestId"] = event.clientRequestId.map(JSON.string)
        request["clientIpAddress"] = event.clientAddress.map(JSON.string)
        request["method"] = event.httpMethod.map(JSON.string)
        let all: [String: JSON] = [
            "authorization": ["action": .string(event.operationName), "scope": .string(event.resource.text)],
            "caller": .string(event.caller),
            "category": named("Administrative"),
            "channels": "Operation",
            "claims": [:],
            "correlationId": .string(event.correlationId),
            "description": "",
            "eventDataId": .string(id),
            "eventName": ["value": "EndRequest", "localizedValue": "End request"],
            "eventTimestamp": .string(event.time.iso8601),
            "httpRequest": .object(request),
            "id": .string("\(event.resource.text)/events/\(id)/ticks/\(ticks(event.time))"),
            "level": .string(level(of: event)),
            "operationId": .string(event.correlationId),
            "operationName": named(event.operationName),
            "properties": ["ledgerEntry": .string(id)],
            "resourceGroupName": .string(event.resource.group ?? ""),
            "resourceId": .string(event.resource.text),
            "resourceProviderName": named(provider(of: event)),
            "resourceType": named(type(of: event)),
            "status": named(event.status),
            "subStatus": named(event.subStatus),
            "submissionTimestamp": .string(event.time.iso8601),
            "subscriptionId": .string(subscription.text),
            "tenantId": .string(tenant.text),
        ]
        return .object(members.map { wanted in all.filter { wanted.contains($0.key.lowercased()) } } ?? all)
    }

    /// `Microsoft.Storage` of `Microsoft.Storage/storageAccounts/write`.
    static func provider(of event: ActivityEvent) -> String {
        event.operationName.split(separator: "/").first.map(String.init) ?? ""
    }
    /// The operation's name without its verb.
    static func type(of event: ActivityEvent) -> String {
        event.operationName.split(separator: "/").dropLast().joined(separator: "/")
    }
    static func level(of event: ActivityEvent) -> String { event.status == "Failed" ? "Error" : "Informational" }

    private static func named(_ value: String) -> JSON { ["value": .string(value), "localizedValue": .string(value)] }
    /// Tenths of microseconds since the year one: .NET's clock, which ids of events carry.
    private static func ticks(_ time: Timestamp) -> Int64 { time.microseconds * 10 + 621_355_968_000_000_000 }
}
