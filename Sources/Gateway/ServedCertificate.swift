// SPDX-License-Identifier: Apache-2.0
package import Base
import NIOSSL
import Synchronization

/// The certificate that new connections are shown, and its key.
package final class ServedCertificate: Sendable {
    struct Shown: Sendable {
        /// Counts the replacements.
        var generation: Int
        var chain: [NIOSSLCertificateSource]
        var key: NIOSSLPrivateKey
    }
    private let state: Mutex<Shown>

    /// `certificatePEM` is the leaf and what is between it and the root.
    ///
    /// Throws what NIOSSL says of a text that is no certificate or key.
    package init(certificatePEM: String, keyPEM: Secret) throws {
        state = Mutex(try Self.read(certificatePEM, keyPEM, generation: 0))
    }
    /// Shows another from the next connection on; those that are open keep theirs.
    package func replace(certificatePEM: String, keyPEM: Secret) throws {
        let next = try Self.read(certificatePEM, keyPEM, generation: current.generation + 1)
        state.withLock { $0 = next }
    }

    var current: Shown { state.withLock { $0 } }
    /// What a handshake begun with `first` has to show instead; nothing while it is the same.
    func change(since first: Shown) -> NIOSSLContextConfigurationOverride {
        let shown = current
        guard shown.generation != first.generation else { return .noChanges }
        var change = NIOSSLContextConfigurationOverride()
        change.certificateChain = shown.chain
        change.privateKey = .privateKey(shown.key)
        return change
    }

    private static func read(_ certificatePEM: String, _ keyPEM: Secret, generation: Int) throws -> Shown {
        Shown(
            generation: generation,
            chain: try NIOSSLCertificate.fromPEMBytes(Array(certificatePEM.utf8)).map { .certificate($0) },
            key: try NIOSSLPrivateKey(bytes: keyPEM.reveal(), format: .pem)
        )
    }
}
