// SPDX-License-Identifier: Apache-2.0

/// A path of a hierarchical namespace: the names between its slashes.
///
/// Slashes at the ends, and several in a row, say nothing.
package struct PathName: Hashable, Sendable {
    /// The most names of a path (Data Lake "Path", limits).
    package static let depthMax = 63
    /// The names, from above; none is the root directory.
    package let names: [BlobName]

    /// Reads a path as a blob is named by; nil is the root.
    package init(_ name: BlobName?) throws(StorageFault) {
        var names: [BlobName] = []
        for piece in Self.pieces(name?.text ?? "") {
            guard piece != ".", piece != ".." else {
                throw .invalidResourceName("a path has no '.' and no '..' between its slashes.")
            }
            guard names.count < Self.depthMax else {
                throw .invalidResourceName("a path has at most \(Self.depthMax) names.")
            }
            names.append(try BlobName(piece))
        }
        self.names = names
    }
    /// What is between the slashes, as bytes have it: no letter that is combined with a slash hides one.
    package static func pieces(_ text: some StringProtocol) -> [String] {
        text.utf8.split(separator: 47).map { String(decoding: $0, as: UTF8.self) }
    }
    /// Whether it is the root directory.
    package var isRoot: Bool { names.isEmpty }
    /// The text, without slashes at the ends.
    package var text: String { names.map(\.text).joined(separator: "/") }
}
