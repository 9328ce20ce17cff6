// SPDX-License-Identifier: Apache-2.0
package import Base
package import Cryptography
import Synchronization

/// The keys that one data key's values are sealed under: none of them seals more than random nonces allow.
///
/// NIST SP 800-38D §8.3 bounds AES-GCM with random 96-bit nonces to 2^32 seals a key. So values are sealed under
/// subkeys: HKDF-SHA256 of the data key, salted with 64 random bits that lie beside each value. Every life of the
/// process draws a salt of its own for each data key, counts its seals in memory, exactly, and draws the next after
/// `sealsMax`. Nothing durable counts, so neither a crash nor a restored backup makes a count begin anew under a key
/// that was used before.
package final class ValueKeys: Sendable {
    /// Most values sealed under one subkey: half of what is allowed, so that two lives that draw the same salt by chance
    /// still keep to the bound together.
    package static let sealsMax: UInt64 = 1 << 31
    /// The size of a salt.
    package static let saltBytes = 8
    /// Subkeys kept ready for opening, one for each life that sealed what is read; any other is one HKDF away.
    static let openedMax = 64
    private static let purpose = "value"

    private struct State {
        var salt: UInt64 = 0
        var sealing: SealingKey?
        /// Values that may still be sealed under it.
        var left: UInt64 = 0
        var opened: [UInt64: SealingKey] = [:]
    }
    private let state = Mutex(State())
    private let dataKey: SealingKey
    private let sealsMax: UInt64

    /// The keys below a data key of 32 bytes; any other size is `wrongSize`.
    package init(_ dataKey: Secret, sealsMax: UInt64 = ValueKeys.sealsMax) throws(CryptographyError) {
        precondition(sealsMax > 0, "a subkey seals something")
        self.dataKey = try SealingKey(dataKey)
        self.sealsMax = sealsMax
    }

    /// What opens values of format 1, which were sealed under the data key itself.
    var former: SealingKey { dataKey }
    /// A subkey for one more value, and the salt to lay beside it.
    func next(_ entropy: any Entropy) -> (salt: UInt64, key: SealingKey) {
        state.withLock { state in
            if state.left > 0, let key = state.sealing {
                state.left -= 1
                return (state.salt, key)
            }
            let salt = entropy.bytes(Self.saltBytes).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            let key = derive(salt)
            (state.salt, state.sealing, state.left) = (salt, key, sealsMax - 1)
            return (salt, key)
        }
    }
    /// The subkey of a salt.
    func key(_ salt: UInt64) -> SealingKey {
        state.withLock { state in
            if salt == state.salt, let key = state.sealing { return key }
            if let known = state.opened[salt] { return known }
            let key = derive(salt)
            // Which one goes matters little: what is read often comes back at once.
            if state.opened.count >= Self.openedMax, let any = state.opened.first { state.opened[any.key] = nil }
            state.opened[salt] = key
            return key
        }
    }
    private func derive(_ salt: UInt64) -> SealingKey {
        SealingKey.derive(from: dataKey, salt: Self.bytes(salt), info: Self.purpose)
    }
    static func bytes(_ salt: UInt64) -> [UInt8] {
        stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: salt >> UInt64($0)) }
    }
}
