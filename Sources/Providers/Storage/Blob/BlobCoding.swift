// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// The stored form of a blob: one number says which parts there are, then come those parts in the order of their bits.
///
/// Common parts have the low bits, so that the number mostly takes one byte.
enum BlobCoding {
    private struct Parts: OptionSet {
        let rawValue: UInt64
        static let modified = Parts(rawValue: 1 << 0)
        static let type = Parts(rawValue: 1 << 1)
        static let md5 = Parts(rawValue: 1 << 2)
        static let metadata = Parts(rawValue: 1 << 3)
        static let pieces = Parts(rawValue: 1 << 4)
        static let version = Parts(rawValue: 1 << 5)
        static let lease = Parts(rawValue: 1 << 6)
        static let tags = Parts(rawValue: 1 << 7)
        static let tier = Parts(rawValue: 1 << 8)
        static let past = Parts(rawValue: 1 << 9)
        static let copy = Parts(rawValue: 1 << 10)
        static let encoding = Parts(rawValue: 1 << 11)
        static let language = Parts(rawValue: 1 << 12)
        static let disposition = Parts(rawValue: 1 << 13)
        static let cacheControl = Parts(rawValue: 1 << 14)
        static let pages = Parts(rawValue: 1 << 15)
        static let append = Parts(rawValue: 1 << 16)
        static let page = Parts(rawValue: 1 << 17)
        static let sequenceNumber = Parts(rawValue: 1 << 18)
        static let sealed = Parts(rawValue: 1 << 19)
        static let encryptionScope = Parts(rawValue: 1 << 20)
        static let customerKey = Parts(rawValue: 1 << 21)
        static let immutability = Parts(rawValue: 1 << 22)
        static let legalHold = Parts(rawValue: 1 << 23)
        static let lastAccess = Parts(rawValue: 1 << 24)
        static let expiry = Parts(rawValue: 1 << 25)
        static let snapshots = Parts(rawValue: 1 << 26)
        static let generation = Parts(rawValue: 1 << 27)
        static let directory = Parts(rawValue: 1 << 28)
        static let access = Parts(rawValue: 1 << 29)
        static let encryptionContext = Parts(rawValue: 1 << 30)
        static let known = Parts(rawValue: 1 << 31 - 1)

        init(rawValue: UInt64) { self.rawValue = rawValue }
        init(_ blob: Blob) {
            self = []
            func mark(_ part: Parts, _ isThere: Bool) -> Parts { isThere ? part : [] }
            formUnion(mark(.modified, blob.modified != blob.created))
            formUnion(mark(.type, blob.headers.type != nil))
            formUnion(mark(.md5, blob.headers.md5 != nil))
            formUnion(mark(.metadata, !blob.metadata.items.isEmpty))
            formUnion(mark(.version, blob.version != nil))
            formUnion(mark(.lease, blob.lease != nil))
            formUnion(mark(.tags, blob.tags != .none))
            formUnion(mark(.tier, blob.tier != BlobTier()))
            formUnion(mark(.past, blob.past != nil))
            formUnion(mark(.copy, blob.copy != nil))
            formUnion(mark(.encoding, blob.headers.encoding != nil))
            formUnion(mark(.language, blob.headers.language != nil))
            formUnion(mark(.disposition, blob.headers.disposition != nil))
            formUnion(mark(.cacheControl, blob.headers.cacheControl != nil))
            formUnion(mark(.append, blob.kind == .append))
            formUnion(mark(.page, blob.kind == .page))
            formUnion(mark(.sequenceNumber, blob.sequenceNumber != 0))
            formUnion(mark(.sealed, blob.isSealed))
            formUnion(mark(.encryptionScope, blob.encryptionScope != nil))
            formUnion(mark(.customerKey, blob.customerKeyHash != nil))
            formUnion(mark(.immutability, blob.immutability != nil))
            formUnion(mark(.legalHold, blob.hasLegalHold))
            formUnion(mark(.lastAccess, blob.lastAccess != nil))
            formUnion(mark(.expiry, blob.expiry != nil))
            formUnion(mark(.snapshots, blob.snapshots != 0))
            formUnion(mark(.directory, blob.directory != nil))
            formUnion(mark(.access, blob.access != nil))
            formUnion(mark(.encryptionContext, blob.encryptionContext != nil))
            switch blob.body {
            case .whole: break
            case .pieces: insert(.pieces)
            case .pages(_, let generation):
                insert(.pages)
                formUnion(mark(.generation, generation != nil))
            }
        }
    }

