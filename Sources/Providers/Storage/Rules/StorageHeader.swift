// SPDX-License-Identifier: Apache-2.0
package import HTTPTypes

/// The header names of the Blob service that HTTP itself does not define.
package enum StorageHeader {
    /// `x-ms-version`.
    package static let version = name("x-ms-version")
    /// `x-ms-date`: takes the place of `Date` in signatures.
    package static let date = name("x-ms-date")
    /// `x-ms-range`: takes the place of `Range`.
    package static let range = name("x-ms-range")
    /// `x-ms-range-get-content-md5`.
    package static let rangeMD5 = name("x-ms-range-get-content-md5")
    /// `x-ms-range-get-content-crc64`.
    package static let rangeCRC64 = name("x-ms-range-get-content-crc64")
    /// `x-ms-content-crc64`.
    package static let contentCRC64 = name("x-ms-content-crc64")
    /// `x-ms-lease-id`.
    package static let leaseID = name("x-ms-lease-id")
    /// `x-ms-blob-public-access`.
    package static let publicAccess = name("x-ms-blob-public-access")
    /// `x-ms-blob-type`.
    package static let blobType = name("x-ms-blob-type")
    /// `x-ms-structured-body`.
    package static let structuredBody = name("x-ms-structured-body")
    /// `x-ms-structured-content-length`.
    package static let structuredLength = name("x-ms-structured-content-length")
    /// `x-ms-copy-source-authorization`.
    package static let copyAuthorization = name("x-ms-copy-source-authorization")
    /// `x-ms-source-content-md5`.
    package static let sourceMD5 = name("x-ms-source-content-md5")
    /// `x-ms-source-content-crc64`.
    package static let sourceCRC64 = name("x-ms-source-content-crc64")
    /// `Content-MD5`, RFC 1864.
    package static let contentMD5 = name("Content-MD5")

    /// A name written in the source; `text` must be an RFC 9110 token.
    package static func name(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is not a header name") }
        return name
    }
}
