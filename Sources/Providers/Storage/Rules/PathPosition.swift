// SPDX-License-Identifier: Apache-2.0

/// Where a path comes in listings of a hierarchical namespace: name by name, a directory before what it holds.
struct PathPosition: Comparable {
    private let names: [String]

    init(_ path: String) { names = PathName.pieces(path) }

    /// The path, without slashes at its ends.
    var text: String { names.joined(separator: "/") }

    static func < (a: PathPosition, b: PathPosition) -> Bool {
        a.names.lexicographicallyPrecedes(b.names) { $0.utf8.lexicographicallyPrecedes($1.utf8) }
    }
    static func == (a: PathPosition, b: PathPosition) -> Bool {
        a.names.elementsEqual(b.names) { $0.utf8.elementsEqual($1.utf8) }
    }
}
