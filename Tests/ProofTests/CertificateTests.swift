// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Testing

@Suite("The region's certificate authority")
struct CertificateTests {
    private let now = Timestamp(seconds: 1_795_285_102)
    private let year = Duration.seconds(365 * 86400)
    private let names = ["*.blob.lazuli.test", "management.lazuli.test"]

    @Test func `a root is read back from its own PEM and lasts ten years`() throws {
        let root = try CertificateAuthority(name: "Test root", notBefore: now)
        let again = try CertificateAuthority(certificatePEM: try root.certificatePEM, keyPEM: root.keyPEM)
        #expect(try again.certificatePEM == root.certificatePEM)
        #expect(again.notAfter == now + CertificateAuthority.rootValidity)
        #expect(try root.certificatePEM.hasPrefix("-----BEGIN CERTIFICATE-----\n"))
    }
    @Test func `a server certificate says what it covers and until when`() throws {
        let root = try CertificateAuthority(name: "Test root", notBefore: now)
        let issued = try root.issue(
            names: names,
            addresses: ["127.0.0.1", "::1"],
            notBefore: now,
            notAfter: now + year
        )
        let server = try ServerCertificate(certificatePEM: try issued.certificatePEM, keyPEM: issued.keyPEM)
        #expect(server.names == names)
        #expect(server.addresses == ["127.0.0.1", "0:0:0:0:0:0:0:1"])
        #expect(server.notBefore == now)
        #expect(server.notAfter == now + year)
        #expect(server.covers(names: [names[1]], addresses: ["::1", "127.0.0.1"]))
        #expect(!server.covers(names: ["graph.lazuli.test"], addresses: []))
        #expect(!server.covers(names: [], addresses: ["127.0.0.2"]))
    }
    @Test func `only the authority that issued a certificate claims it`() throws {
        let root = try CertificateAuthority(name: "Test root", notBefore: now)
        let other = try CertificateAuthority(name: "Test root", notBefore: now)
        let server = try root.issue(names: names, addresses: [], notBefore: now, notAfter: now + year)
        #expect(server.isIssued(by: root))
        #expect(!server.isIssued(by: other))
    }
    @Test func `pairs that do not belong together are refused`() throws {
        let root = try CertificateAuthority(name: "Test root", notBefore: now)
        let server = try root.issue(names: names, addresses: [], notBefore: now, notAfter: now + year)
        #expect(throws: CryptographyError.self) {
            try CertificateAuthority(certificatePEM: try root.certificatePEM, keyPEM: server.keyPEM)
        }
        #expect(throws: CryptographyError.self) {
            try CertificateAuthority(certificatePEM: try server.certificatePEM, keyPEM: server.keyPEM)
        }
        #expect(throws: CryptographyError.self) { try ServerCertificate(certificatePEM: "", keyPEM: server.keyPEM) }
        #expect(throws: CryptographyError.self) {
            try ServerCertificate(certificatePEM: try server.certificatePEM, keyPEM: Secret(text: "key"))
        }
    }
    @Test func `certificates without a name, with a wrong address or for too long are not issued`() throws {
        let root = try CertificateAuthority(name: "Test root", notBefore: now)
        #expect(throws: CryptographyError.self) {
            try root.issue(names: [], addresses: [], notBefore: now, notAfter: now + year)
        }
        #expect(throws: CryptographyError.self) {
            try root.issue(names: names, addresses: [], notBefore: now, notAfter: now + .seconds(398 * 86400))
        }
        #expect(throws: CryptographyError.self) {
            try root.issue(names: names, addresses: [], notBefore: now, notAfter: now)
        }
        for address in ["localhost", "1.2.3", "1.2.3.256", "01.2.3.4", "1::2::3", ":::", "12345::", "fe80::1%eth0"] {
            #expect(throws: CryptographyError.refused("\(address) is not an IP address")) {
                try root.issue(names: names, addresses: [address], notBefore: now, notAfter: now + year)
            }
        }
    }
    @Test(
        "IPv6 addresses in every spelling",
        arguments: [
            ("2001:db8::1", "2001:db8:0:0:0:0:0:1"), ("::", "0:0:0:0:0:0:0:0"), ("1::", "1:0:0:0:0:0:0:0"),
            ("::ffff:10.0.0.1", "0:0:0:0:0:ffff:a00:1"), ("1:2:3:4:5:6:7:8", "1:2:3:4:5:6:7:8"),
        ]
    )
    func addresses(written: String, covered: String) throws {
        let root = try CertificateAuthority(name: "Test root", notBefore: now)
        let server = try root.issue(names: [], addresses: [written], notBefore: now, notAfter: now + year)
        #expect(server.addresses == [covered])
    }
}
