// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import FoundationEssentials
import Kernel

/// Client secrets: made here, shown once, kept as digests.
extension IdentityProvider {
    /// Serves `POST /applications/{object}/addPassword`.
    func addApplicationPassword(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await addPassword(try await application(call, scope).appId, .application, call, scope)
    }
    /// Serves `POST /applications/{object}/removePassword`.
    func removeApplicationPassword(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await removePassword(try await application(call, scope).appId, .application, call, scope)
    }
    /// Serves `POST /servicePrincipals/{object}/addPassword`.
    func addServicePrincipalPassword(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await addPassword(try await servicePrincipal(call, scope).appId, .servicePrincipal, call, scope)
    }
    /// Serves `POST /servicePrincipals/{object}/removePassword`.
    func removeServicePrincipalPassword(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await removePassword(try await servicePrincipal(call, scope).appId, .servicePrincipal, call, scope)
    }

    private func addPassword(
        _ appId: UUID,
        _ holder: Client.Holder,
        _ call: Call,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        // An empty body is taken: everything has a default.
        let wish = call.body.isEmpty ? nil : try? JSON(parsing: call.body)["passwordCredential"]
        guard call.body.isEmpty || (try? JSON(parsing: call.body)) != nil else { throw GraphFault.unreadable }
        let starts = try Self.time(wish?["startDateTime"], "startDateTime") ?? scope.now
        let ends = try Self.time(wish?["endDateTime"], "endDateTime") ?? starts + .seconds(Limits.secretSeconds)
        guard starts < ends, ends > scope.now else {
            throw GraphFault.invalid(
                "The end date of the password credential must be later than its start and than now."
            )
        }
        guard var client = try await scope.get(Client.self, at: Client.key(appId)) else {
            throw GraphFault.missing(appId.lowercaseText)
        }
        guard client.credentials.count < Limits.secretsMax else {
            throw GraphFault.invalid("An application has at most \(Limits.secretsMax) secrets. Remove one first.")
        }
        let secret = Self.freshSecret(scope.entropy)
        let credential = Self.credential(
            secret,
            holder,
            name: wish?["displayName"]?.string.map { String($0.prefix(Limits.displayNameCharactersMax)) },
            starts,
            ends,
            scope
        )
        client.credentials.append(credential)
        try await scope.put(client, at: Client.key(appId))
        guard case .object(var answer) = credential.json(secret: secret) else { throw GraphFault.unreadable }
        answer["@odata.context"] = .string("\(address(call))/v1.0/$metadata#microsoft.graph.passwordCredential")
        return .json(200, .object(answer))
    }
    private func removePassword(
        _ appId: UUID,
        _ holder: Client.Holder,
        _ call: Call,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        guard let json = try? JSON(parsing: call.body), let text = json["keyId"]?.string,
            let id = UUID(uuidString: text)
        else {
            throw GraphFault.invalid("The body must hold the 'keyId' of a password credential.")
        }
        guard var client = try await scope.get(Client.self, at: Client.key(appId)),
            let index = client.credentials.firstIndex(where: { $0.keyID == id && $0.holder == holder })
        else { throw GraphFault.invalid("No password credential found with keyId '\(id.lowercaseText)'.") }
        client.credentials.remove(at: index)
        try await scope.put(client, at: Client.key(appId))
        return Reply(204)
    }
    private static func time(_ json: JSON?, _ property: String) throws(ServiceError) -> Timestamp? {
        guard let json else { return nil }
        guard let time = json.string.flatMap({ Timestamp(iso8601: $0) }) else {
            throw GraphFault.value(property, .application)
        }
        return time
    }

    static func credential(
        _ secret: String,
        _ holder: Client.Holder,
        name: String?,
        _ starts: Timestamp,
        _ ends: Timestamp,
        _ scope: WriteScope
    ) -> Client.Credential {
        Client.Credential(
            keyID: scope.entropy.uuid(),
            holder: holder,
            displayName: name,
            hint: String(secret.prefix(3)),
            digest: SHA256Digest.of(Array(secret.utf8)),
            starts: starts,
            ends: ends
        )
    }
    /// Forty characters of six random bits each, none of which a shell minds.
    static func freshSecret(_ entropy: any Entropy) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.")
        return String(entropy.bytes(Client.lengthOfSecret).map { alphabet[Int($0 & 63)] })
    }
}
