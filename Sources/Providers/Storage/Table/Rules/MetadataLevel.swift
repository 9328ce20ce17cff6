// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// How much an answer says about the types of what it shows (REST "Payload format for Table service operations").
package enum MetadataLevel: String, Sendable {
    /// Values alone.
    case none = "nometadata"
    /// The types that JSON does not tell, and the context.
    case minimal = "minimalmetadata"
    /// Types, ids and links.
    case full = "fullmetadata"

    /// What the answer's Content-Type says.
    package var contentType: String { "application/json;odata=\(rawValue);streaming=true;charset=utf-8" }

    /// What a request asks for, by `$format` or Accept; nothing said is minimal.
    package init(_ head: RequestHead) throws(StorageFault) {
        let asked = head.query["$format"] ?? head.headers[.accept] ?? ""
        guard let level = Self.first(asked) else {
            throw asked.lowercased().contains("atom") ? .atomFormatNotSupported : .mediaTypeNotSupported
        }
        self = level
    }
    /// The first of a list of media types that is JSON; nil when none is.
    private static func first(_ accept: String) -> MetadataLevel? {
        let ranges = accept.lowercased().split(separator: ",")
        guard !ranges.isEmpty else { return .minimal }
        for range in ranges {
            let parts = range.split(separator: ";").map { $0.filter { $0 != " " } }
            switch parts.first {
            case "application/json", "json":
                let odata = parts.dropFirst().first { $0.hasPrefix("odata=") }
                return odata.map { MetadataLevel(rawValue: String($0.dropFirst(6))) } ?? .minimal
            case "*/*", "application/*": return .minimal
            default: continue
            }
        }
        return nil
    }
}
