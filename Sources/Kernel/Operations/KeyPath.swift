// SPDX-License-Identifier: Apache-2.0

extension Surface {
    /// A path as routes are written for it.
    func routed(_ path: String) -> String { self == .table ? KeyPath.routed(path) : path }
}

/// OData's keys in addresses: `/Customers(PartitionKey='a',RowKey='b')`.
enum KeyPath {
    /// The path with the parenthesis as a segment of its own, so that routes can tell `/{table}` from
    /// `/{table}/{keys}`; an empty one is left out.
    ///
    /// Nothing behind the parenthesis is cut off, and no name before it can hold one.
    static func routed(_ path: String) -> String {
        var start = path.startIndex
        while start < path.endIndex, path[start] == "/" { start = path.index(after: start) }
        let end = path[start...].firstIndex(of: "/") ?? path.endIndex
        let segment = path[start..<end]
        guard let open = opening(segment), open > segment.startIndex else { return path }
        let keys = segment[open...].lowercased()
        let isEmpty = keys == "()" || keys == "%28%29" || keys == "%28)" || keys == "(%29"
        return path[..<open] + (isEmpty ? "" : "/" + segment[open...]) + path[end...]
    }
    /// Where the parenthesis begins, escaped or not.
    private static func opening(_ segment: Substring) -> String.Index? {
        let plain = segment.firstIndex(of: "(")
        let escaped = segment.firstRange(of: "%28")?.lowerBound
        guard let plain, let escaped else { return plain ?? escaped }
        return min(plain, escaped)
    }
}
