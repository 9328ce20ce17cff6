// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import FoundationEssentials
import Kernel
import Store

/// What the token endpoint needs of an application, in one record: its secrets and its service principal.
struct Client: Stored, Codable {
    /// What a secret belongs to; both sign the same service principal in.
    enum Holder: String, Codable, Sendable { case application, servicePrincipal }

    /// A client secret.
    ///
    /// The secret itself is forty random characters made here, so there is nothing a memory-hard hash could slow down
    /// for an attacker, and a plain digest keeps token grants cheap.
    struct Credential: Codable, Sendable, Hashable {
        var keyID: UUID
        var holder: Holder
        var displayName: String?
        /// The first three characters, shown so that people can tell secrets apart.
        var hint: String
        /// The secret's SHA-256.
        var digest: [UInt8]
        var starts: Timestamp
        var ends: Timestamp

        /// As Graph shows it; `secret` only in the one answer that hands it out.
        func json(secret: String? = nil) -> JSON {
            [
                "customKeyIdentifier": nil, "displayName": JSON(displayName), "keyId": .string(keyID.lowercaseText),
                "hint": .string(hint), "startDateTime": .string(starts.iso8601), "endDateTime": .string(ends.iso8601),
                "secretText": JSON(secret),
            ]
        }
    }
    var application: PrincipalID?
    var servicePrincipal: PrincipalID?
    /// A client that keeps no secret and may sign users in.
    var isPublic: Bool
    var credentials: [Credential]

    static func key(_ appId: UUID) -> Key { Key("client", appId) }
    static let lengthOfSecret = 40

    /// How a shown secret compares with those stored.
    enum Check: Hashable { case right, wrong, expired }
    /// Compares with every credential, so that the time tells nothing of which one it is.
    func check(_ secret: Secret, at now: Timestamp) -> Check {
        let digest = Secret(SHA256Digest.of(secret.reveal()))
        var check = Check.wrong
        for credential in credentials where digest.matches(credential.digest) {
            let inForce = now < credential.ends && credential.starts < now + .seconds(Limits.clockSkewSeconds)
            if inForce { check = .right } else if check == .wrong { check = .expired }
        }
        return check
    }
}

/// The way from an application's id to its tenant, for sign-in addresses that name no tenant.
struct ClientHome: Stored, Codable {
    var tenant: TenantID
    static func key(_ appId: UUID) -> Key { Key("client-home", appId) }
}
