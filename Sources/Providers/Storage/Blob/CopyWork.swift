// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store
import Synchronization

/// A copy that goes on after its answer: what is copied where, as a saga's state.
struct CopyOrder {
    let copy: UUID
    let account: UUID
    let target: BlobPlace
    let sourceTenant: TenantID
    let sourceAccount: UUID
    let source: BlobPlace
    let moment: Moment?
    /// The source may not change meanwhile.
    let etag: EntityTag
    /// The generation of the source's pages that is held meanwhile; nil for bytes of another account.
    var held: (table: UUID, generation: Int64)?
    var isHere: Bool { held != nil }
    var position: Int64 = 0
    /// Whether what was copied is kept as a snapshot in the end (Incremental Copy Blob).
    var isIncremental = false

    init(
        _ copy: UUID,
        from source: CopySource,
        _ found: FoundSource,
        to target: BlobPlace,
        account: UUID
    ) {
        self.copy = copy
        self.account = account
        self.target = target
        sourceTenant = source.place.tenant
        sourceAccount = source.place.id
        self.source = found.place
        moment = found.record.past?.moment
        etag = found.record.etag
    }

    /// Begins the work with this commit; pages of the same account (`record`) are held as they are now.
    func start(_ data: AccountData, holding record: Blob?) async throws(ServiceError) {
        var order = self
        if case .pages(let table, let generation)? = record?.body {
            var store = try await PageStore(data, table)
            order.held = (table, try await store.hold(generation))
        }
        _ = try await data.scope.start(BlobCopy.self, order.json, caller: data.caller)
    }
    /// Where the source lies.
    var key: Key { moment.map { StorageKey.past(source, $0) } ?? StorageKey.blob(source) }

    var json: JSON {
        var state: [String: JSON] = [
            "copy": .string(copy.lowercaseText), "account": .string(account.lowercaseText),
            "directory": .string(target.directory.lowercaseText), "name": .string(target.name.text),
            "sourceTenant": .string(sourceTenant.text), "sourceAccount": .string(sourceAccount.lowercaseText),
            "sourceDirectory": .string(source.directory.lowercaseText), "sourceName": .string(source.name.text),
            "etag": .string(String(etag.value)), "position": .integer(position),
        ]
        if let moment { state["moment"] = .integer(moment.ticks) }
        if isIncremental { state["incremental"] = true }
        if let held {
            state["table"] = .string(held.table.lowercaseText)
            state["generation"] = .integer(held.generation)
        }
        return .object(state)
    }
    init?(_ state: JSON) {
        guard let copy = state.uuid("copy"), let account = state.uuid("account"),
            let directory = state.uuid("directory"), let name = try? state["name"]?.string.map(BlobName.init),
            let tenant = state["sourceTenant"]?.string.flatMap({ UUID(uuidString: $0) }),
            let sourceAccount = state.uuid("sourceAccount"), let sourceDirectory = state.uuid("sourceDirectory"),
            let sourceName = try? state["sourceName"]?.string.map(BlobName.init),
            let etag = state["etag"]?.string.flatMap({ UInt64($0) }), let position = state["position"]?.integer
        else { return nil }
        self.copy = copy
        self.account = account
        self.position = position
        self.sourceAccount = sourceAccount
        self.etag = EntityTag(etag)
        target = BlobPlace(directory, name)
        source = BlobPlace(sourceDirectory, sourceName)
        sourceTenant = TenantID(tenant)
        moment = state["moment"]?.integer.map { Moment(ticks: $0) }
        isIncremental = state["incremental"]?.bool ?? false
        if let table = state.uuid("table"), let generation = state["generation"]?.integer { held = (table, generation) }
    }
}

/// Carries a copy out: pages of the same account by reference, bytes of another account piece by piece.
///
/// The blob shows how far it is. A blob that was overwritten, deleted or whose copy was aborted ends the work.
struct BlobCopy: ReceivingSaga {
    static let kind = "storage.blobCopy"
    /// A source that cannot be read would keep the copy pending for ever.
    static let endsOnDamage = true
    /// Bytes of one step.
    private static let stepBytes: Int64 = 16 << 20

