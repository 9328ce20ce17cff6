// SPDX-License-Identifier: Apache-2.0

/// One file of the log under its C2SP tlog-tiles path: hashes (`tile/0/x001/067`) or a bundle of entries
/// (`tile/entries/x001/067`).
package struct Tile: Hashable, Sendable {
    /// The path below the log's root.
    package let path: String
    /// Everything the file holds.
    package let bytes: [UInt8]
    /// The largest file: a bundle of 256 entries, each behind two bytes that give its length.
    package static let bytesMax = 256 * (2 + 65_535)
    /// Joins the parts.
    package init(path: String, bytes: [UInt8]) {
        precondition(Self.isPath(path), "a tile has a path of C2SP tlog-tiles")
        precondition(bytes.count <= Self.bytesMax, "a tile is bounded")
        self.path = path
        self.bytes = bytes
    }
    /// Whether a path is one the log uses: below `tile/`, of parts made of letters, digits and an inner point.
    package static func isPath(_ path: String) -> Bool {
        let parts = path.utf8.split(separator: UInt8(ascii: "/"), omittingEmptySubsequences: false)
        guard parts.count >= 3, path.utf8.count <= pathBytesMax, parts[0].elementsEqual("tile".utf8) else {
            return false
        }
        return parts.allSatisfy { part in
            guard let first = part.first, first != UInt8(ascii: ".") else { return false }
            return part.allSatisfy {
                (48...57).contains($0) || (97...122).contains($0) || $0 == UInt8(ascii: ".")
            }
        }
    }
    /// Far beyond the path of the last tile of a tree with 2^63 leaves.
    private static let pathBytesMax = 128
}

/// What an engine answers instead of success.
package enum TileError: Error, Equatable {
    /// No room: some tiles of the call may be written, none is damaged; the call can be repeated.
    case full(String)
    /// A tile that may not change would have, or cannot be what was written. Names the file.
    case corrupt(String)
    /// The machine answered with an input/output error. The call can be repeated.
    case unavailable(String)
}

/// Keeps the log's tiles, which never change once published, and its checkpoint, which does.
///
/// The files lie under the paths that C2SP tlog-tiles gives them, so that any such reader can serve or check them.
package protocol TileEngine: Sendable {
    /// Durable, all of them, when it returns. After an error or a crash each tile is there whole or not at all.
    ///
    /// Writing the same bytes again is always allowed, since recovery repeats. Other bytes under a path that exists are
    /// refused as `.corrupt` and nothing is written, unless `replacing`: that is for tiles that reach beyond the last
    /// committed tree, where a crash may have left some that no checkpoint ever covered. The caller must never pass it
    /// for a tile inside the committed tree.
    func write(_ tiles: [Tile], replacing: Bool) async throws(TileError)
    /// What was written under the path; nil when nothing was.
    func read(_ path: String) async throws(TileError) -> [UInt8]?
    /// Replaces the file `checkpoint`; durable when it returns. Readers see the one before or this one.
    func publish(checkpoint: [UInt8]) async throws(TileError)
    /// The checkpoint published last; nil before the first.
    func checkpoint() async throws(TileError) -> [UInt8]?
    /// One line for `lazuli status`.
    var health: String { get async }
}

extension TileError: CustomStringConvertible {
    /// In an operator's words.
    package var description: String {
        switch self {
        case .full(let why), .corrupt(let why), .unavailable(let why): why
        }
    }
}
