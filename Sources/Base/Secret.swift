// SPDX-License-Identifier: Apache-2.0

/// Bytes that must not leak: it is not `Codable`, prints as dots, and compares in constant time.
public struct Secret: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let storage: [UInt8]
    /// Takes the bytes in.
    public init(_ bytes: [UInt8]) { storage = bytes }
    /// Takes the UTF-8 of a text in.
    public init(text: String) { storage = Array(text.utf8) }
    /// The bytes, for the one computation that needs them.
    public func reveal() -> [UInt8] { storage }
    /// Never the bytes.
    public var description: String { "•••" }
    /// Never the bytes.
    public var debugDescription: String { "•••" }
    /// Never the bytes.
    public var customMirror: Mirror { Mirror(self, children: []) }
    /// Whether the bytes are the same, in a time that depends on their count only.
    public func matches(_ other: some Collection<UInt8>) -> Bool {
        guard other.count == storage.count else { return false }
        return zip(storage, other).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