    static func write(_ blob: Blob) -> [UInt8] {
        var writer = StoredWriter()
        writer.number(Parts(blob).rawValue)
        writer.number(blob.etag.value)
        writer.time(blob.created)
        writer.integer(blob.length)
        switch blob.body {
        case .whole(let content): writer.content(content)
        case .pieces(let list, let count):
            writer.uuid(list)
            writer.number(UInt64(count))
        case .pages(let table, let generation):
            writer.uuid(table)
            if let generation { writer.integer(generation) }
        }
        if blob.modified != blob.created { writer.integer(blob.modified.microseconds - blob.created.microseconds) }
        if let type = blob.headers.type { writer.text(type) }
        if let md5 = blob.headers.md5 { writer.data(md5) }
        if !blob.metadata.items.isEmpty { writer.metadata(blob.metadata) }
        if let version = blob.version { writer.moment(version, near: blob.modified) }
        writer.part(blob.lease)
        if blob.tags != .none { writer.metadata(Metadata(items: blob.tags.items)) }
        if blob.tier != BlobTier() { write(blob.tier, to: &writer) }
        if let past = blob.past { write(past, near: blob.modified, to: &writer) }
        if let copy = blob.copy { write(copy, near: blob.modified, to: &writer) }
        let headers = blob.headers
        for text in [headers.encoding, headers.language, headers.disposition, headers.cacheControl] {
            if let text { writer.text(text) }
        }
        if blob.sequenceNumber != 0 { writer.integer(blob.sequenceNumber) }
        if let scope = blob.encryptionScope { writer.text(scope) }
        if let hash = blob.customerKeyHash { writer.data(hash) }
        if let policy = blob.immutability {
            writer.time(policy.until)
            writer.flag(policy.isLocked)
        }
        if let time = blob.lastAccess { writer.time(time) }
        if let time = blob.expiry { writer.time(time) }
        if blob.snapshots != 0 { writer.integer(Int64(blob.snapshots)) }
        if let directory = blob.directory { writer.uuid(directory) }
        if let access = blob.access {
            for text in [access.owner, access.group, access.text] { writer.text(text) }
            writer.flag(access.isSticky)
        }
        if let context = blob.encryptionContext { writer.text(context) }
        return writer.bytes
    }

