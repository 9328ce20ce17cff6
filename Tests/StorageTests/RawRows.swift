// SPDX-License-Identifier: Apache-2.0
import Kernel
import Storage

/// A stored record as it lies there, for tests that put records where the provider would not.
protocol RawRow: Stored {
    /// What its type is called.
    static var name: String { get }
}
extension RawRow {
    static var format: UInt8 { StorageProvider.storedFormats.first { $0.name == name }?.format ?? 1 }
}

/// The record of a blob.
struct RawBlob: RawRow {
    static let name = "Blob"
    private let body: [UInt8]
    init(storedBody: ArraySlice<UInt8>, format: UInt8) { body = Array(storedBody) }
    func storedBody() -> [UInt8] { body }
}

/// The record of a table of blocks.
struct RawBlockTable: RawRow {
    static let name = "BlockTable"
    let body: [UInt8]
    init(storedBody: ArraySlice<UInt8>, format: UInt8) { body = Array(storedBody) }
    func storedBody() -> [UInt8] { body }
}

/// The same as the release before this one wrote it: without its last field, which takes two bytes.
struct EarlierBlockTable: RawRow {
    static let name = "BlockTable"
    static let format: UInt8 = 3
    private let body: [UInt8]
    init(_ later: RawBlockTable) { body = Array(later.body.dropLast(2)) }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) { body = Array(storedBody) }
    func storedBody() -> [UInt8] { body }
}

/// The record of an uncommitted block.
struct RawBlock: RawRow {
    static let name = "Block"
    private let body: [UInt8]
    init(storedBody: ArraySlice<UInt8>, format: UInt8) { body = Array(storedBody) }
    func storedBody() -> [UInt8] { body }
}