    func receive(_ state: JSON, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        guard let order = CopyOrder(state), !order.isHere else { return }
        let there = scope.of(order.sourceTenant)
        let (domain, home) = (Domain.account(order.sourceAccount), Domain.account(order.account))
        // A copy that was aborted must not wait for a scope.
        guard try await scope.exists(home),
            let target = try await scope.get(Blob.self, in: home, at: StorageKey.blob(order.target)),
            target.copy?.id == order.copy, target.copy?.status == .pending
        else { return }
        // A source that is gone or another one fails the copy: the step finds nothing taken in.
        guard try await there.exists(domain),
            let record = try await there.get(Blob.self, in: domain, at: order.key), record.etag == order.etag,
            let part = try await part(of: record, order, domain, there)
        else { return }
        _ = try await key(of: record, in: domain, there)
        let key = try await key(of: target, in: home, scope)
        let stream = try await there.stream(record, part, in: domain)
        let note = PartNote(part)
        let body = Body(length: stream.length, pull: stream.next)
        try await intake.take(into: home, scope, observers: [note], under: key, from: body)
    }
    /// What a blob lies under; the work waits while its encryption scope is disabled.
    private func key(of record: Blob, in domain: Domain, _ scope: some Scope) async throws(ServiceError) -> Secret? {
        do throws(ServiceError) { return try await scope.contentKey(of: record, in: domain) } catch {
            guard error.status == 403 else { throw error }
            throw .unavailable("a copy waits: \(error.message)")
        }
    }
    /// The next bytes to bring: for pages the next stretch that was written; nil at the end.
    private func part(
        of record: Blob,
        _ order: CopyOrder,
        _ domain: Domain,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Range<Int64>? {
        guard order.position < record.length else { return nil }
        guard case .pages(let id, let generation) = record.body else {
            return order.position..<min(order.position + Self.stepBytes, record.length)
        }
        let table = try await scope.pageTable(id, in: domain)
        let look = PageLook(table: id, generation: generation, domain: domain)
        var position = order.position
        while position < record.length {
            let (pages, end) = try await scope.seenPages(look, table, position..<record.length)
            if let first = pages.first { return first.bytes }
            position = end
        }
        return nil
    }

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard var order = CopyOrder(state) else { return .done(result: nil) }
        let data = AccountData(order.account, scope, caller: .region(Self.kind))
        guard try await scope.exists(data.domain),
            var record = try await scope.get(Blob.self, in: data.domain, at: StorageKey.blob(order.target)),
            var copy = record.copy, copy.id == order.copy, copy.status == .pending
        else {
            try await release(order, data)
            return .done(result: nil)
        }
        let old = record
        let isEnd = try await order.isHere ? share(&order, record, data) : keep(&order, &record, data)
        guard let isEnd else {
            let reason = "412 ConditionNotMet \"Copy failed when reading the source: it changed or is gone.\""
            try await fail(order, old, copy, because: reason, data)
            return .done(result: nil)
        }
        copy.copied = isEnd ? copy.total : min(order.position, copy.total)
        if isEnd {
            copy.status = .success
            copy.completed = scope.now
            record.length = copy.total
            record.touch(scope)
            try await release(order, data)
            record.copy = copy
            if order.isIncremental { copy.snapshot = try await keepSnapshot(of: &record, at: order.target, data) }
        }
        record.copy = copy
        try await data.put(record, at: order.target, was: old)
        return isEnd ? .done(result: nil) : .again(order.json)
    }

    /// What an incremental copy brought stays as a snapshot beside what is current (REST "Incremental Copy Blob").
    private func keepSnapshot(
        of record: inout Blob,
        at place: BlobPlace,
        _ data: AccountData
    ) async throws(ServiceError) -> Moment {
        let states = BlobStates(data, BlobHistory(), place)
        let moment = try await states.freshMoment(after: record)
        record.snapshots += 1
        record.copy?.snapshot = moment
        var past = record
        past.version = nil
        past.body = try await data.share(record.body)
        try await states.keep(past, Blob.Past(kind: .snapshot, moment: moment))
        return moment
    }

    /// Damage of the source, or whatever else is not of the moment: the copy is shown as failed.
    func end(_ state: JSON, with error: ServiceError, _ scope: WriteScope) async throws(ServiceError) {
        guard let order = CopyOrder(state) else { return }
        let data = AccountData(order.account, scope, caller: .region(Self.kind))
        guard try await scope.exists(data.domain),
            let record = try await scope.get(Blob.self, in: data.domain, at: StorageKey.blob(order.target)),
            let copy = record.copy, copy.id == order.copy, copy.status == .pending
        else { return try await release(order, data) }
        let reason = "\(error.status) \(error.code) \"Copy failed when reading the source.\""
        try await fail(order, record, copy, because: reason, data)
    }
    private func fail(
        _ order: CopyOrder,
        _ old: Blob,
        _ copy: Blob.Copy,
        because reason: String,
        _ data: AccountData
    ) async throws(ServiceError) {
        var (record, copy) = (old, copy)
        copy.status = .failed
        copy.completed = data.scope.now
        copy.reason = reason
        try await data.end(copy, of: &record)
        try await data.put(record, at: order.target, was: old)
        try await release(order, data)
    }

