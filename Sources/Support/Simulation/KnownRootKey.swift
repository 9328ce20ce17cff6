// SPDX-License-Identifier: Apache-2.0
package import Base
import Cryptography
package import Custody

/// A root key that every test knows: never for a region that anybody trusts.
package struct KnownRootKey: RootKey {
    private let key: Secret

    /// The key that `number` stands for; two numbers are two regions' keys.
    package init(_ number: UInt8 = 7) { key = Secret([UInt8](repeating: number, count: 32)) }

    /// As the contract says.
    package func wrap(_ inner: Secret) async throws(CustodyError) -> [UInt8] {
        do { return try KeyWrap.wrap(inner, under: key) } catch { throw .wrongKey("\(error)") }
    }
    /// As the contract says.
    package func unwrap(_ wrapped: [UInt8]) async throws(CustodyError) -> Secret {
        do { return try KeyWrap.unwrap(wrapped, under: key) } catch { throw .wrongKey("\(error)") }
    }
    /// As the contract says.
    package func derive(purpose: String) async throws(CustodyError) -> Secret {
        Secret(hmacSHA256(Array(purpose.utf8), key: key))
    }
}
