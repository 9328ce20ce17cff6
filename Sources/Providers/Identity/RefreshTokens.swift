// SPDX-License-Identifier: Apache-2.0
package import Base
package import Cryptography
package import FoundationEssentials
package import Kernel

/// What a refresh token says.
///
/// It is kept nowhere: the token is this record, sealed under a key of the region.
package struct RefreshGrant: Codable, Hashable, Sendable {
    package var tenant: TenantID
    package var user: PrincipalID
    /// The client it was given to.
    package var client: UUID
    package var issued: Timestamp
    /// The user's stamp at sign-in: a changed password, a disabled account or revoked sessions end it.
    package var credentialStamp: Int64
    /// Stays the same from one sign-in through all renewals.
    package var session: UUID

    /// Joins the parts.
    package init(
        tenant: TenantID,
        user: PrincipalID,
        client: UUID,
        issued: Timestamp,
        credentialStamp: Int64,
        session: UUID
    ) {
        self.tenant = tenant
        self.user = user
        self.client = client
        self.issued = issued
        self.credentialStamp = credentialStamp
        self.session = session
    }

    private static let format: UInt8 = 1
    private static let saltBytes = 16
    private static let context = Array("lazuli refresh token 1".utf8)

    /// The token.
    ///
    /// Each has a salt, and so a key, of its own, which is why the nonce may be constant.
    package func sealed(under key: SealingKey, entropy: any Entropy) throws(ServiceError) -> String {
        let salt = entropy.bytes(Self.saltBytes)
        do {
            let own = SealingKey.derive(from: key, salt: salt, info: "refresh token")
            let nonce = [UInt8](repeating: 0, count: SealingKey.nonceBytes)
            let body = try own.seal(try JSONCoding.encode(self), nonce: nonce, authenticating: Self.context)
            return "0." + ([Self.format] + salt + body).base64URL
        } catch { throw .unavailable("sealing a refresh token: \(error)") }
    }
    /// Whether it may no longer be used because of its age.
    package func isExpired(at now: Timestamp) -> Bool { now - issued > .seconds(Limits.refreshTokenSeconds) }
}

extension RefreshGrant {
    /// Reads a token back; nil unless it is one of this region's, byte for byte.
    package init?(_ token: String, under key: SealingKey) {
        guard token.utf8.count <= Limits.formBytesMax, token.hasPrefix("0."),
            let bytes = [UInt8](base64URL: token.dropFirst(2)),
            bytes.first == Self.format, bytes.count > 1 + Self.saltBytes
        else { return nil }
        let salt = Array(bytes[1...Self.saltBytes])
        let own = SealingKey.derive(from: key, salt: salt, info: "refresh token")
        let nonce = [UInt8](repeating: 0, count: SealingKey.nonceBytes)
        guard
            let body = try? own.open(bytes[(1 + Self.saltBytes)...], nonce: nonce, authenticating: Self.context),
            let grant = try? JSONCoding.decode(RefreshGrant.self, from: body)
        else { return nil }
        self = grant
    }
}
