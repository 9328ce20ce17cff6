// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Gateway
import Kernel
import Synchronization

/// The region's private root, and the leaf its servers show.
struct Certificates {
    /// A leaf lives 397 days at most (browsers refuse longer) and is made anew a month before its end.
    static let leafLifetime = Duration.seconds(397 * 86400)
    static let renewalBefore = Duration.seconds(30 * 86400)

    let certificatePEM: String
    let keyPEM: Secret

    /// Takes the leaf in the folder when it still serves, else issues one; makes the root on the first start.
    static func prepare(_ folder: DataFolder, _ plan: HostPlan, at now: Timestamp) throws -> Certificates {
        let authority = try root(folder, plan.domain, now)
        let names = [plan.domain, "*.\(plan.domain)", "localhost"] + plan.nameSets.flatMap(\.certificateNames)
        let addresses = ["127.0.0.1", "::1"]
        let unique = names.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        if folder.exists(folder.serverCertificate), folder.exists(folder.serverKey) {
            // A leaf that cannot be read is made anew: it holds nothing that is not made again.
            let leaf = try? ServerCertificate(
                certificatePEM: String(decoding: try folder.read(folder.serverCertificate), as: UTF8.self),
                keyPEM: Secret(try folder.read(folder.serverKey))
            )
            if let leaf, leaf.isIssued(by: authority), leaf.covers(names: unique, addresses: addresses),
                leaf.notAfter > now + renewalBefore
            {
                return Certificates(certificatePEM: try leaf.certificatePEM, keyPEM: leaf.keyPEM)
            }
        }
        let leaf = try authority.issue(
            names: unique,
            addresses: addresses,
            notBefore: now + .seconds(-3600),
            notAfter: now + .seconds(-3600) + leafLifetime
        )
        try folder.write(leaf.keyPEM.reveal(), to: folder.serverKey, mode: 0o600)
        try folder.write(Array(try leaf.certificatePEM.utf8), to: folder.serverCertificate, mode: 0o644)
        return Certificates(certificatePEM: try leaf.certificatePEM, keyPEM: leaf.keyPEM)
    }

    private static func root(_ folder: DataFolder, _ domain: String, _ now: Timestamp) throws -> CertificateAuthority {
        if folder.exists(folder.caCertificate) {
            do {
                return try CertificateAuthority(
                    certificatePEM: String(decoding: try folder.read(folder.caCertificate), as: UTF8.self),
                    keyPEM: Secret(try folder.read(folder.caKey))
                )
            } catch {
                throw StartError(
                    "\(folder.caCertificate) and ca.key are no pair (\(error)); restore both from the backup."
                )
            }
        }
        let authority = try CertificateAuthority(name: "Lazuli \(domain)", notBefore: now + .seconds(-3600))
        try folder.write(authority.keyPEM.reveal(), to: folder.caKey, mode: 0o600)
        try folder.write(Array(try authority.certificatePEM.utf8), to: folder.caCertificate, mode: 0o644)
        return authority
    }
}

/// Makes the servers' leaf anew before it runs out, without a restart.
struct LeafRenewal: Sendable {
    private let folder: DataFolder
    private let plan: HostPlan
    private let served: ServedCertificate
    private let shown = Shown()

    /// What was handed to the servers last.
    private final class Shown: Sendable {
        let certificatePEM = Mutex<String?>(nil)
    }

    init(_ folder: DataFolder, _ plan: HostPlan, _ served: ServedCertificate) {
        self.folder = folder
        self.plan = plan
        self.served = served
    }
    /// Shows the leaf of the folder from the next connection on, a new one where that runs out soon.
    ///
    /// Throws `StartError` when the folder does not take it; the former stays.
    func renew(at now: Timestamp) throws {
        let leaf = try Certificates.prepare(folder, plan, at: now)
        guard shown.certificatePEM.withLock({ $0 }) != leaf.certificatePEM else { return }
        try served.replace(certificatePEM: leaf.certificatePEM, keyPEM: leaf.keyPEM)
        shown.certificatePEM.withLock { $0 = leaf.certificatePEM }
    }
}
