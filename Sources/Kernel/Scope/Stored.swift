// SPDX-License-Identifier: Apache-2.0
import Base

/// A value the store keeps.
///
/// Its bytes begin with a version byte, so that every later release can read it (invariant 10).
package protocol Stored: Sendable {
    /// The version written today.
    static var format: UInt8 { get }
    /// Whether requests read it so often that its opened form is kept, and its stored form may be; for small rows that
    /// change seldom.
    static var isReadOften: Bool { get }
    /// The bytes behind the version byte.
    func storedBody() throws -> [UInt8]
    /// Reads the body of a version this release knows.
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws
}

extension Stored {
    /// Most rows are read once and forgotten.
    package static var isReadOften: Bool { false }
}

extension Stored where Self: Codable {
    /// Version one, unless the type says otherwise.
    package static var format: UInt8 { 1 }
    /// Canonical JSON.
    ///
    /// Types on hot paths bring a denser form.
    package func storedBody() throws -> [UInt8] { try JSONCoding.encode(self) }
    /// Reads JSON.
    package init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        self = try JSONCoding.decode(Self.self, from: storedBody)
    }
}

/// Why a stored value cannot be read.
package struct StoredFormatError: Error {
    package let message: String
    package init(_ message: String) { self.message = message }
}

extension Stored {
    /// The bytes to be sealed: version byte and body.
    func encoded() throws -> [UInt8] { [Self.format] + (try storedBody()) }
    /// Reads what `encoded` wrote, in this release or an earlier one.
    static func decoded(_ bytes: [UInt8]) throws -> Self {
        guard let format = bytes.first, format >= 1, format <= Self.format else {
            throw StoredFormatError("\(Self.self) of format \(bytes.first ?? 0) is newer than this release reads")
        }
        return try Self(storedBody: bytes.dropFirst(), format: format)
    }
}
