// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import Cryptography
import Custody
import Ledger
import Store

/// Holds every row of the store against the entries, and reads through the extents that rows refer to.
struct VerificationRows {
    /// Rows read at once.
    private static let pageMax = 256
    /// All keys an engine may hold, those that no part begins with included.
    private static let everything = KeyRange(
        from: Key(bytes: []),
        to: Key(bytes: [UInt8](repeating: 0xFF, count: Key.bytesMax + 1))
    )
    private static let numbers = Key("ledger", "at").children
    private static let activity = Key("ledger", "activity")

    let snapshot: any StoreSnapshot
    /// What turns keys into tags; nil leaves rows outside the ledger unchecked.
    let blinding: LedgerBlinding?
    let writes: VerificationWrites?

    /// Walks the whole store once.
    ///
    /// Throws when it cannot be read on.
    func check(_ report: inout VerificationReport) async throws {
        var numbers: UInt64 = 0
        var rows = 0
        try await walk(Self.everything) { pair in
            if !LedgerKey.range.contains(pair.key) {
                rows += 1
                judge(pair, &report)
            } else if Self.numbers.contains(pair.key) {
                numbers += 1
            } else if pair.key != LedgerKey.head, !LedgerKey.allPending.contains(pair.key) {
                try await checkActivity(pair, &report)
            }
        }
        if numbers != report.numbered {
            report.find("the index has numbers for \(numbers) entries, the ledger has \(report.numbered)")
        }
        guard blinding != nil, let writes else { return }
        report.rows = rows
        if writes.collisions > 0 {
            report.find("\(writes.collisions) writes claim the same place in the order of their key as another")
        }
        writes.forEachMissing { tag, written in
            report.find("a row is missing: its key has the tag \(tag), and was last written about \(written.iso8601)")
        }
    }
    private func judge(_ pair: Pair, _ report: inout VerificationReport, mayBeUnknown: Bool = false) {
        guard let blinding, let writes else { return }
        switch writes.judge(blinding.tag(key: pair.key), SHA256Digest.of(pair.value)) {
        case .explained: break
        case .altered: report.find("a row was altered: \(pair.key.readable) does not hold what its last entry wrote")
        case .removed: report.find("a row is back: \(pair.key.readable) was removed by its last entry")
        case .unknown where mayBeUnknown: break
        case .unknown: report.find("a row is unexplained: no entry wrote \(pair.key.readable)")
        }
    }
    /// The activity index names entries that exist, and is explained by them; those of format 1 did not tell of it.
    private func checkActivity(_ pair: Pair, _ report: inout VerificationReport) async throws {
        var reader = KeyReader(pair.key, after: Self.activity)
        guard Self.activity.children.contains(pair.key), reader.uuid() != nil, reader.uuid() != nil,
            reader.integer() != nil, let id = reader.uuid().map({ EntryID($0) }), reader.isAtEnd
        else { return report.find("a row is unexplained: \(pair.key.readable) among the ledger's own") }
        let isUnordered: Bool
        if let pending = try await snapshot.get(LedgerKey.pending(id)) {
            isUnordered = Entry(bytes: pending)?.readVersion == nil
        } else if let at = try await snapshot.get(LedgerKey.at(id)) {
            isUnordered = writes?.lastUnordered.map { LedgerTree.number(Array(at.prefix(8))) <= $0 } ?? false
        } else {
            return report.find("the activity log names an entry that does not exist: \(id.text)")
        }
        judge(pair, &report, mayBeUnknown: isUnordered)
    }

    /// Verifies the checksums of every extent that a count row keeps.
    ///
    /// Throws when the rows cannot be found.
    func checkExtents(_ bytes: any BytesEngine, _ root: any RootKey, _ report: inout VerificationReport) async throws {
        report.extents = 0
        let slot = KeyRing.slot(.region, KeyRing.regionTenant)
        let key = try await KeyRing(root).dataKey(slot, at: snapshot.version) { key async throws(ServiceError) in
            do throws(StoreError) { return try await snapshot.get(key) } catch { throw ServiceError(store: error) }
        }
        guard let key else { return }
        let counts = Key("data", kernelNamespace, KeyRing.regionTenant, Domain.region.label, "extent")
        try await walk(counts.children) { pair in
            guard let extent = Self.extent(pair, after: counts, key) else {
                return report.find("\(pair.key.readable) does not open, so its extent was not read")
            }
            do {
                try await bytes.verify(extent)
                report.extents = (report.extents ?? 0) + 1
                report.extentBytes += extent.length
            } catch {
                report.find("the \(extent.length) bytes at \(extent.offset) of segment \(extent.segment): \(error)")
            }
        }
    }
    private static func extent(_ pair: Pair, after prefix: Key, _ key: DataKey) -> Extent? {
        var reader = KeyReader(pair.key, after: prefix)
        guard let segment = reader.integer(), let offset = reader.integer(), reader.isAtEnd,
            let plain = try? SealedValue.open(pair.value, at: pair.key.bytes, with: key.sealing),
            let count = try? ExtentCount.decoded(plain)
        else { return nil }
        return Extent(segment: segment, offset: offset, length: count.length)
    }

    private func walk(_ keys: KeyRange, _ body: (Pair) async throws -> Void) async throws {
        var range = keys
        while true {
            let page = try await snapshot.range(range, limit: Self.pageMax, reverse: false)
            for pair in page { try await body(pair) }
            guard page.count == Self.pageMax, let last = page.last else { return }
            range.from = last.key.next
        }
    }
}

extension Key {
    /// Longest text shown of a key.
    private static let readableMax = 300

    /// The parts as text where they are parts, for an operator to recognise; else hexadecimal.
    var readable: String {
        var reader = KeyReader(self)
        var parts: [String] = []
        while !reader.isAtEnd {
            if let text = reader.string() {
                parts.append(text)
            } else if let number = reader.integer() {
                parts.append(String(number))
            } else if let id = reader.uuid() {
                parts.append(id.lowercaseText)
            } else if let bytes = reader.bytes() {
                parts.append(bytes.hex)
            } else {
                return String(description.prefix(Self.readableMax))
            }
        }
        return String(parts.joined(separator: "/").prefix(Self.readableMax))
    }
}
