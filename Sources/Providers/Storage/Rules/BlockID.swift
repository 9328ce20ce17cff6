// SPDX-License-Identifier: Apache-2.0
import Base

/// The client's name for a block: 1 to 64 bytes, in base64 on the wire (REST "Put Block", blockid).
package struct BlockID: Hashable, Comparable, Sendable {
    /// The most bytes before encoding.
    package static let bytesMax = 64
    /// The bytes before encoding; ids are equal when these are.
    package let bytes: [UInt8]
    /// The base64 of the bytes.
    package var text: String { bytes.base64 }

    /// Reads base64; nil when it is not, or when the length is wrong.
    package init?(_ text: String) {
        guard let bytes = [UInt8](base64: text), (1...Self.bytesMax).contains(bytes.count) else { return nil }
        self.bytes = bytes
    }
    /// An id of the region's own making.
    init(known bytes: [UInt8]) { self.bytes = bytes }
    /// The `blockid` of Put Block.
    package init(_ query: QueryItems) throws(StorageFault) {
        guard let text = query["blockid"] else { throw .missingRequiredQueryParameter("blockid") }
        guard let id = BlockID(text) else {
            throw .invalidQueryParameterValue("blockid", text, "Not a valid base64 string of 1 to 64 bytes.")
        }
        self = id
    }
    /// Refuses an id whose length differs from that of another block of the same blob.
    package func checkLength(against other: BlockID?) throws(StorageFault) {
        guard other == nil || other?.bytes.count == bytes.count else { throw .invalidBlobOrBlock }
    }
    /// By bytes.
    package static func < (a: BlockID, b: BlockID) -> Bool { a.bytes.lexicographicallyPrecedes(b.bytes) }
}
