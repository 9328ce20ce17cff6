// SPDX-License-Identifier: Apache-2.0
import Base

/// The ETag of an entity: its time, as the service writes it.
package enum EntityTagText {
    /// `W/"datetime'2026-11-21T19%3A35%3A00.1234567Z'"`.
    package static func text(_ time: EDMDateTime) -> String {
        "W/\"datetime'\(time.text.percentEncoded())'\""
    }
    /// What If-Match asks of an entity.
    package enum Condition: Equatable, Sendable {
        /// Whatever it is, as long as it is there.
        case any
        /// That it is unchanged since this time.
        case time(EDMDateTime)
        /// A tag no entity has.
        case never
    }
    /// Reads If-Match; nil when it was not sent.
    package static func condition(_ header: String?) throws(StorageFault) -> Condition? {
        guard let header else { return nil }
        if header == "*" || header == "\"*\"" { return .any }
        guard header.hasPrefix("W/\"") || header.hasPrefix("\""), header.hasSuffix("\"") else {
            throw .invalidTableInput(
                "The etag value '\(header.prefix(100))' specified in one of the request headers is not valid. Please make "
                    + "sure only one etag value is specified and is valid."
            )
        }
        let plain = header.drop { $0 != "\"" }.dropFirst().dropLast()
        guard plain.hasPrefix("datetime'"), plain.hasSuffix("'"),
            let time = String(plain.dropFirst(9).dropLast()).percentDecoded.flatMap({ EDMDateTime($0) })
        else { return .never }
        return .time(time)
    }
}
