// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// `encryption` of an account's body: where its keys come from, and of which services' data they are.
struct EncryptionRequest {
    private let json: JSON
    private static let members: Set<String> = [
        "identity", "keySource", "keyvaultproperties", "requireInfrastructureEncryption", "services",
    ]
    private static let services: Set<String> = ["blob", "file", "queue", "table"]
    private static let service: Set<String> = ["enabled", "keyType", "lastEnabledTime"]
    /// Services that say of which kind their key is; the others' is always the account's.
    static let choosing = ["queue", "table"]
    static let keyTypes = ["Service", "Account"]

    init(_ json: JSON) throws(ServiceError) {
        try AccountMembers.check(json, Self.members, "Encryption")
        self.json = json
        let source = json["keySource"].map { $0.string ?? "?" } ?? "Microsoft.Storage"
        guard ["microsoft.storage", "microsoft.keyvault"].contains(source.lowercased()) else {
            throw Self.invalid("encryption.keySource", source)
        }
        guard let services = json["services"] else { return }
        try AccountMembers.check(services, Self.services, "EncryptionServices")
        for (name, value) in services.object ?? [:] where value != .null {
            try AccountMembers.check(value, Self.service, "EncryptionService")
            guard try value.flag("enabled") != false else { throw .notImplemented("encryption.services.\(name) off") }
            _ = try keyType(of: name)
        }
    }

    /// What the body says of the key of a service.
    func keyType(of service: String) throws(ServiceError) -> String? {
        guard let value = json["services"]?[service]?["keyType"] else { return nil }
        let text = value.string ?? "?"
        guard let type = Self.keyTypes.first(where: { $0.lowercased() == text.lowercased() }),
            Self.choosing.contains(service.lowercased()) || type == "Account"
        else { throw Self.invalid("encryption.services.\(service).keyType", text) }
        return type
    }
    private static func invalid(_ name: String, _ value: String) -> ServiceError {
        .badRequest(
            "InvalidValuesForRequestParameters",
            "Values for request parameters are invalid: \(name)='\(value.prefix(100))'."
        )
    }
}

extension AccountRequest {
    /// Keeps of which kind the keys of queues and tables are, which is chosen when an account is made, and stays.
    ///
    /// It is shown, and nothing else, for all data of an account lies under one key of its own.
    func keepKeyTypes(in options: inout [String: JSON], isNew: Bool) throws(ServiceError) {
        guard let json = body["properties"]?["encryption"] else { return }
        let request = try EncryptionRequest(json)
        for service in EncryptionRequest.choosing {
            guard let type = try request.keyType(of: service) else { continue }
            let name = Self.keyTypeOption(service)
            let old = options[name]?.string ?? EncryptionRequest.keyTypes[0]
            guard isNew || old == type else {
                throw ServiceError(
                    409,
                    "AccountPropertyCannotBeUpdated",
                    "The property 'encryption.services.\(service).keyType' was specified in the input, but it cannot be "
                        + "updated."
                )
            }
            options[name] = .string(type)
        }
    }
    /// Under which name of the account's options it is kept.
    static func keyTypeOption(_ service: String) -> String { "\(service)KeyType" }
}
