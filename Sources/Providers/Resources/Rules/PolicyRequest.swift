// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// The body of a policy assignment's PUT: 501 by name for every policy and every feature but "Allowed locations".
struct PolicyRequest {
    let displayName: String?
    let description: String?
    let metadata: JSON?
    /// Names of locations of this region, each once, in its order.
    let locations: [String]

    private static let known: Set<String> = [
        "description", "displayName", "enforcementMode", "metadata", "notScopes", "parameters", "policyDefinitionId",
        "scope",
    ]

    init(_ body: JSON) throws(ServiceError) {
        guard let properties = body["properties"]?.object else {
            throw Self.invalid("InvalidRequestContent", "The request content was invalid: 'properties' is missing.")
        }
        let id = ResourceID(properties["policyDefinitionId"]?.string ?? "")
        guard id.name.lowercased() == LocationPolicy.definition else {
            throw .notImplemented("Any policy but 'Allowed locations' (\(LocationPolicy.definition))")
        }
        if let other = properties.keys.sorted().first(where: { !Self.known.contains($0) && properties[$0] != .null }) {
            throw .notImplemented("'\(other.prefix(100))' of a policy assignment")
        }
        guard properties["notScopes"]?.array?.isEmpty ?? true else { throw .notImplemented("Excluded scopes") }
        guard properties["enforcementMode"]?.string?.lowercased() ?? "default" == "default" else {
            throw .notImplemented("A policy that is not enforced")
        }
        guard ["none", nil].contains(body["identity"]?["type"]?.string?.lowercased()) else {
            throw .notImplemented("An identity of a policy assignment")
        }
        displayName = properties["displayName"]?.string
        description = properties["description"]?.string
        metadata = properties["metadata"].flatMap { $0 == .null ? nil : $0 }
        guard [displayName, description].allSatisfy({ $0.map(\.count) ?? 0 <= Limits.descriptionMax }) else {
            throw Self.invalid("InvalidPolicyAssignment", "Texts have at most \(Limits.descriptionMax) characters.")
        }
        guard metadata.map(\.bytes.count) ?? 0 <= Limits.policyMetadataMax else {
            throw Self.invalid("InvalidPolicyAssignment", "Metadata has at most \(Limits.policyMetadataMax) bytes.")
        }
        locations = try Self.locations(properties["parameters"])
    }

    private static func locations(_ parameters: JSON?) throws(ServiceError) -> [String] {
        if let other = parameters?.object?.keys.sorted().first(where: { $0 != LocationPolicy.parameter }) {
            throw invalid(
                "UndefinedPolicyParameter",
                "The policy assignment has the parameter '\(other.prefix(100))' which is not defined in the policy definition."
            )
        }
        guard let values = parameters?[LocationPolicy.parameter]?["value"]?.array, !values.isEmpty else {
            throw invalid(
                "MissingPolicyParameter",
                "The policy assignment is missing the parameter '\(LocationPolicy.parameter)' as a list of locations."
            )
        }
        var found: Set<String> = []
        for value in values {
            guard let location = value.string.flatMap({ Location.named($0) }) else {
                throw invalid(
                    "PolicyParameterValueNotAllowed",
                    "'\((value.string ?? "").prefix(64))' is no location of this region. It has "
                        + "'\(Location.all.map(\.name).joined(separator: ","))'."
                )
            }
            found.insert(location.name)
        }
        return Location.all.map(\.name).filter(found.contains)
    }
    private static func invalid(_ code: String, _ message: String) -> ServiceError { .badRequest(code, message) }
}
