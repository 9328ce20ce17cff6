// SPDX-License-Identifier: Apache-2.0
package import Base
import Crypto
import CryptoExtras

/// scrypt (RFC 7914) hashes of passwords and client secrets, as `$scrypt$ln=15,r=8,p=1$salt$hash` (base64 with
/// padding).
///
/// The cost is 32 MiB of memory and some 60 ms of one core: callers bound how many run at once.
package enum PasswordHash {
    /// The size of a fresh salt.
    package static let saltBytes = 16
    private static let hashBytes = 32
    private static let current = Cost(logRounds: 15, blockSize: 8, parallelism: 1)

    private struct Cost {
        var logRounds: Int
        var blockSize: Int
        var parallelism: Int
        /// Bounds on stored parameters: a damaged record may not claim gigabytes.
        var isSane: Bool {
            (1...20).contains(logRounds) && (1...16).contains(blockSize) && (1...4).contains(parallelism)
        }
    }

    /// The text to store for a password, under today's parameters.
    ///
    /// An empty password is refused.
    package static func make(password: Secret, salt: [UInt8]) throws(CryptographyError) -> String {
        guard salt.count == saltBytes else {
            throw .wrongSize(of: "a password salt", expected: saltBytes, found: salt.count)
        }
        guard !password.reveal().isEmpty else { throw .refused("a password may not be empty") }
        let hash = try derive(password, salt: salt, cost: current)
        let cost = "ln=\(current.logRounds),r=\(current.blockSize),p=\(current.parallelism)"
        return "$scrypt$\(cost)$\(salt.base64)$\(hash.base64)"
    }

    /// Whether the password is the one whose text was stored, compared in constant time; `malformed` for a damaged
    /// text.
    package static func verify(password: Secret, against text: String) throws(CryptographyError) -> Bool {
        let fields = text.split(separator: "$", omittingEmptySubsequences: false)
        guard fields.count == 5, fields[0].isEmpty, fields[1] == "scrypt", let cost = cost(fields[2]), cost.isSane,
            let salt = [UInt8](base64: fields[3]), (8...64).contains(salt.count),
            let hash = [UInt8](base64: fields[4]), hash.count == hashBytes
        else { throw .malformed("password hash: reset the password") }
        guard !password.reveal().isEmpty else { return false }
        return Secret(try derive(password, salt: salt, cost: cost)).matches(hash)
    }

    private static func cost(_ text: Substring) -> Cost? {
        let fields = text.split(separator: ",")
        guard fields.count == 3 else { return nil }
        let numbers = zip(["ln=", "r=", "p="], fields).compactMap { prefix, field in
            field.hasPrefix(prefix) ? Int(field.dropFirst(prefix.count)) : nil
        }
        guard numbers.count == 3 else { return nil }
        return Cost(logRounds: numbers[0], blockSize: numbers[1], parallelism: numbers[2])
    }

    private static func derive(_ password: Secret, salt: [UInt8], cost: Cost) throws(CryptographyError) -> [UInt8] {
        do {
            let key = try KDF.Scrypt.deriveKey(
                from: password.reveal(),
                salt: salt,
                outputByteCount: hashBytes,
                rounds: 1 << cost.logRounds,
                blockSize: cost.blockSize,
                parallelism: cost.parallelism
            )
            return bytes(of: key)
        } catch { throw .refused("the password hash could not be computed: memory for scrypt is lacking") }
    }
}
