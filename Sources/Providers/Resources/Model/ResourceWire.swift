// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// A resource of any type as lists show it (REST: Resources - List, GenericResourceExpanded).
enum ResourceWire {
    /// `expand` holds the lower-case names of `$expand`.
    static func json(_ resource: ResourceRecord, expand: Set<String>) -> JSON {
        var body: [String: JSON] = [
            "id": .string(resource.id),
            "name": .string(resource.name),
            "type": .string(resource.type),
            "location": .string(resource.location),
        ]
        if !resource.tags.isEmpty { body["tags"] = JSON(resource.tags) }
        body["kind"] = resource.kind.map(JSON.string)
        body["sku"] = resource.sku
        if expand.contains("createdtime") { body["createdTime"] = .string(resource.created.iso8601) }
        if expand.contains("changedtime") { body["changedTime"] = .string(resource.changed.iso8601) }
        // A row is written in the commit that made the resource, so a listed resource is a finished one.
        if expand.contains("provisioningstate") { body["provisioningState"] = "Succeeded" }
        return .object(body)
    }
}
