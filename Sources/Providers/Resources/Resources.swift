// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

extension ResourcesProvider {
    /// What a `$filter` over resources may name.
    private static let filterFields: Set<String> = [
        "resourcetype", "name", "resourcegroup", "location", "kind", "tagname", "tagvalue",
    ]

    /// Resources of any type that the caller may read, of a subscription or of one group.
    func listResources(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await visibleSubscription(call, scope)
        var group = call.parameters["group"]
        if let name = group { _ = try await scope.existingGroup(subscription.id, name) }
        let page = try Page(call, max: Limits.pageMax)
        if let marker = page.marker.map({ ResourceID($0) }), marker.group == nil || marker.type == nil {
            throw Page.foreignToken
        }
        let filter = try FilterParser.parse(call.query("$filter"), fields: Self.filterFields)
        for case .compare("resourcegroup", .equal, let name) in filter?.conjunction ?? [] { group = group ?? name }
        let (resources, next) = try await Listing.fill(
            page,
            read: { [group] after, limit async throws(ServiceError) in
                let marker = after.map { ResourceMarker(ResourceID($0)) }
                return try await scope.resources(subscription.id, group: group, after: marker, limit: limit)
            },
            marker: \.id,
            takes: { resource async throws(ServiceError) in
                guard filter?.holds(tags: resource.tags, { Self.field($0, of: resource) }) ?? true else { return false }
                return try await access.allows(
                    resource.type + "/read",
                    at: ResourceID(resource.id),
                    caller: call.caller,
                    scope: scope
                )
            }
        )
        let expand = Set((call.query("$expand") ?? "").lowercased().split { ", ".contains($0) }.map(String.init))
        return Page.reply(resources.map { ResourceWire.json($0, expand: expand) }, call, hostPlan, after: next)
    }

    private static func field(_ name: String, of resource: ResourceRecord) -> String? {
        switch name {
        case "resourcetype": resource.type
        case "name": resource.name
        case "resourcegroup": ResourceID(resource.id).group
        case "location": resource.location
        case "kind": resource.kind
        default: nil
        }
    }
}
