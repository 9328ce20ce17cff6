// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes

/// The checksum a request announces for its own body: `Content-MD5` or `x-ms-content-crc64`, never both.
package enum ContentChecksum: Equatable, Sendable {
    case md5([UInt8])
    case crc64([UInt8])

    /// Reads the announcement; nil when there is none.
    ///
    /// `ofSource` reads what is announced of the source of a copy: `x-ms-source-content-md5` or `-crc64`.
    package init?(_ head: RequestHead, ofSource: Bool = false) throws(StorageFault) {
        let md5 = head.headers[ofSource ? StorageHeader.sourceMD5 : StorageHeader.contentMD5]
        let crc64 = head.headers[ofSource ? StorageHeader.sourceCRC64 : StorageHeader.contentCRC64]
        switch (md5, crc64) {
        case (nil, nil): return nil
        case (let text?, nil):
            guard let bytes = [UInt8](base64: text), bytes.count == 16 else { throw .invalidMD5 }
            self = .md5(bytes)
        case (nil, let text?):
            guard let bytes = [UInt8](base64: text), bytes.count == 8 else {
                throw .invalidHeaderValue("x-ms-content-crc64", text)
            }
            self = .crc64(bytes)
        case (_?, _?): throw .bothChecksums
        }
    }

    /// Compares with what was computed over the body: 16 bytes of MD5, and eight of CRC64.
    package func check(md5: [UInt8], crc64: [UInt8]) throws(StorageFault) {
        switch self {
        case .md5(let announced):
            guard announced == md5 else { throw .md5Mismatch(announced: announced.base64, computed: md5.base64) }
        case .crc64(let announced):
            guard announced == crc64 else {
                throw .crc64Mismatch(announced: announced.base64, computed: crc64.base64)
            }
        }
    }
}
