// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// A version of the storage services, which are named by their dates (REST "Versioning for Azure Storage").
package struct ServiceVersion: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The date, such as `2026-10-06`; its order as text is its order in time.
    package let text: String

    /// The newest version whose rules are built in; a newer one is served by these rules.
    package static let newest = ServiceVersion(known: "2026-10-06")
    /// The last date a version may bear: clients may be some releases ahead, but none speaks what is years away.
    package static let latest = ServiceVersion(known: "2029-12-31")
    /// The oldest version that is accepted: the first one today's clients could still speak.
    package static let oldest = ServiceVersion(known: "2011-08-18")

    /// Reads a date; nil when it is not one.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == 45, bytes[7] == 45,
            bytes.enumerated().allSatisfy({ $0 == 4 || $0 == 7 || (48...57).contains($1) })
        else { return nil }
        func number(_ at: Int) -> UInt8 { (bytes[at] - 48) * 10 + (bytes[at + 1] - 48) }
        guard (1...12).contains(number(5)), (1...31).contains(number(8)) else { return nil }
        self.text = String(text)
    }
    private init(known: String) { text = known }

    /// The version a request asks for: `x-ms-version`, else the signature's `sv`, else the account's default.
    ///
    /// Versions after `newest` are accepted up to `latest`, and echoed; other texts are a wrong header.
    package init(head: RequestHead, accountDefault: ServiceVersion? = nil) throws(StorageFault) {
        if let header = head.headers[StorageHeader.version] {
            guard let version = ServiceVersion(header), version >= .oldest, version <= .latest else {
                throw .invalidHeaderValue("x-ms-version", header)
            }
            self = version
        } else {
            self = head.query["sv"].flatMap { ServiceVersion($0) } ?? accountDefault ?? .newest
        }
    }
    /// Whether this version is `date` or later; `date` is written in the source.
    package func isAtLeast(_ date: String) -> Bool { text >= date }
    /// By date.
    package static func < (a: ServiceVersion, b: ServiceVersion) -> Bool { a.text < b.text }
    /// The date.
    package var description: String { text }
}
