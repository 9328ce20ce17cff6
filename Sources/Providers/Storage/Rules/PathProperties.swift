// SPDX-License-Identifier: Apache-2.0
import Base
package import HTTPTypes

/// `x-ms-properties`: the metadata as Data Lake writes them, `name=base64,name=base64` (REST "Path - Create").
package enum PathProperties {
    /// Reads the header; nil when it was not sent.
    package static func read(_ head: RequestHead) throws(StorageFault) -> Metadata? {
        guard let text = head.headers[StorageHeader.name("x-ms-properties")] else { return nil }
        var fields = HTTPFields()
        for pair in text.split(separator: ",") {
            let halves = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let name = halves[0].filter { $0 != " " }
            guard halves.count == 2, let bytes = [UInt8](base64: halves[1]),
                let value = String(validating: bytes, as: UTF8.self)
            else { throw .invalidPropertyValue }
            guard !name.isEmpty, let field = HTTPField.Name(Metadata.headerPrefix + name) else {
                throw .invalidPropertyName
            }
            fields.append(HTTPField(name: field, value: value))
        }
        return try Metadata(fields)
    }
    /// The header of an answer; nil when there is nothing to say.
    package static func text(_ metadata: Metadata) -> String? {
        guard !metadata.items.isEmpty else { return nil }
        return metadata.items.map { "\($0.name)=\(Array($0.value.utf8).base64)" }.joined(separator: ",")
    }
}

extension Metadata {
    /// By this the Blob surface tells that something is a directory.
    package static let directoryMark = "hdi_isfolder"
    /// The mark's header.
    package static let directoryHeader = headerPrefix + directoryMark
    /// Whether it has the mark.
    package var marksDirectory: Bool {
        items.contains { $0.name.lowercased() == Self.directoryMark && $0.value.lowercased() == "true" }
    }
    /// With the mark.
    package var markingDirectory: Metadata {
        Metadata(items: items + [Item(name: Self.directoryMark, value: "true")])
    }
    /// Without the mark, which is no metadata where directories are real.
    package var withoutDirectoryMark: Metadata {
        Metadata(items: items.filter { $0.name.lowercased() != Self.directoryMark })
    }
}

extension ContentHeaders {
    /// Reads the properties of a path's request, `x-ms-content-type` and its like, over those there are.
    package init(path headers: HTTPFields, over old: ContentHeaders = ContentHeaders()) throws(StorageFault) {
        func value(_ name: String, _ old: String?) -> String? {
            guard let text = headers[StorageHeader.name("x-ms-" + name)] else { return old }
            return text.isEmpty ? nil : text
        }
        self.init()
        type = value("content-type", old.type)
        encoding = value("content-encoding", old.encoding)
        language = value("content-language", old.language)
        disposition = value("content-disposition", old.disposition)
        cacheControl = value("cache-control", old.cacheControl)
        md5 = old.md5
        if let text = value("content-md5", nil) {
            guard let bytes = [UInt8](base64: text), bytes.count == 16 else { throw .invalidMD5 }
            md5 = bytes
        }
    }
}
