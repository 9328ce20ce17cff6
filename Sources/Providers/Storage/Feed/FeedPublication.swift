// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// Publishes what an account's changes told: appends it to the file of its segment, closes segments, ends old ones.
///
/// Each step is one commit: events leave their table as they come into a file, so that a crash neither loses nor repeats
/// one.
struct FeedPublication: ReceivingSaga {
    static let kind = "storage.changeFeed"
    /// Events of one step: a write each, far from the 1,000 a commit may have.
    private static let eventsAtOnce = 400
    /// Pieces of a file until the next one begins.
    private static let piecesMax = 1000
    /// Old files ended in one step.
    private static let filesAtOnce = 20

    static func state(_ account: UUID) -> JSON { ["account": .string(account.lowercaseText)] }

    func receive(_ state: JSON, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        guard let account = state.uuid("account"), let feed = try await scope.feed(of: account),
            let progress = try await scope.get(
                FeedProgress.self,
                in: .account(account),
                at: StorageKey.feedProgress
            )
        else { return }
        let domain = Domain.account(account)
        let found = try await scope.list(
            ChangeEvent.self,
            in: domain,
            under: StorageKey.changeEvents,
            limit: Self.eventsAtOnce
        )
        guard let first = found.first else { return }
        var segment = FeedProgress.Segment(begin: progress.segment(of: first.value.time), chunk: 0)
        var isNew = true
        if let open = progress.open, open.begin == segment.begin {
            segment = open
            let place = try BlobPlace(feed.container, FeedLayout.chunk(segment))
            let file = try await scope.get(Blob.self, in: domain, at: StorageKey.blob(place))
            isNew = file.map { $0.committedBlocks >= Self.piecesMax } ?? true
            if isNew, file != nil { segment.chunk += 1 }
        }
        let events = found.prefix { progress.segment(of: $0.value.time) == segment.begin }
        let bytes = ChangeAvro.block(events.map(\.value), of: feed, isFirst: isNew)
        let batch = FeedBatch(step: progress.step, segment: segment, keys: events.map(\.key))
        try await intake.take(into: domain, scope, observers: [BatchNote(batch)], from: .bytes(bytes))
    }

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let feed = try await scope.feed(of: account) else {
            return .done(result: nil)
        }
        let data = AccountData(account, scope, caller: .region(Self.kind))
        guard var progress = try await data.feedProgress() else { return .done(result: nil) }
        if let received = scope.received, let batch = BatchNote.batch(of: received) {
            // What was taken in is given back with the refusal.
            guard batch.step == progress.step else { throw .unavailable("a publication was overtaken by another") }
            try await publish(batch, received, feed, &progress, data)
            try await scope.put(progress, in: data.domain, at: StorageKey.feedProgress)
            return .again(state)
        }
        if try await data.tellPlanned() { return .again(state) }
        // What was told since nothing was found comes with the next step.
        let more = try await scope.list(ChangeEvent.self, in: data.domain, under: StorageKey.changeEvents, limit: 1)
        guard more.isEmpty else { return .again(state) }
        if let open = progress.open, open.closes <= scope.now {
            try await close(open, feed, &progress, data)
            try await scope.put(progress, in: data.domain, at: StorageKey.feedProgress)
            return .again(state)
        }
        let oldest = try await oldestEnd(feed, progress, data)
        if let oldest, oldest.end <= scope.now {
            try await end(oldest.segment, feed, data)
            return .again(state)
        }
        progress.saga = nil
        progress.wake = [progress.open?.closes, oldest?.end].compactMap(\.self).min()
        try await scope.put(progress, in: data.domain, at: StorageKey.feedProgress)
        return .done(result: nil)
    }

    private func publish(
        _ batch: FeedBatch,
        _ received: Received,
        _ feed: ChangeFeed,
        _ progress: inout FeedProgress,
        _ data: AccountData
    ) async throws(ServiceError) {
        if let open = progress.open, open.begin != batch.segment.begin {
            try await close(open, feed, &progress, data)
        }
        if progress.open == nil {
            let json = FeedLayout.segment(batch.segment.begin, isFinal: false, at: data.scope.now)
            try await data.putManifest(FeedLayout.segmentPath(batch.segment.begin), json, feed)
        }
        let place = try BlobPlace(feed.container, FeedLayout.chunk(batch.segment))
        let content = try await data.scope.keep(received, in: data.domain)
        let old = try await data.scope.get(Blob.self, in: data.domain, at: StorageKey.blob(place))
        if var file = old, case .pieces(let list, let count) = file.body {
            let before = file
            try await data.append(content, to: list, at: file.length, number: count)
            file.length += content.length
            file.body = .pieces(list: list, count: count + 1)
            file.touch(data.scope)
            try await data.put(file, at: place, was: before)
        } else {
            let list = try await data.createGrowingList()
            try await data.append(content, to: list, at: 0, number: 0)
            var file = Blob(
                data.scope,
                replacing: nil,
                length: content.length,
                body: .pieces(list: list, count: 1),
                headers: ContentHeaders(),
                metadata: .none
            )
            file.kind = .append
            try await data.put(file, at: place, was: nil)
        }
        for key in batch.keys { try await data.scope.remove(in: data.domain, at: key) }
        progress.open = batch.segment
        progress.step += 1
    }
    private func close(
        _ segment: FeedProgress.Segment,
        _ feed: ChangeFeed,
        _ progress: inout FeedProgress,
        _ data: AccountData
    ) async throws(ServiceError) {
        let now = data.scope.now
        let json = FeedLayout.segment(segment.begin, isFinal: true, at: now)
        try await data.putManifest(FeedLayout.segmentPath(segment.begin), json, feed)
        try await data.putManifest(FeedLayout.segmentsPath, FeedLayout.segments(segment.begin, at: now), feed)
        progress.finalized = segment.begin
        progress.open = nil
    }

    // MARK: Retention

    /// The oldest closed segment and when its retention is over; nil while nothing ends.
    private func oldestEnd(_ feed: ChangeFeed, _ progress: FeedProgress, _ data: AccountData) async throws(ServiceError)
        -> (segment: Timestamp, end: Timestamp)?
    {
        guard let days = feed.retentionDays else { return nil }
        let oldest = try await files(FeedLayout.indexPrefix, feed, data, limit: 2)
            .compactMap { FeedLayout.segment(at: $0.place.name.text) }.first
        guard let oldest, oldest != progress.open?.begin else { return nil }
        return (oldest, oldest + .seconds(ChangeFeed.segmentSeconds) + .seconds(days * 24 * 3600))
    }
    /// Ends some files of a segment; its manifest goes with the last ones.
    private func end(_ segment: Timestamp, _ feed: ChangeFeed, _ data: AccountData) async throws(ServiceError) {
        let logs = try await files(FeedLayout.chunks(segment), feed, data, limit: Self.filesAtOnce)
        var ended = logs
        if logs.count < Self.filesAtOnce {
            ended += try await files(FeedLayout.segmentPath(segment), feed, data, limit: 1)
        }
        for file in ended {
            try await data.release(file.blob.body, atOnce: false)
            try await data.remove(file.blob, at: file.place)
        }
    }
    private func files(_ prefix: String, _ feed: ChangeFeed, _ data: AccountData, limit: Int) async throws(ServiceError)
        -> [(place: BlobPlace, blob: Blob)]
    {
        let directory = StorageKey.blobs(feed.container)
        let range = KeyRange(
            from: StorageKey.start(of: prefix, under: directory),
            to: StorageKey.end(of: prefix, under: directory)
        )
        var found: [(place: BlobPlace, blob: Blob)] = []
        for item in try await data.scope.list(Blob.self, in: data.domain, keys: range, limit: limit) {
            var reader = KeyReader(item.key, after: directory)
            guard let name = reader.string() else { continue }
            found.append((try BlobPlace(feed.container, name), item.value))
        }
        return found
    }
}

