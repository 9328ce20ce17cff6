// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Testing

@Suite("Password hashes")
struct PasswordHashTests {
    private let salt = [UInt8](0..<16)

    @Test func `a stored hash accepts its password and no other`() throws {
        let text = try PasswordHash.make(password: Secret(text: "correct horse"), salt: salt)
        #expect(text.hasPrefix("$scrypt$ln=15,r=8,p=1$AAECAwQFBgcICQoLDA0ODw==$"))
        #expect(try PasswordHash.verify(password: Secret(text: "correct horse"), against: text))
        #expect(try !PasswordHash.verify(password: Secret(text: "correct hors"), against: text))
        #expect(try !PasswordHash.verify(password: Secret(text: ""), against: text))
    }
    @Test func `hashes are those of RFC 7914 §12, under the parameters in the text`() throws {
        let hash = bytes("7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2").base64
        let text = "$scrypt$ln=14,r=8,p=1$\(Array("SodiumChloride".utf8).base64)$\(hash)"
        #expect(try PasswordHash.verify(password: Secret(text: "pleaseletmein"), against: text))
    }
    @Test func `empty passwords and salts of another size are refused`() {
        #expect(throws: CryptographyError.self) { try PasswordHash.make(password: Secret(text: ""), salt: salt) }
        #expect(throws: CryptographyError.wrongSize(of: "a password salt", expected: 16, found: 1)) {
            try PasswordHash.make(password: Secret(text: "x"), salt: [1])
        }
    }
    @Test(
        "a damaged text is refused before it can cost memory",
        arguments: [
            "", "secret", "$scrypt$ln=15,r=8,p=1$$", "$scrypt$ln=40,r=8,p=1$AAECAwQFBgcICQoLDA0ODw==$AAAA",
            "$scrypt$ln=63,r=8,p=1$AAECAwQFBgcICQoLDA0ODw==$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI=",
            "$scrypt$ln=15,r=8$AAECAwQFBgcICQoLDA0ODw==$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI=",
            "$argon2$ln=15,r=8,p=1$AAECAwQFBgcICQoLDA0ODw==$cCO9yzr9c0hGHAbNgf046/2o+7qQT44+qbVD9lRdofI=",
        ]
    )
    func damaged(text: String) {
        #expect(throws: CryptographyError.self) { try PasswordHash.verify(password: Secret(text: "x"), against: text) }
    }
}
