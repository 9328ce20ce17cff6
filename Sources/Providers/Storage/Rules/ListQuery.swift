// SPDX-License-Identifier: Apache-2.0

/// The parameters of List Containers, List Blobs and List Queues.
package struct ListQuery: Equatable, Sendable {
    /// The most entries of a page, and how many come when the client says nothing.
    package static let resultsMax = 5000

    /// Something a listing includes when `include` names it.
    package enum Inclusion: String, Sendable, CaseIterable {
        case copy
        case deleted
        case deletedWithVersions = "deletedwithversions"
        case immutabilityPolicy = "immutabilitypolicy"
        case legalHold = "legalhold"
        case metadata
        case permissions
        case snapshots
        case system
        case tags
        case uncommittedBlobs = "uncommittedblobs"
        case versions
    }

    /// Names must start so.
    package let prefix: String?
    /// Names are folded at this text after the prefix.
    package let delimiter: String?
    /// The marker as sent, for the echo.
    package let markerText: String?
    /// Where to go on.
    package let marker: ListMarker?
    /// `maxresults` as asked for, for the echo; nil when it was not sent.
    package let maxResults: Int?
    /// The name to start from, itself included (`startFrom`).
    package let start: String?
    /// The name to end before (`endBefore`).
    package let end: String?
    /// What to include.
    package let include: Set<Inclusion>
    /// How many entries the page may have.
    package var pageSize: Int { min(maxResults ?? Self.resultsMax, Self.resultsMax) }

    private static let containerInclusions: Set<Inclusion> = [.metadata, .deleted, .system]
    private static let blobInclusions = Set(Inclusion.allCases).subtracting([.system])

    /// Reads the parameters of one of the two lists.
    package init(_ query: QueryItems, for kind: ListMarker.Kind) throws(StorageFault) {
        func text(_ name: String) -> String? { query[name].flatMap { $0.isEmpty ? nil : $0 } }
        prefix = text("prefix")
        delimiter = kind == .blobs ? text("delimiter") : nil
        start = kind == .blobs ? text("startfrom") : nil
        end = kind == .blobs ? text("endbefore") : nil
        markerText = text("marker")
        marker = try markerText.map { text throws(StorageFault) in try ListMarker(text, for: kind) }
        maxResults = try text("maxresults").map { text throws(StorageFault) in
            guard let count = Int(text) else { throw .invalidQueryParameterValue("maxresults", text) }
            guard count > 0 else {
                throw .outOfRangeQueryParameterValue("maxresults", text, minimum: 1, maximum: Self.resultsMax)
            }
            return count
        }
        let allowed: Set<Inclusion> =
            switch kind {
            case .blobs: Self.blobInclusions
            case .containers, .tagged, .pages, .paths: Self.containerInclusions
            case .queues: [.metadata]
            }
        var include: Set<Inclusion> = []
        // az sends an empty `include=`, and some clients send the parameter more than once.
        for word in query.values("include").flatMap({ $0.split(separator: ",") }) {
            let trimmed = word.filter { $0 != " " }.lowercased()
            guard let inclusion = Inclusion(rawValue: trimmed), allowed.contains(inclusion) else {
                throw .invalidQueryParameterValue("include", String(word))
            }
            include.insert(inclusion)
        }
        // REST "List Blobs": snapshots and versions need a flat list.
        if delimiter != nil, include.contains(.snapshots) {
            throw .invalidQueryParameterValue("include", "snapshots", "Snapshots are listed without a delimiter only.")
        }
        self.include = include
    }
}
