// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// `networkAcls` of an account's body, read strictly: what is passed over here could open the account to everybody.
struct NetworkRequest {
    private let json: JSON
    private static let members: Set<String> = [
        "bypass", "defaultAction", "ipRules", "ipv6Rules", "resourceAccessRules", "virtualNetworkRules",
    ]
    private static let bypasses = ["AzureServices", "Logging", "Metrics", "None"]

    init(_ json: JSON) throws(ServiceError) {
        try AccountMembers.check(json, Self.members, "NetworkRuleSet")
        self.json = json
        for name in ["virtualNetworkRules", "resourceAccessRules"] where try !list(name).isEmpty {
            throw .notImplemented("networkAcls.\(name)")
        }
    }

    /// The rules that take the place of `old`, whose default stays where the body names none.
    func rules(after old: NetworkRules) throws(ServiceError) -> NetworkRules {
        var rules = NetworkRules()
        switch json["defaultAction"].map({ $0.string?.lowercased() }) {
        case nil: rules.deniesByDefault = old.deniesByDefault
        case "allow": rules.deniesByDefault = false
        case "deny": rules.deniesByDefault = true
        case .some(let other):
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "Values for request parameters are invalid: networkAcls.defaultAction"
                    + "\(other.map { "='\($0.prefix(100))'" } ?? "") is none of Allow, Deny."
            )
        }
        rules.addresses = try addresses("ipRules", .four) + addresses("ipv6Rules", .six)
        return rules
    }
    private func addresses(_ name: String, _ family: NetworkRules.Family) throws(ServiceError) -> [String] {
        let given = try list(name)
        guard given.count <= NetworkRules.addressesMax else {
            throw .badRequest(
                "NetworkAclsValidationFailure",
                "There are at most \(NetworkRules.addressesMax) \(name)."
            )
        }
        return try given.map { rule throws(ServiceError) in
            try AccountMembers.check(rule, ["action", "value"], "IPRule")
            guard ["allow", nil].contains(rule["action"].map { $0.string?.lowercased() ?? "" }) else {
                throw .badRequest("InvalidValuesForRequestParameters", "The action of a rule in \(name) is Allow.")
            }
            let text = rule["value"]?.string ?? ""
            guard NetworkRules.family(ofRule: text) == family else {
                throw .badRequest(
                    "InvalidIPAddressOrRange",
                    "'\(text.prefix(100))' is not an \(family.rawValue) address or a range in CIDR form."
                )
            }
            return text
        }
    }
    private func list(_ name: String) throws(ServiceError) -> [JSON] {
        guard let value = json[name] else { return [] }
        guard let list = value.array else { throw AccountMembers.invalid("'\(name)' must be an array") }
        return list
    }

    /// Whose requests the rules do not bind, as it is shown: kept without effect, for there are no such services here.
    func bypass() throws(ServiceError) -> JSON? {
        guard let value = json["bypass"] else { return nil }
        let names = (value.string ?? "?").split(separator: ",").map { String($0.filter { $0 != " " }) }
        let known = names.compactMap { name in Self.bypasses.first { $0.lowercased() == name.lowercased() } }
        guard known.count == names.count, !known.isEmpty else {
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "Values for request parameters are invalid: networkAcls.bypass is a list of "
                    + Self.bypasses.joined(separator: ", ") + "."
            )
        }
        return .string(known.joined(separator: ", "))
    }
}
