// SPDX-License-Identifier: Apache-2.0
package import Base
import Kernel
import Store

/// The region's token keys, oldest first; the last one signs.
///
/// Not `Codable`: it holds secrets, and only the sealed store ever sees its bytes.
package struct SigningKeySet: Stored {
    /// One key pair of the set.
    package struct SigningKey: Sendable {
        /// Names it in token headers.
        package var id: String
        /// PKCS #8 PEM.
        package var privateKey: Secret
        package var created: Timestamp
        /// Since when it signs no more; nil for the one that signs.
        package var retired: Timestamp?
        /// Joins the parts.
        package init(id: String, privateKey: Secret, created: Timestamp, retired: Timestamp? = nil) {
            self.id = id
            self.privateKey = privateKey
            self.created = created
            self.retired = retired
        }
    }
    /// Grows with each change; also kept alone, so that a grant reads eight bytes to see that nothing changed.
    package var version: Int64
    package var keys: [SigningKey]
    /// What refresh tokens and the sign-in page's tokens are sealed under.
    package var sealingSecret: Secret

    package static let format: UInt8 = 1
    static let key = Key("signing-keys")

    package init(version: Int64, keys: [SigningKey], sealingSecret: Secret) {
        self.version = version
        self.keys = keys
        self.sealingSecret = sealingSecret
    }
    package func storedBody() throws -> [UInt8] {
        let keys = self.keys.map { key -> JSON in
            [
                "id": .string(key.id), "privateKey": .string(key.privateKey.reveal().base64),
                "created": .integer(key.created.microseconds),
                "retired": key.retired.map { .integer($0.microseconds) } ?? .null,
            ]
        }
        return JSON.object([
            "version": .integer(version), "keys": .array(keys), "sealing": .string(sealingSecret.reveal().base64),
        ]).bytes
    }
    package init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        let json = try JSON(parsing: Array(storedBody))
        guard let version = json["version"]?.integer, let keys = json["keys"]?.array,
            let sealing = json["sealing"]?.string.flatMap({ [UInt8](base64: $0) })
        else { throw StoredFormatError("a set of signing keys lacks a member") }
        self.version = version
        sealingSecret = Secret(sealing)
        self.keys = try keys.map { key in
            guard let id = key["id"]?.string, let bytes = key["privateKey"]?.string.flatMap({ [UInt8](base64: $0) }),
                let created = key["created"]?.integer
            else { throw StoredFormatError("a signing key lacks a member") }
            return SigningKey(
                id: id,
                privateKey: Secret(bytes),
                created: Timestamp(microseconds: created),
                retired: key["retired"]?.integer.map { Timestamp(microseconds: $0) }
            )
        }
    }

    /// The set with `fresh` signing from now on.
    ///
    /// Retired keys stay until the last token they signed has expired and every cache of the published set had a day to
    /// notice, at most `Limits.signingKeysMax` in all.
    package func rotated(adding fresh: SigningKey, at now: Timestamp) -> SigningKeySet {
        var next = self
        next.version += 1
        next.keys = keys.map { key in
            var key = key
            key.retired = key.retired ?? now
            return key
        }
        next.keys.append(fresh)
        next.keys = Array(next.withoutOutdated(at: now).keys.suffix(Limits.signingKeysMax))
        return next
    }
    /// The set without keys whose tokens have long expired.
    package func withoutOutdated(at now: Timestamp) -> SigningKeySet {
        let kept: Duration = .seconds(Limits.accessTokenSeconds + Limits.retiredKeyGraceSeconds)
        var next = self
        next.keys = keys.filter { key in key.retired.map { now - $0 < kept } ?? true }
        return next
    }
    /// Whether the key that signs has signed long enough.
    package func isDue(at now: Timestamp) -> Bool {
        guard let current = keys.last else { return true }
        return now - current.created >= .seconds(Limits.signingKeyDays * 86_400)
    }
}

/// The set's version by itself.
struct SigningKeyVersion: Stored {
    var value: Int64
    static let format: UInt8 = 1
    static let key = Key("signing-keys-version")
    init(_ value: Int64) { self.value = value }
    func storedBody() throws -> [UInt8] { Key(value).bytes }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = KeyReader(Key(bytes: Array(storedBody)))
        guard let value = reader.integer() else { throw StoredFormatError("a version is a number") }
        self.value = value
    }
}
