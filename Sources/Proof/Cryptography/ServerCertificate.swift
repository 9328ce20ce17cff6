// SPDX-License-Identifier: Apache-2.0
package import Base
import Crypto
import FoundationEssentials
import SwiftASN1
import X509

/// A server's certificate and private key, as TLS takes them, and what start-up asks before it serves with them.
package struct ServerCertificate: Sendable {
    private let certificate: Certificate
    private let key: P256.Signing.PrivateKey

    init(_ certificate: Certificate, _ key: P256.Signing.PrivateKey) {
        self.certificate = certificate
        self.key = key
    }
    /// Reads a pair back; `malformed` when either text is damaged, or when they do not belong together.
    package init(certificatePEM: String, keyPEM: Secret) throws(CryptographyError) {
        (certificate, key) = try parsePair(certificatePEM: certificatePEM, keyPEM: keyPEM)
    }

    /// The certificate alone.
    package var certificatePEM: String {
        get throws(CryptographyError) { try pem(of: certificate) }
    }
    /// The private key (PKCS #8 PEM), to be stored with mode 0600.
    package var keyPEM: Secret { Secret(text: key.pemRepresentation) }
    /// When it starts to serve.
    package var notBefore: Timestamp { Timestamp(certificate.notValidBefore) }
    /// When it stops serving.
    package var notAfter: Timestamp { Timestamp(certificate.notValidAfter) }
    /// The DNS names it covers, wildcards included.
    package var names: [String] {
        alternatives.compactMap { if case .dnsName(let name) = $0 { name } else { nil } }
    }
    /// The IP addresses it covers, in canonical text.
    package var addresses: [String] {
        alternatives.compactMap {
            if case .ipAddress(let bytes) = $0 { IPAddressText.text(Array(bytes.bytes)) } else { nil }
        }
    }
    /// Whether it covers every one of these names and addresses literally: if not, start-up issues another.
    package func covers(names: [String], addresses: [String]) -> Bool {
        let texts = addresses.map { IPAddressText.bytes($0).flatMap(IPAddressText.text) ?? $0 }
        return Set(names).isSubset(of: Set(self.names)) && Set(texts).isSubset(of: Set(self.addresses))
    }
    /// Whether this authority signed it.
    package func isIssued(by authority: CertificateAuthority) -> Bool {
        certificate.issuer == authority.certificate.subject
            && authority.certificate.publicKey.isValidSignature(certificate.signature, for: certificate)
    }

    private var alternatives: [GeneralName] {
        (try? certificate.extensions.subjectAlternativeNames).map(Array.init) ?? []
    }
}

func parsePair(
    certificatePEM: String,
    keyPEM: Secret
) throws(CryptographyError) -> (Certificate, P256.Signing.PrivateKey) {
    guard let certificate = try? Certificate(pemEncoded: certificatePEM) else { throw .malformed("certificate PEM") }
    guard let key = try? P256.Signing.PrivateKey(pemRepresentation: String(decoding: keyPEM.reveal(), as: UTF8.self))
    else {
        throw .malformed("private key PEM: an EC P-256 key is expected")
    }
    guard certificate.publicKey == Certificate.PublicKey(key.publicKey) else {
        throw .malformed("pair: the private key is not the certificate's")
    }
    return (certificate, key)
}

func pem(of certificate: Certificate) throws(CryptographyError) -> String {
    do { return try certificate.serializeAsPEM().pemString } catch { throw .malformed("certificate") }
}

extension Date {
    init(_ moment: Timestamp) { self.init(timeIntervalSince1970: Double(moment.seconds)) }
}

extension Timestamp {
    init(_ date: Date) { self.init(seconds: Int64(date.timeIntervalSince1970.rounded())) }
}
