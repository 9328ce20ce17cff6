// SPDX-License-Identifier: Apache-2.0
import Base
package import HTTPTypes

/// The HTTP properties of a blob: what its reads are answered with (REST "Put Blob", "Set Blob Properties").
package struct ContentHeaders: Equatable, Hashable, Sendable, Codable {
    /// The media type; empty once it was cleared (REST "Set Blob Properties"), nil where none was ever given.
    package var type: String?
    /// The content coding.
    package var encoding: String?
    /// The languages.
    package var language: String?
    /// How to show it.
    package var disposition: String?
    /// How to cache it.
    package var cacheControl: String?
    /// The MD5 that the client stores with the blob: 16 bytes, or what the client takes for one.
    package var md5: [UInt8]?

    /// The type of a blob that was given none.
    package static let defaultType = "application/octet-stream"

    /// The most bytes kept as an MD5 that nobody checks.
    private static let md5BytesMax = 64

    /// Which headers a request sets properties with.
    package enum Source: Sendable {
        /// Put Blob: `x-ms-blob-*`, else the request's own headers.
        case putBlob
        /// Put Block List, Copy Blob, Set Blob Properties: `x-ms-blob-*` only; what is absent is cleared.
        case explicit
    }
    /// No properties.
    package init() {}

    /// Reads the properties of a request.
    package init(_ headers: HTTPFields, from source: Source) throws(StorageFault) {
        func value(_ name: HTTPField.Name, else own: HTTPField.Name?) -> String? {
            let set = headers[name]
            let text = set ?? (source == .putBlob ? own.flatMap { headers[$0] } : nil)
            return text?.isEmpty == true ? nil : text
        }
        type = value(Self.typeName, else: .contentType)
        encoding = value(Self.encodingName, else: .contentEncoding)
        language = value(Self.languageName, else: .contentLanguage)
        cacheControl = value(Self.cacheControlName, else: .cacheControl)
        disposition = value(Self.dispositionName, else: nil)
        md5 = nil
        if let text = value(Self.md5Name, else: nil) {
            // Put Blob checks it against the body; elsewhere it is kept as the client says (REST "Set Blob Properties":
            // "this hash isn't validated"), whatever its length.
            let lengths = source == .putBlob ? 16...16 : 1...Self.md5BytesMax
            guard let bytes = [UInt8](base64: text), lengths.contains(bytes.count) else { throw .invalidMD5 }
            md5 = bytes
        }
    }

    /// The same for a blob whose properties were set by themselves: no type is none, and no default.
    var cleared: ContentHeaders {
        var cleared = self
        cleared.type = type ?? ""
        return cleared
    }

    /// Whether a request sets any property.
    package static func areSet(by headers: HTTPFields) -> Bool {
        [typeName, encodingName, languageName, dispositionName, md5Name, cacheControlName]
            .contains { headers.contains($0) }
    }
    private static let typeName = StorageHeader.name("x-ms-blob-content-type")
    private static let encodingName = StorageHeader.name("x-ms-blob-content-encoding")
    private static let languageName = StorageHeader.name("x-ms-blob-content-language")
    private static let dispositionName = StorageHeader.name("x-ms-blob-content-disposition")
    private static let md5Name = StorageHeader.name("x-ms-blob-content-md5")
    private static let cacheControlName = StorageHeader.name("x-ms-blob-cache-control")

    /// The headers of a read's answer, without those that are not set; `overrides` are a signature's.
    package func fields(overrides: HTTPFields = HTTPFields()) -> HTTPFields {
        var fields = HTTPFields()
        fields[.contentType] = type?.isEmpty == true ? nil : type ?? Self.defaultType
        fields[.contentEncoding] = encoding
        fields[.contentLanguage] = language
        fields[.contentDisposition] = disposition
        fields[.cacheControl] = cacheControl
        for field in overrides { fields[field.name] = field.value }
        return fields
    }
}
