// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// What the request of Get Page Ranges says.
private struct PageQuery {
    let marker: Int64?
    let resultsMax: Int

    /// `whole` is what an answer to a version holds that cannot ask for the rest.
    init(_ head: RequestHead, _ version: ServiceVersion, whole: Int) throws(StorageFault) {
        guard version.isAtLeast(PageListing.firstPagedVersion) else {
            marker = nil
            resultsMax = whole
            return
        }
        marker = try head.query["marker"].flatMap { $0.isEmpty ? nil : $0 }.map { text throws(StorageFault) in
            let marker = try ListMarker(text, for: .pages)
            guard let field = marker.fields.first, let place = Int64(field), place >= 0 else {
                throw .invalidQueryParameterValue("marker", text)
            }
            return place
        }
        let text = head.query["maxresults"].flatMap { $0.isEmpty ? nil : $0 }
        guard let text else {
            resultsMax = BlobLimits.pageRangesMax
            return
        }
        guard let count = Int(text) else { throw .invalidQueryParameterValue("maxresults", text) }
        guard count > 0 else {
            throw .outOfRangeQueryParameterValue("maxresults", text, minimum: 1, maximum: BlobLimits.pageRangesMax)
        }
        resultsMax = min(count, BlobLimits.pageRangesMax)
    }
}

extension StorageProvider {
    /// Rows looked at for one answer; a longer list goes on behind its marker.
    private static let rowsPerAnswer = 50_000

    /// Get Page Ranges (`GET /{container}/{blob}?comp=pagelist`), with `prevsnapshot` what changed since.
    func getPageRanges(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let query = try checked { () throws(StorageFault) in
            try PageQuery(blob.head, blob.version, whole: Self.rowsPerAnswer)
        }
        let (site, record) = try await blob.existingBlob(scope)
        guard record.kind == .page, case .pages(let id, let generation) = record.body else {
            throw ServiceError(.invalidBlobType)
        }
        try blob.admit(record, for: .read)
        let length = record.length
        var window = try checked { () throws(StorageFault) in try PageRange.listed(blob.head, size: length) }
        if let marker = query.marker {
            window = min(max(marker, window.lowerBound), window.upperBound)..<window.upperBound
        }
        let before = try await previous(blob, site, record, scope)
        let look = PageLook(table: id, generation: generation, domain: blob.domain)
        let listing = try await list(look, since: before, window, resultsMax: query.resultsMax, scope)
        guard listing.nextMarker == nil || blob.version.isAtLeast(PageListing.firstPagedVersion) else {
            throw ServiceError(
                .notImplemented(
                    "more than \(Self.rowsPerAnswer) ranges in one answer, as versions before "
                        + "\(PageListing.firstPagedVersion) ask for them; ask for parts by x-ms-range"
                )
            )
        }
        var reply = try blob.xml { () throws(StorageFault) in try listing.body(blob.version) }
        reply.set("ETag", record.etag.quoted)
        reply.set("Last-Modified", record.modified.httpDate)
        reply.set("x-ms-blob-content-length", String(length))
        return reply
    }

    /// The generation `prevsnapshot` (or, for disks, `x-ms-previous-snapshot-url`) names; nil when neither was sent.
    private func previous(
        _ blob: BlobCall,
        _ site: BlobSite,
        _ record: Blob,
        _ scope: ReadScope
    ) async throws(ServiceError) -> PageLook? {
        var text = blob.head.query["prevsnapshot"]
        if let url = blob.call.request.header("x-ms-previous-snapshot-url") {
            guard text == nil, let source = try await source(at: url, blob, scope), source.place.id == blob.place.id,
                source.target.blob == blob.target.blob, source.target.container == blob.target.container
            else {
                throw ServiceError(.invalidHeaderValue("x-ms-previous-snapshot-url", String(url.prefix { $0 != "?" })))
            }
            text = source.target.snapshot
        }
        guard let text else { return nil }
        guard let moment = Moment(text) else { throw ServiceError(.invalidQueryParameterValue("prevsnapshot", text)) }
        if let own = record.past?.moment, own < moment { throw ServiceError(.previousSnapshotCannotBeNewer) }
        let past = try await scope.get(Blob.self, in: blob.domain, at: StorageKey.past(site.place, moment))
        guard let past, past.past?.kind == .snapshot, !past.isDeleted else {
            throw ServiceError(.previousSnapshotNotFound)
        }
        guard case .pages(let table, let generation) = past.body, case .pages(let own, _) = record.body, table == own
        else { throw ServiceError(.blobOverwritten) }
        return PageLook(table: table, generation: generation, domain: blob.domain)
    }

    private func list(
        _ look: PageLook,
        since before: PageLook?,
        _ window: Range<Int64>,
        resultsMax: Int,
        _ scope: ReadScope
    ) async throws(ServiceError) -> PageListing {
        let table = try await scope.pageTable(look.table, in: look.domain)
        var pages: [Range<Int64>] = []
        var cleared: [Range<Int64>] = []
        var position = window.lowerBound
        var looked = 0
        while position < window.upperBound, pages.count + cleared.count <= resultsMax, looked < Self.rowsPerAnswer {
            let part = position..<window.upperBound
            let isPast = look.generation != nil || before != nil
            let (rows, end) = try await scope.pageWindow(look.table, table, in: look.domain, part, past: isPast)
            let spans = rows.map(\.span)
            func view(_ generation: Int64?) -> [PageSpan] {
                PageView.visible(spans, clears: table.clears, at: generation, in: position..<end)
            }
            let now = view(look.generation)
            if let before {
                let changes = PageView.changes(
                    from: view(before.generation),
                    to: now,
                    between: PageView.written(
                        spans,
                        after: before.generation,
                        upTo: look.generation,
                        in: position..<end
                    )
                )
                pages = PageView.joined(pages + changes.written)
                cleared = PageView.joined(cleared + changes.cleared)
            } else {
                pages = PageView.joined(pages + now.map(\.bytes))
            }
            looked += rows.count
            position = end
        }
        return cut(pages, cleared, at: resultsMax, next: position < window.upperBound ? position : nil)
    }
    /// The first ranges by place; `next` is where the ones found end, when there may be more.
    private func cut(
        _ pages: [Range<Int64>],
        _ cleared: [Range<Int64>],
        at resultsMax: Int,
        next: Int64?
    ) -> PageListing {
        let all = (pages + cleared).sorted { $0.lowerBound < $1.lowerBound }
        let end = all.count > resultsMax ? all[resultsMax].lowerBound : next
        let marker = end.map { ListMarker(.pages, [String($0)]).text }
        guard let end else { return PageListing(pages: pages, cleared: cleared) }
        return PageListing(
            pages: pages.filter { $0.lowerBound < end },
            cleared: cleared.filter { $0.lowerBound < end },
            nextMarker: marker
        )
    }
}
