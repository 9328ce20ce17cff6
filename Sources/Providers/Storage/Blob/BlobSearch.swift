// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

/// Find Blobs by Tags, over the account and over a container.
extension StorageProvider {
    static var searchOperations: [Row] {
        [
            .reads(
                "blobService.findByTags",
                .blob,
                .get("/", query: ["comp": "blobs"]),
                .data(BlobAction.filter),
                pageMax: ListQuery.resultsMax,
                proof: .none(because: "SDKs only: BlobServiceClient.find_blobs_by_tags"),
                findBlobs
            ),
            .reads(
                "container.findByTags",
                .blob,
                .get("/{container}", query: ["restype": "container", "comp": "blobs"]),
                .data(BlobAction.filter),
                pageMax: ListQuery.resultsMax,
                proof: .none(because: "SDKs only: ContainerClient.find_blobs_by_tags"),
                findBlobs
            ),
        ]
    }

    /// Find Blobs by Tags (`GET /?comp=blobs&where=…`, `GET /{container}?restype=container&comp=blobs&where=…`).
    func findBlobs(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let (query, list) = try checked { () throws(StorageFault) in
            (try TagQuery(blob.head.query), try ListQuery(blob.head.query, for: .tagged))
        }
        var home: Container?
        if blob.target.container != nil {
            home = try await blob.container(scope)
        } else if let name = query.container {
            let known = try checked { () throws(StorageFault) in try ContainerName(name) }
            home = try await scope.get(Container.self, in: blob.domain, at: StorageKey.container(known))
            guard home != nil else { return try found([], nil, blob) }
        }
        var search = TagSearch(query, home?.id, list)
        try await search.run(blob.domain, scope)
        return try found(search.hits, search.next, blob)
    }
    private func found(_ hits: [TagListing.Hit], _ next: ListMarker?, _ blob: BlobCall) throws(ServiceError) -> Reply {
        let endpoint = endpoint(blob)
        let expression = blob.head.query["where"] ?? ""
        return try blob.xml { () throws(StorageFault) in
            try TagListing(endpoint: endpoint, expression: expression, hits: hits, next: next).body()
        }
    }
}

/// One page of a search: walks through the index of one tag in the order of its values, and looks at a blob only where
/// the search asks for further tags.
private struct TagSearch {
    private let query: TagQuery
    private let home: UUID?
    private let pageSize: Int
    private var range: KeyRange
    /// Containers met so far: the name, or nil for one that is gone.
    private var names: [UUID: ContainerName?] = [:]
    private(set) var hits: [TagListing.Hit] = []
    private(set) var next: ListMarker?

    /// Index rows read for one page; then the page ends where it is, with a marker.
    private static let examinedMax = 10_000
    private static let batchMax = 1000
    /// However few hits a page still has room for, most rows may be none.
    private static let batchMin = 64

    init(_ query: TagQuery, _ home: UUID?, _ list: ListQuery) {
        self.query = query
        self.home = home
        pageSize = list.pageSize
        let base = StorageKey.tagged(query.leading)
        range = base.children
        for comparison in query.comparisons(on: query.leading) {
            let edge = base.appending(comparison.value)
            switch comparison.relation {
            case .equal:
                let exact = home.map { edge.appending($0) } ?? edge
                range = KeyRange(from: max(range.from, exact), to: min(range.to, exact.afterChildren))
            case .greater: range.from = max(range.from, edge.afterChildren)
            case .greaterOrEqual: range.from = max(range.from, edge)
            case .less: range.to = min(range.to, edge)
            case .lessOrEqual: range.to = min(range.to, edge.afterChildren)
            case .notEqual: break
            }
        }
        if let fields = list.marker?.fields, fields.count == 3, let directory = UUID(uuidString: fields[1]) {
            range.from = max(range.from, base.appending(fields[0], directory, fields[2]))
        }
    }

    mutating func run(_ domain: Domain, _ scope: ReadScope) async throws(ServiceError) {
        var examined = 0
        while range.from < range.to {
            let wanted = min(max(pageSize - hits.count + 1, Self.batchMin), Self.batchMax)
            let page = try await scope.list(TagHit.self, in: domain, keys: range, limit: wanted)
            for item in page {
                var reader = KeyReader(item.key, after: StorageKey.tagged(query.leading))
                guard let value = reader.string(), let directory = reader.uuid(), let name = reader.string(),
                    let blob = try? BlobName(name)
                else { throw .unavailable("a row of the index of tags does not name its blob") }
                guard hits.count < pageSize, examined < Self.examinedMax else {
                    next = ListMarker(.tagged, [value, directory.uuidString, name])
                    return
                }
                examined += 1
                try await look(at: BlobPlace(directory, blob), value, domain, scope)
            }
            guard page.count == wanted, let last = page.last else { return }
            range.from = last.key.next
        }
    }

    private mutating func look(
        at place: BlobPlace,
        _ value: String,
        _ domain: Domain,
        _ scope: ReadScope
    ) async throws(ServiceError) {
        guard home == nil || home == place.directory else { return }
        guard let container = try await name(of: place.directory, domain, scope) else { return }
        var tags = BlobTags(known: [Metadata.Item(name: query.leading, value: value)])
        if query.names.count > 1 {
            guard let blob = try await scope.get(Blob.self, in: domain, at: StorageKey.blob(place)) else { return }
            tags = blob.tags
        }
        guard query.holds(for: tags) else { return }
        let shown = query.names.compactMap { name in tags[name].map { Metadata.Item(name: name, value: $0) } }
        hits.append(TagListing.Hit(name: place.name, container: container, tags: BlobTags(known: shown)))
    }
    /// The name of a container that is there; nil for one that is gone while its blobs are still being removed.
    private mutating func name(
        of id: UUID,
        _ domain: Domain,
        _ scope: ReadScope
    ) async throws(ServiceError) -> ContainerName? {
        if let known = names[id] { return known }
        var found: ContainerName?
        let place = try await scope.get(ContainerPlace.self, in: domain, at: StorageKey.containerPlace(id))
        if let name = place.flatMap({ try? ContainerName($0.name) }),
            try await scope.get(Container.self, in: domain, at: StorageKey.container(name))?.id == id
        {
            found = name
        }
        names[id] = .some(found)
        return found
    }
}