extension BlobPlace {
    /// A file of the feed.
    fileprivate init(_ container: UUID, _ path: String) throws(ServiceError) {
        self.init(container, try checked { () throws(StorageFault) in try BlobName(path) })
    }
}

extension Scope {
    /// The change feed of an account that is there.
    func feed(of account: UUID) async throws(ServiceError) -> ChangeFeed? {
        guard try await get(Account.self, at: StorageKey.account(account)) != nil else { return nil }
        return try await get(ChangeFeed.self, in: .account(account), at: StorageKey.changeFeed)
    }
}

/// What one publication brings into a file.
private struct FeedBatch {
    let step: Int
    let segment: FeedProgress.Segment
    /// The events, as they lie in their table.
    let keys: [Key]

    init(step: Int, segment: FeedProgress.Segment, keys: [Key]) {
        self.step = step
        self.segment = segment
        self.keys = keys
    }
    var bytes: [UInt8] {
        var writer = StoredWriter()
        writer.integer(Int64(step))
        writer.time(segment.begin)
        writer.integer(Int64(segment.chunk))
        writer.number(UInt64(keys.count))
        for key in keys { writer.data(key.bytes) }
        return writer.bytes
    }
    init(_ bytes: [UInt8]) throws(StoredFormatError) {
        var reader = StoredReader(bytes[...])
        step = Int(try reader.integer())
        segment = FeedProgress.Segment(begin: try reader.time(), chunk: Int(try reader.integer()))
        var keys: [Key] = []
        for _ in 0..<(try reader.count()) { keys.append(Key(bytes: try reader.data())) }
        self.keys = keys
    }
}

/// Carries a batch from the phase that reads to the commit.
private final class BatchNote: ContentObserver {
    private let batch: FeedBatch
    init(_ batch: FeedBatch) { self.batch = batch }
    func observe(_ bytes: ArraySlice<UInt8>) {}
    func digests() -> [String: [UInt8]] { ["batch": batch.bytes] }
    static func batch(of received: Received) -> FeedBatch? {
        received.digests["batch"].flatMap { try? FeedBatch($0) }
    }
}
