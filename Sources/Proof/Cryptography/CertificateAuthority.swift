// SPDX-License-Identifier: Apache-2.0
package import Base
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// The region's own certificate authority: one P-256 root that signs the leaves of its endpoints (RFC 5280).
package struct CertificateAuthority: Sendable {
    /// How long a root serves.
    package static let rootValidity = Duration.seconds(10 * 365 * 86400)
    /// The longest a leaf may serve: what browsers and Apple's clients accept (CA/Browser Forum BR §6.3.2, 398 days).
    package static let leafValidityMax = Duration.seconds(397 * 86400)

    let certificate: Certificate
    private let key: P256.Signing.PrivateKey

    /// Makes a fresh root, valid for ten years.
    ///
    /// `name` becomes its common name.
    package init(name: String, notBefore: Timestamp) throws(CryptographyError) {
        let key = P256.Signing.PrivateKey()
        do {
            let subject = try DistinguishedName {
                OrganizationName("Lazuli")
                CommonName(name)
            }
            certificate = try Certificate(
                version: .v3,
                serialNumber: Certificate.SerialNumber(),
                publicKey: Certificate.PublicKey(key.publicKey),
                notValidBefore: Date(notBefore),
                notValidAfter: Date(notBefore + Self.rootValidity),
                issuer: subject,
                subject: subject,
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
                },
                issuerPrivateKey: Certificate.PrivateKey(key)
            )
        } catch { throw .refused("no root certificate can be made for the name \(name)") }
        self.key = key
    }

    /// Reads a root back; `malformed` when either text is damaged, or when they do not belong together.
    package init(certificatePEM: String, keyPEM: Secret) throws(CryptographyError) {
        (certificate, key) = try parsePair(certificatePEM: certificatePEM, keyPEM: keyPEM)
        guard case .isCertificateAuthority? = try? certificate.extensions.basicConstraints else {
            throw .malformed("root certificate: it is not a certificate authority's")
        }
    }

    /// The root certificate, as clients import it.
    package var certificatePEM: String {
        get throws(CryptographyError) { try pem(of: certificate) }
    }
    /// The root's private key (PKCS #8 PEM), to be stored with mode 0600.
    package var keyPEM: Secret { Secret(text: key.pemRepresentation) }
    /// When the root stops serving.
    package var notAfter: Timestamp { Timestamp(certificate.notValidAfter) }

    /// Issues a certificate with a fresh P-256 key for a server.
    ///
    /// - Parameters:
    ///   - names: DNS names, `*.` in front for a wildcard; the first is also the common name (cut to 64 characters).
    ///   - addresses: IPv4 or IPv6 addresses in their usual text form.
    /// - Throws: `refused` for no name at all, an address that is none, or more than 397 days.
    package func issue(
        names: [String],
        addresses: [String],
        notBefore: Timestamp,
        notAfter: Timestamp
    ) throws(CryptographyError) -> ServerCertificate {
        guard let first = names.first ?? addresses.first else { throw .refused("a server certificate needs a name") }
        guard notBefore < notAfter, notAfter - notBefore <= Self.leafValidityMax else {
            throw .refused("a server certificate serves between 1 second and 397 days")
        }
        var alternatives: [GeneralName] = []
        for name in names { alternatives.append(.dnsName(name)) }
        for address in addresses {
            guard let bytes = IPAddressText.bytes(address) else { throw .refused("\(address) is not an IP address") }
            alternatives.append(.ipAddress(ASN1OctetString(contentBytes: bytes[...])))
        }
        let leafKey = P256.Signing.PrivateKey()
        do {
            let issued = try Certificate(
                version: .v3,
                serialNumber: Certificate.SerialNumber(),
                publicKey: Certificate.PublicKey(leafKey.publicKey),
                notValidBefore: Date(notBefore),
                notValidAfter: Date(notAfter),
                issuer: certificate.subject,
                subject: try DistinguishedName { CommonName(String(first.prefix(64))) },
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.notCertificateAuthority)
                    Critical(KeyUsage(digitalSignature: true))
                    try ExtendedKeyUsage([.serverAuth])
                    SubjectAlternativeNames(alternatives)
                    SubjectKeyIdentifier(hash: Certificate.PublicKey(leafKey.publicKey))
                    AuthorityKeyIdentifier(
                        keyIdentifier: SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey)).keyIdentifier
                    )
                },
                issuerPrivateKey: Certificate.PrivateKey(key)
            )
            return ServerCertificate(issued, leafKey)
        } catch { throw .refused("no certificate can be issued for \(first)") }
    }
}
