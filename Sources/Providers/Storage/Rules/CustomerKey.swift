// SPDX-License-Identifier: Apache-2.0
package import Base
import Cryptography

/// A key that a customer provides with each request (REST "Provide an encryption key on a request"): it is used and
/// forgotten; only its hash is kept.
package struct CustomerKey: Sendable {
    /// 32 bytes of AES-256.
    package let secret: Secret
    /// The SHA-256 of the key.
    package let hash: [UInt8]

    /// Reads the three headers of a key, or of the key of a copy's source; nil when none was sent.
    package init?(_ head: RequestHead, ofSource isSource: Bool = false) throws(StorageFault) {
        let names = isSource ? Self.sourceNames : Self.names
        let texts = names.map { head.text($0) }
        guard texts.contains(where: { $0 != nil }) else { return nil }
        for (name, text) in zip(names, texts) where text == nil { throw .missingRequiredHeader(name) }
        guard texts[2] == "AES256" else { throw .invalidHeaderValue(names[2], texts[2] ?? "") }
        // The value of the key is not repeated in the answer: it is a secret.
        guard let bytes = [UInt8](base64: texts[0] ?? ""), bytes.count == 32 else {
            throw .invalidHeaderValue(names[0], "")
        }
        hash = SHA256Digest.of(bytes)
        guard let announced = [UInt8](base64: texts[1] ?? ""), announced == hash else {
            throw .invalidHeaderValue(names[1], texts[1] ?? "")
        }
        secret = Secret(bytes)
    }

    private static let names = ["x-ms-encryption-key", "x-ms-encryption-key-sha256", "x-ms-encryption-algorithm"]
    private static let sourceNames = [
        "x-ms-source-encryption-key", "x-ms-source-encryption-key-sha256", "x-ms-source-encryption-algorithm",
    ]

    /// Whether a request with or without a key may touch a blob that lies, or does not lie, under one.
    package static func check(_ key: CustomerKey?, against stored: [UInt8]?) throws(StorageFault) {
        switch (key, stored) {
        case (nil, nil): return
        case (nil, .some): throw .blobUsesCustomerSpecifiedEncryption
        case (.some, nil): throw .blobDoesNotUseCustomerSpecifiedEncryption
        case (.some(let key), .some(let hash)):
            guard key.hash == hash else { throw .customerSpecifiedEncryptionMismatch }
        }
    }
}

extension StorageFault {
    /// 409: the blob lies under a customer's key, and the request brings none.
    package static let blobUsesCustomerSpecifiedEncryption = StorageFault(
        409,
        "BlobUsesCustomerSpecifiedEncryption",
        "The blob is encrypted with customer specified encryption, but it was not provided in the request."
    )
    /// 409: the request brings a key, and the blob does not lie under one.
    package static let blobDoesNotUseCustomerSpecifiedEncryption = StorageFault(
        409,
        "BlobDoesNotUseCustomerSpecifiedEncryption",
        "The blob is not encrypted with customer specified encryption, but it was specified in the request."
    )
    /// 409: the blob lies under another key.
    package static let customerSpecifiedEncryptionMismatch = StorageFault(
        409,
        "BlobCustomerSpecifiedEncryptionMismatch",
        "The given customer specified encryption does not match the encryption used to encrypt the blob."
    )
}