    /// Brings rows of the same account over; true at the end.
    private func share(_ order: inout CopyOrder, _ record: Blob, _ data: AccountData) async throws(ServiceError)
        -> Bool?
    {
        guard case .pages(let own, _) = record.body, let held = order.held else { return nil }
        let known = try await data.scope.pageTable(held.table, in: data.domain)
        let look = PageLook(table: held.table, generation: held.generation, domain: data.domain)
        let (seen, end) = try await data.scope.seenPages(look, known, order.position..<max(record.length, 1))
        let part = seen.prefix(PageStore.rowsAtOnce)
        let store = try await PageStore(data, own)
        for page in part { try await store.share(page.row, page.bytes, offset: page.offset) }
        order.position = part.count < seen.count ? part.last?.bytes.upperBound ?? end : end
        return order.position >= record.length
    }
    /// Keeps what was taken in; true at the end, nil when the source was not there any more.
    private func keep(
        _ order: inout CopyOrder,
        _ record: inout Blob,
        _ data: AccountData
    ) async throws(ServiceError) -> Bool? {
        let total = record.copy?.total ?? 0
        guard let received = data.scope.received, let part = PartNote.part(of: received) else {
            return try await isSourceThere(order, data) && (order.position >= total || record.kind == .page)
                ? true : nil
        }
        switch record.body {
        case .pieces(let list, let count):
            let content = try await data.scope.keep(received, in: data.domain)
            try await data.append(content, to: list, at: part.lowerBound, number: count)
            record.body = .pieces(list: list, count: count + 1)
        case .pages(let table, _):
            let seal = PageSeal(try await key(of: record, in: data.domain, data.scope))
            var store = try await PageStore(data, table, under: seal)
            try await store.write(received, at: part.lowerBound)
        case .whole: return nil
        }
        order.position = part.upperBound
        return order.position >= total
    }
    private func isSourceThere(_ order: CopyOrder, _ data: AccountData) async throws(ServiceError) -> Bool {
        let there = data.scope.of(order.sourceTenant)
        let domain = Domain.account(order.sourceAccount)
        guard try await there.exists(domain) else { return false }
        return try await there.get(Blob.self, in: domain, at: order.key)?.etag == order.etag
    }
    /// Lets the source's pages go.
    private func release(_ order: CopyOrder, _ data: AccountData) async throws(ServiceError) {
        guard let held = order.held, try await data.scope.exists(data.domain),
            try await data.scope.get(PageTable.self, in: data.domain, at: StorageKey.pageTable(held.table)) != nil
        else { return }
        var store = try await PageStore(data, held.table)
        try await store.release(held.generation, atOnce: false)
    }
}

/// Remembers which bytes of a source a step took in.
private final class PartNote: ContentObserver {
    private let part: Range<Int64>
    init(_ part: Range<Int64>) { self.part = part }
    func observe(_ bytes: ArraySlice<UInt8>) {}
    func digests() -> [String: [UInt8]] {
        var writer = StoredWriter()
        writer.integer(part.lowerBound)
        writer.integer(part.upperBound)
        return ["part": writer.bytes]
    }
    static func part(of received: Received) -> Range<Int64>? {
        guard let bytes = received.digests["part"] else { return nil }
        var reader = StoredReader(bytes[...])
        guard let from = try? reader.integer(), let to = try? reader.integer(), from < to else { return nil }
        return from..<to
    }
}

/// Remembers the blob a request's bytes were read from.
final class SourceNote: ContentObserver {
    private let record: Blob
    init(_ record: Blob) { self.record = record }
    func observe(_ bytes: ArraySlice<UInt8>) {}
    func digests() -> [String: [UInt8]] { ["source": record.storedBody()] }
    static func source(of received: Received) -> Blob? {
        guard let bytes = received.digests["source"] else { return nil }
        return try? Blob(storedBody: bytes[...], format: Blob.format)
    }
}
