// SPDX-License-Identifier: Apache-2.0

/// The parameters of the Data Lake surface's lists.
package struct PathQuery: Equatable, Sendable {
    /// The directory whose paths are listed; nil is the root.
    package let directory: PathName?
    /// Whether what lies in its directories is listed too.
    package let isRecursive: Bool
    /// Where to go on.
    package let marker: ListMarker?
    /// The first path to list, below the directory; nil begins with the first there is.
    package let begin: String?
    /// How many entries the page may have.
    package let pageSize: Int

    /// Reads the parameters of one of the lists (REST "Path - List", "Filesystem - List").
    package init(_ query: QueryItems, for kind: ListMarker.Kind) throws(StorageFault) {
        func text(_ name: String) -> String? { query[name].flatMap { $0.isEmpty ? nil : $0 } }
        marker = try text("continuation").map { text throws(StorageFault) in try ListMarker(text, for: kind) }
        var size = ListQuery.resultsMax
        if let text = text("maxresults") {
            guard let count = Int(text), count > 0 else { throw .invalidQueryParameterValue("maxResults", text) }
            size = min(count, size)
        }
        pageSize = size
        guard kind == .paths else {
            (directory, isRecursive, begin) = (nil, false, nil)
            return
        }
        begin = text("beginfrom")
        directory = try text("directory").map { text throws(StorageFault) in try PathName(try BlobName(text)) }
        switch query["recursive"]?.lowercased() {
        case "true": isRecursive = true
        case "false": isRecursive = false
        case nil: throw .missingRequiredQueryParameter("recursive")
        case .some(let other): throw .invalidQueryParameterValue("recursive", other)
        }
    }
}
