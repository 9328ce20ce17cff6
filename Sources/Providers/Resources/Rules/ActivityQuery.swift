// SPDX-License-Identifier: Apache-2.0
package import Base
package import Kernel

/// What a `$filter` of the activity log asks for (REST: Activity Logs - List): a span of time and plain conditions.
package struct ActivityQuery {
    /// The earliest and the latest moment asked for.
    package let from: Timestamp
    package let to: Timestamp
    private let conditions: [(field: String, wanted: String)]

    /// The conditions the service knows; az writes `resourceId` where the reference says `resourceUri`.
    private static let fields: Set<String> = [
        "eventtimestamp", "resourcegroupname", "resourceuri", "resourceid", "resourceprovider", "resourcetype",
        "correlationid", "caller", "status", "levels", "eventchannels", "operationname",
    ]

    /// Reads the filter: 400 without a start, with an unknown field, or for more than ninety days.
    package init(_ text: String?, now: Timestamp) throws(ServiceError) {
        guard let filter = try FilterParser.parse(text, fields: Self.fields), let terms = filter.conjunction else {
            throw Self.fault("The $filter must name a start: eventTimestamp ge '2026-01-31T00:00:00Z'.")
        }
        var (from, to) = (Timestamp?.none, now)
        var conditions: [(field: String, wanted: String)] = []
        for case .compare(let field, let relation, let value) in terms {
            if field == "eventtimestamp" {
                guard let time = Timestamp(iso8601: value) else {
                    throw Self.fault("'\(value.prefix(40))' is no time of the form 2026-01-31T00:00:00Z.")
                }
                switch relation {
                case .atLeast, .above: from = time
                case .atMost, .below: to = time
                default: throw Self.fault("eventTimestamp is compared with ge and le.")
                }
            } else {
                guard relation == .equal else { throw Self.fault("\(field) is compared with eq.") }
                conditions.append((field, value))
            }
        }
        guard let from else { throw Self.fault("The $filter must name a start: eventTimestamp ge '…'.") }
        guard from <= to else { throw Self.fault("The start time must not be later than the end time.") }
        guard to - from <= Limits.activityReach else { throw Self.fault("The span must not be longer than 90 days.") }
        self.from = from
        self.to = to
        self.conditions = conditions
    }
    private static func fault(_ message: String) -> ServiceError { .badRequest("BadRequest", message) }

    /// Whether an event is asked for; its caller may be named by `id` too.
    package func takes(_ event: ActivityEvent, by id: String? = nil) -> Bool {
        conditions.allSatisfy { condition in
            let wanted = condition.wanted.lowercased()
            return switch condition.field {
            case "resourcegroupname": event.resource.group?.lowercased() == wanted
            case "resourceuri", "resourceid": event.resource == ResourceID(condition.wanted)
            case "resourceprovider": ActivityWire.provider(of: event).lowercased() == wanted
            case "resourcetype": ActivityWire.type(of: event).lowercased() == wanted
            case "correlationid": event.correlationId.lowercased() == wanted
            case "caller": event.caller.lowercased() == wanted || id?.lowercased() == wanted
            case "status": event.status.lowercased() == wanted
            case "operationname": event.operationName.lowercased() == wanted
            // Every event here is an administrative operation of the level its status gives.
            case "levels": wanted.split(separator: ",").contains { $0 == ActivityWire.level(of: event).lowercased() }
            default: wanted.split(separator: ",").contains { $0.contains("operation") || $0.contains("admin") }
            }
        }
    }
}
