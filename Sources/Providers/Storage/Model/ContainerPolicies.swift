// SPDX-License-Identifier: Apache-2.0
import Base
import Markup

/// The stored access policies of a container on the wire (REST "Set Container ACL", "Get Container ACL").
package enum ContainerPolicies {
    /// Reads the body of Set Container ACL; no body and no policies are the same.
    package static func parse(
        _ body: [UInt8],
        of service: StorageService = .blob
    ) throws(StorageFault) -> [StoredPolicy] {
        guard !body.isEmpty else { return [] }
        let limits = XMLLimits(bytesMax: BlobLimits.xmlBytesMax, elementsMax: 256, depthMax: 8)
        let root = try XMLBody.parse(
            body,
            root: "SignedIdentifiers",
            limits: limits,
            tooLarge: .requestBodyTooLarge(limit: BlobLimits.xmlBytesMax)
        )
        try root.allowOnly(["SignedIdentifier"])
        guard root.children.count <= StoredPolicy.countMax else {
            throw .invalidXMLDocument("a \(service.noun) has at most \(StoredPolicy.countMax) stored access policies.")
        }
        var policies: [StoredPolicy] = []
        for element in root.children {
            try element.allowOnly(["Id", "AccessPolicy"])
            let id = try element.required("Id").trimmed
            guard (1...StoredPolicy.identifierCharactersMax).contains(id.utf16.count) else {
                throw .invalidXMLDocument(
                    "an Id has 1 to \(StoredPolicy.identifierCharactersMax) characters."
                )
            }
            guard !policies.contains(where: { $0.identifier == id }) else {
                throw .invalidXMLDocument("the policy \(id) is given twice.")
            }
            policies.append(try policy(id, element.child(named: "AccessPolicy"), service.permissions))
        }
        return policies
    }

    private static func policy(
        _ id: String,
        _ element: XMLElement?,
        _ allowed: SASPermissions
    ) throws(StorageFault) -> StoredPolicy {
        guard let element else { return StoredPolicy(identifier: id) }
        try element.allowOnly(["Start", "Expiry", "Permission"])
        func time(_ name: String) throws(StorageFault) -> Timestamp? {
            guard let text = element.optionalText(name) else { return nil }
            guard let time = Timestamp(iso8601: text) else { throw .invalidXMLNodeValue(name, text) }
            return time
        }
        let permissions = element.optionalText("Permission")
        if let permissions, SASPermissions(permissions, allowed: allowed) == nil {
            throw .invalidXMLNodeValue("Permission", permissions)
        }
        return StoredPolicy(
            identifier: id,
            start: try time("Start"),
            expiry: try time("Expiry"),
            permissions: permissions
        )
    }

    /// The body of Get Container ACL, Get Queue ACL or Get Table ACL; of a policy that says nothing, all but queues tell
    /// the id alone.
    package static func body(_ policies: [StoredPolicy], of service: StorageService = .blob) throws(StorageFault)
        -> [UInt8]
    {
        try XMLBody.write { writer in
            writer.open("SignedIdentifiers")
            for policy in policies {
                writer.open("SignedIdentifier")
                writer.leaf("Id", policy.identifier)
                let isEmpty = policy.start == nil && policy.expiry == nil && policy.permissions == nil
                guard service == .queue || !isEmpty else {
                    writer.close()
                    continue
                }
                writer.open("AccessPolicy")
                writer.optional("Start", policy.start?.iso8601)
                writer.optional("Expiry", policy.expiry?.iso8601)
                writer.optional("Permission", policy.permissions)
                writer.close()
                writer.close()
            }
            writer.close()
        }
    }
}
