// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
package import Kernel
import Synchronization
import Tokens

/// The region's token keys held ready: made anew only when their stored version moved.
final class SigningKeys: Sendable {
    /// Everything that is worked out from one version of the stored set.
    struct Prepared: Sendable {
        let version: Int64
        let signer: TokenSigner
        let verifier: TokenVerifier
        let published: [TokenPublicKey]
        let sealing: SealingKey
    }
    private let prepared = Mutex<Prepared?>(nil)

    /// The keys at the scope's version.
    ///
    /// One small read when nothing changed.
    func current(_ scope: any Scope) async throws(ServiceError) -> Prepared {
        guard let version = try await scope.get(SigningKeyVersion.self, in: .region, at: SigningKeyVersion.key) else {
            throw .unavailable("the region has no signing keys")
        }
        if let known = prepared.withLock({ $0 }), known.version == version.value { return known }
        guard let set = try await scope.get(SigningKeySet.self, in: .region, at: SigningKeySet.key) else {
            throw .unavailable("the region has no signing keys")
        }
        let fresh: Prepared
        do { fresh = try await Self.prepare(set) } catch { throw .unavailable("signing keys: \(error)") }
        // An older snapshot may prepare older keys late; that costs one more round for the next caller and nothing else.
        prepared.withLock { $0 = fresh }
        return fresh
    }

    private static func prepare(_ set: SigningKeySet) async throws(TokenError) -> Prepared {
        var signers: [TokenSigner] = []
        for key in set.keys { signers.append(try await TokenSigner(privateKeyPEM: key.privateKey, keyID: key.id)) }
        guard let signer = signers.last else { throw .badKey }
        let published = signers.map(\.publicKey)
        return Prepared(
            version: set.version,
            signer: signer,
            verifier: try await TokenVerifier(publicKeys: published),
            published: published,
            sealing: SealingKey.derive(from: set.sealingSecret, salt: [], info: "lazuli identity")
        )
    }
}

extension IdentityProvider {
    /// Retires the signing key and makes the next when it is due, and forgets keys whose tokens have long expired.
    ///
    /// For a reconciler, every hour; does nothing on most calls. Returns whether something changed.
    @discardableResult
    package func rotateSigningKeys(_ scope: WriteScope) async throws(ServiceError) -> Bool {
        guard let set = try await scope.get(SigningKeySet.self, in: .region, at: SigningKeySet.key) else {
            try await createSigningKey(scope)
            return true
        }
        if set.isDue(at: scope.now) {
            try await save(set.rotated(adding: try freshKey(scope), at: scope.now), scope)
            return true
        }
        var trimmed = set.withoutOutdated(at: scope.now)
        guard trimmed.keys.count < set.keys.count else { return false }
        trimmed.version += 1
        try await save(trimmed, scope)
        return true
    }

    /// Makes the region's first signing key; does nothing when there is one.
    func createSigningKey(_ scope: WriteScope) async throws(ServiceError) {
        guard try await scope.get(SigningKeySet.self, in: .region, at: SigningKeySet.key) == nil else { return }
        let sealing = Secret(scope.entropy.bytes(SealingKey.sizeBytes))
        try await save(SigningKeySet(version: 1, keys: [try freshKey(scope)], sealingSecret: sealing), scope)
    }

    private func freshKey(_ scope: WriteScope) throws(ServiceError) -> SigningKeySet.SigningKey {
        do {
            return SigningKeySet.SigningKey(
                id: scope.entropy.bytes(16).base64URL,
                privateKey: try TokenSigner.generate(),
                created: scope.now
            )
        } catch { throw .unavailable("making a signing key: \(error)") }
    }
    private func save(_ set: SigningKeySet, _ scope: WriteScope) async throws(ServiceError) {
        try await scope.put(set, in: .region, at: SigningKeySet.key)
        try await scope.put(SigningKeyVersion(set.version), in: .region, at: SigningKeyVersion.key)
    }
}