    static func read(_ reader: inout StoredReader) throws -> Blob {
        let parts = Parts(rawValue: try reader.number())
        guard parts.isSubset(of: .known) else { throw StoredFormatError("a blob with an unknown part") }
        let etag = EntityTag(try reader.number())
        let created = try reader.time()
        let length = try reader.integer()
        let body: Blob.Body
        if parts.contains(.pieces) {
            body = .pieces(list: try reader.uuid(), count: Int(try reader.number()))
        } else if parts.contains(.pages) {
            let table = try reader.uuid()
            body = .pages(table: table, at: parts.contains(.generation) ? try reader.integer() : nil)
        } else {
            body = .whole(try reader.content())
        }
        var modified = created
        if parts.contains(.modified) {
            modified = Timestamp(microseconds: created.microseconds + (try reader.integer()))
        }
        var blob = Blob(etag: etag, created: created, modified: modified, length: length, body: body)
        blob.kind = parts.contains(.append) ? .append : parts.contains(.page) ? .page : .block
        if parts.contains(.type) { blob.headers.type = try reader.text() }
        if parts.contains(.md5) { blob.headers.md5 = try reader.data() }
        if parts.contains(.metadata) { blob.metadata = try reader.metadata() }
        if parts.contains(.version) { blob.version = try reader.moment(near: modified) }
        if parts.contains(.lease) { blob.lease = try reader.lease() }
        if parts.contains(.tags) { blob.tags = BlobTags(known: try reader.metadata().items) }
        if parts.contains(.tier) { blob.tier = try readTier(&reader) }
        if parts.contains(.past) { blob.past = try readPast(&reader, near: modified) }
        if parts.contains(.copy) { blob.copy = try readCopy(&reader, near: modified) }
        if parts.contains(.encoding) { blob.headers.encoding = try reader.text() }
        if parts.contains(.language) { blob.headers.language = try reader.text() }
        if parts.contains(.disposition) { blob.headers.disposition = try reader.text() }
        if parts.contains(.cacheControl) { blob.headers.cacheControl = try reader.text() }
        if parts.contains(.sequenceNumber) { blob.sequenceNumber = try reader.integer() }
        blob.isSealed = parts.contains(.sealed)
        if parts.contains(.encryptionScope) { blob.encryptionScope = try reader.text() }
        if parts.contains(.customerKey) { blob.customerKeyHash = try reader.data() }
        if parts.contains(.immutability) {
            blob.immutability = Blob.Immutability(until: try reader.time(), isLocked: try reader.flag())
        }
        blob.hasLegalHold = parts.contains(.legalHold)
        if parts.contains(.lastAccess) { blob.lastAccess = try reader.time() }
        if parts.contains(.expiry) { blob.expiry = try reader.time() }
        if parts.contains(.snapshots) { blob.snapshots = Int(try reader.integer()) }
        if parts.contains(.directory) { blob.directory = try reader.uuid() }
        if parts.contains(.access) {
            blob.access = AccessControl(
                owner: try reader.text(),
                group: try reader.text(),
                list: try AccessList(try reader.text()),
                isSticky: try reader.flag()
            )
        }
        if parts.contains(.encryptionContext) { blob.encryptionContext = try reader.text() }
        return blob
    }

    /// Format 1: a committed block blob.
    static func readFirst(_ reader: inout StoredReader) throws -> Blob {
        let etag = EntityTag(try reader.number())
        let created = try reader.time()
        let modified = Timestamp(microseconds: created.microseconds + (try reader.integer()))
        let length = try reader.integer()
        let body: Blob.Body
        switch try reader.number() {
        case 0: body = .whole(try reader.content())
        case 1: body = .pieces(list: try reader.uuid(), count: Int(try reader.number()))
        default: throw StoredFormatError("a blob of an unknown kind")
        }
        var blob = Blob(etag: etag, created: created, modified: modified, length: length, body: body)
        blob.headers.type = try reader.optionalText()
        blob.headers.encoding = try reader.optionalText()
        blob.headers.language = try reader.optionalText()
        blob.headers.disposition = try reader.optionalText()
        blob.headers.cacheControl = try reader.optionalText()
        blob.headers.md5 = try reader.optionalData()
        blob.metadata = try reader.metadata()
        if try reader.flag() {
            let (id, source) = (try reader.uuid(), try reader.text())
            blob.copy = Blob.Copy(id: id, source: source, copied: length, total: length, completed: try reader.time())
        }
        return blob
    }
}

// MARK: - Parts

