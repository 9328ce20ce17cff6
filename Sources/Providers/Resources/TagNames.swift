// SPDX-License-Identifier: Apache-2.0
package import Base
import Kernel

/// How often each tag name and value is used (REST: Tags - List).
///
/// Names that differ in case only are one.
package struct TagSummary {
    private var names: [String: (name: String, values: [String: Int64])] = [:]

    package init() {}
    /// Counts the tags of one subscription, group or resource.
    package mutating func add(_ tags: [String: String]) {
        for (name, value) in tags {
            names[name.lowercased(), default: (name, [:])].values[value, default: 0] += 1
        }
    }
    /// The elements of the list, by name.
    package func json(_ subscription: SubscriptionID) -> [JSON] {
        names.sorted { $0.key < $1.key }.map { _, use in
            let id = ResourceID.subscription(subscription).appending("tagNames/\(use.name)").text
            return [
                "id": .string(id),
                "tagName": .string(use.name),
                "count": Self.count(use.values.values.reduce(0, +)),
                "values": .array(
                    use.values.sorted { $0.key < $1.key }.map { value, count in
                        [
                            "id": .string("\(id)/tagValues/\(value)"), "tagValue": .string(value),
                            "count": Self.count(count),
                        ]
                    }
                ),
            ]
        }
    }
    private static func count(_ value: Int64) -> JSON { ["type": "Total", "value": .integer(value)] }
}

extension ResourcesProvider {
    /// The tags in use in a subscription, counted over its groups and resources.
    func listTagNames(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await subscription(call, scope).id
        var summary = TagSummary()
        summary.add(try await tags(of: subscription, scope))
        var (rows, group, resource) = (0, String?.none, ResourceMarker?.none)
        repeat {
            let groups = try await scope.groups(subscription, after: group, limit: Limits.batch)
            for group in groups { summary.add(group.tags) }
            group = groups.count < Limits.batch ? nil : groups.last?.name
            rows += groups.count
        } while group != nil && rows <= Limits.tagSummaryRowsMax
        repeat {
            let resources = try await scope.resources(subscription, after: resource, limit: Limits.batch)
            for resource in resources { summary.add(resource.tags) }
            resource = resources.count < Limits.batch ? nil : resources.last.map { ResourceMarker(ResourceID($0.id)) }
            rows += resources.count
        } while resource != nil && rows <= Limits.tagSummaryRowsMax
        guard rows <= Limits.tagSummaryRowsMax else {
            throw .notImplemented("A summary of tags over more than \(Limits.tagSummaryRowsMax) groups and resources")
        }
        return .json(200, ["value": .array(summary.json(subscription))])
    }
}
