// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// The body of a group's PUT or PATCH, in which every member is one a group has: 400 for any other, as Azure Resource
/// Manager answers what it cannot deserialize.
///
/// What is shown of a group may be sent back as it was read.
struct GroupBody {
    let members: JSON
    /// The id of the resource that manages the group; nil when it is not given.
    let managedBy: String?

    init(_ json: JSON, of group: ResourceID) throws(ServiceError) {
        let members = json.object ?? [:]
        let fixed = ["id": group.text, "name": group.name, "type": "Microsoft.Resources/resourceGroups"]
        for (name, value) in members.sorted(by: { $0.key < $1.key }) {
            switch name {
            case "location", "tags", "managedBy": continue
            case "properties": try Self.check(value)
            case "id", "name", "type":
                guard value.string?.lowercased() == fixed[name]?.lowercased() else {
                    throw Self.invalid("'\(name)' is not '\(fixed[name] ?? "")' and cannot be changed")
                }
            default: throw Self.unknown(name, "ResourceGroupDefinition")
            }
        }
        for name in ["location", "managedBy"] {
            guard let value = members[name], value != .null, value.string == nil else { continue }
            throw Self.invalid("'\(name)' must be a string")
        }
        self.members = json
        managedBy = members["managedBy"]?.string
    }

    /// A group's only property is the service's own.
    private static func check(_ properties: JSON) throws(ServiceError) {
        guard properties != .null else { return }
        guard case .object(let members) = properties else { throw invalid("'properties' must be an object") }
        guard let name = members.keys.sorted().first(where: { $0 != "provisioningState" }) else { return }
        throw unknown(name, "ResourceGroupProperties")
    }
    private static func unknown(_ name: String, _ type: String) -> ServiceError {
        invalid("could not find member '\(name.prefix(100))' on object of type '\(type)'")
    }
    private static func invalid(_ why: String) -> ServiceError {
        .badRequest(
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: \(why)."
        )
    }
}