extension BlobCoding {
    private static func write(_ tier: BlobTier, to writer: inout StoredWriter) {
        writer.optional(tier.explicit?.rawValue)
        writer.optional(tier.changed)
        writer.optional(tier.rehydration?.tier.rawValue)
        if let rehydration = tier.rehydration {
            writer.text(rehydration.priority.rawValue)
            writer.time(rehydration.ready)
        }
    }
    private static func readTier(_ reader: inout StoredReader) throws -> BlobTier {
        let explicit = try reader.optionalText().map(accessTier)
        var tier = BlobTier(explicit: explicit, changed: try reader.optionalTime())
        if let name = try reader.optionalText() {
            guard let priority = Rehydration.Priority(rawValue: try reader.text()) else {
                throw StoredFormatError("a rehydration of an unknown priority")
            }
            tier.rehydration = Rehydration(tier: try accessTier(name), priority: priority, ready: try reader.time())
        }
        return tier
    }
    private static func accessTier(_ name: String) throws -> AccessTier {
        guard let tier = AccessTier(rawValue: name) else { throw StoredFormatError("an unknown access tier") }
        return tier
    }
    private static func write(_ past: Blob.Past, near time: Timestamp, to writer: inout StoredWriter) {
        writer.number(UInt64(past.kind.rawValue) << 1 | (past.deleted == nil ? 0 : 1))
        writer.moment(past.moment, near: time)
        if let deleted = past.deleted {
            writer.time(deleted.at)
            writer.time(deleted.until)
        }
    }
    private static func readPast(_ reader: inout StoredReader, near time: Timestamp) throws -> Blob.Past {
        let number = try reader.number()
        guard let kind = UInt8(exactly: number >> 1).flatMap(Blob.Past.Kind.init(rawValue:)) else {
            throw StoredFormatError("a past state of an unknown kind")
        }
        var past = Blob.Past(kind: kind, moment: try reader.moment(near: time))
        if number & 1 == 1 { past.deleted = Blob.Deletion(at: try reader.time(), until: try reader.time()) }
        return past
    }
    private static func write(_ copy: Blob.Copy, near time: Timestamp, to writer: inout StoredWriter) {
        writer.uuid(copy.id)
        writer.text(copy.source)
        writer.number(UInt64(copy.status.rawValue) << 1 | (copy.isIncremental ? 1 : 0))
        writer.integer(copy.copied)
        writer.integer(copy.total)
        writer.optional(copy.completed)
        writer.optional(copy.reason)
        writer.flag(copy.snapshot != nil)
        if let snapshot = copy.snapshot { writer.moment(snapshot, near: time) }
    }
    private static func readCopy(_ reader: inout StoredReader, near time: Timestamp) throws -> Blob.Copy {
        let (id, source) = (try reader.uuid(), try reader.text())
        let number = try reader.number()
        guard let status = UInt8(exactly: number >> 1).flatMap(Blob.Copy.Status.init(rawValue:)) else {
            throw StoredFormatError("a copy of an unknown status")
        }
        var copy = Blob.Copy(
            id: id,
            source: source,
            status: status,
            copied: try reader.integer(),
            total: try reader.integer(),
            completed: try reader.optionalTime(),
            reason: try reader.optionalText(),
            isIncremental: number & 1 == 1
        )
        if try reader.flag() { copy.snapshot = try reader.moment(near: time) }
        return copy
    }
}

extension StoredWriter {
    /// A moment, short where it is close to a time known already.
    mutating func moment(_ value: Moment, near time: Timestamp) { integer(value.ticks - Moment(time).ticks) }
    /// A lease, where there is one; that there is one is told elsewhere.
    mutating func part(_ lease: Lease?) {
        guard let lease else { return }
        uuid(lease.id)
        number(UInt64(lease.phase.rawValue))
        number(UInt64(lease.seconds ?? 0))
        optional(lease.until)
    }
}

extension StoredReader {
    mutating func moment(near time: Timestamp) throws(StoredFormatError) -> Moment {
        let (ticks, overflow) = Moment(time).ticks.addingReportingOverflow(try integer())
        guard !overflow else { throw StoredFormatError("a moment out of all time") }
        return Moment(ticks: ticks)
    }
    mutating func lease() throws(StoredFormatError) -> Lease {
        let id = try uuid()
        guard let phase = UInt8(exactly: try number()).flatMap(Lease.Phase.init(rawValue:)) else {
            throw StoredFormatError("a lease of an unknown phase")
        }
        let seconds = Int(truncatingIfNeeded: try number())
        return Lease(id: id, phase: phase, seconds: seconds == 0 ? nil : seconds, until: try optionalTime())
    }
}
