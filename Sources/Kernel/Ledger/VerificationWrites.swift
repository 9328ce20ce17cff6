// SPDX-License-Identifier: Apache-2.0
import Base
import Ledger

/// What the entries say lies under each key, by the key's tag: about 200 bytes of memory for each key of the store.
///
/// Which write of a key is its newest follows from the entries' read versions, exactly (`Entry.readVersion`), whatever
/// order they come in. Entries of format 1 have none: their numbers nearly are the order of commits, but entries
/// committed together may swap. So writes of format 1 that began within `overlap` of each other stay side by side until
/// a later format overtakes them, and the store may hold what any of them wrote.
final class VerificationWrites {
    /// Longest time between the start of a change and its commit that leaves its place in the order open: format 1 only.
    static let overlapMicroseconds: Int64 = 5_000_000
    /// Writes of one key that stay side by side; beyond them the first are overtaken by their numbers: format 1 only.
    private static let rivalsMax = 256
    /// Removed keys are dropped from memory when this many keys are held, and whenever they have doubled since.
    private static let pruneFirst = 1 << 20

    /// What is held of a write.
    private struct Write {
        var digest: SIMD4<UInt64>
        /// The read version and one; zero for format 1.
        var order: UInt64
        var microseconds: Int64
        var isRemoval: Bool
        var isWaiting: Bool
        /// Whether a later removal of the key may have been dropped from memory.
        var mayBeGone = false
        /// Whether the key was met in the store.
        var isMet = false
    }
    typealias Tag = SIMD2<UInt64>
    /// How a row stands to the entries.
    enum Verdict {
        case explained
        /// Written, but with another value.
        case altered
        /// Removed, and not written since.
        case removed
        /// No entry wrote it.
        case unknown
    }

    private var newest: [Tag: Write] = [:]
    /// Writes of format 1 beside the newest one, if that is of format 1 too.
    private var rivals: [Tag: [Write]] = [:]
    private var latest = Int64.min
    private var latestOrder: UInt64 = 0
    private var pruneAt = VerificationWrites.pruneFirst
    /// Removals up to here are dropped by the next pruning: those that were there at the last one.
    private var pruneThrough: UInt64 = 0
    /// The newest removal that was dropped.
    private var prunedThrough: UInt64 = 0
    /// The greatest number of an entry of format 1; nil where there is none.
    private(set) var lastUnordered: UInt64?
    /// Writes that claim the same place in the order of their key as another: no honest region commits two.
    private(set) var collisions = 0

    /// Takes in what an entry wrote; `number` is nil while it waits.
    ///
    /// Those of format 1 that have numbers come in their order.
    func add(_ entry: Entry, number: UInt64?) {
        latest = max(latest, entry.time.microseconds)
        let order = entry.readVersion.map { $0 &+ 1 } ?? 0
        latestOrder = max(latestOrder, order)
        if order == 0, let number { lastUnordered = max(lastUnordered ?? 0, number) }
        for write in entry.writes {
            let kept = Write(
                digest: Self.words(write.value),
                order: order,
                microseconds: entry.time.microseconds,
                isRemoval: write.value.isEmpty,
                isWaiting: number == nil
            )
            if order > 0 { add(kept, Self.tag(write.key)) } else { addUnordered(kept, Self.tag(write.key)) }
        }
        if newest.count > pruneAt { prune() }
    }
    private func add(_ write: Write, _ tag: Tag) {
        guard let known = newest[tag] else {
            var first = write
            // Only an entry that waited while very many others got their numbers comes this late.
            first.mayBeGone = write.order <= prunedThrough
            return newest[tag] = first
        }
        if known.order == write.order { collisions += 1 }
        guard known.order < write.order else { return }
        newest[tag] = write
        rivals[tag] = nil
    }
    private func addUnordered(_ write: Write, _ tag: Tag) {
        guard let known = newest[tag] else { return newest[tag] = write }
        // All of format 1 was committed before anything of a later format.
        guard known.order == 0 else { return }
        var all = (rivals[tag] ?? []) + [known]
        // Waiting entries come in no order: one may be older than another of the same key.
        let late = write.microseconds &+ Self.overlapMicroseconds
        if write.isWaiting, all.contains(where: { $0.isWaiting && $0.microseconds >= late }) { return }
        all.removeAll { $0.microseconds <= write.microseconds &- Self.overlapMicroseconds }
        if all.count >= Self.rivalsMax { all.removeFirst() }
        newest[tag] = write
        rivals[tag] = all.isEmpty ? nil : all
    }
    /// Forgets keys that are gone: a row that is back without an entry is as unexplained as any other.
    private func prune() {
        let sure = latest &- Self.overlapMicroseconds
        newest = newest.filter { tag, write in
            guard write.isRemoval else { return true }
            if write.order == 0 { return write.microseconds > sure || rivals[tag] != nil }
            guard write.order <= pruneThrough else { return true }
            prunedThrough = max(prunedThrough, write.order)
            return false
        }
        pruneThrough = latestOrder
        pruneAt = max(Self.pruneFirst, newest.count * 2)
    }

    /// Judges a row of the store, and remembers that its key was met.
    func judge(_ tagBytes: [UInt8], _ digestBytes: [UInt8]) -> Verdict {
        let tag = Self.tag(tagBytes)
        guard let known = newest[tag] else { return .unknown }
        newest[tag]?.isMet = true
        let digest = Self.words(digestBytes)
        let all = (rivals[tag] ?? []) + [known]
        if all.contains(where: { !$0.isRemoval && $0.digest == digest }) { return .explained }
        return all.allSatisfy(\.isRemoval) ? .removed : .altered
    }
    /// Calls `body` with tag and time of each key that must be in the store and was not met.
    func forEachMissing(_ body: (_ tag: String, _ written: Timestamp) -> Void) {
        for (tag, write) in newest where !write.isMet && !write.isRemoval && !write.mayBeGone {
            guard !(rivals[tag] ?? []).contains(where: \.isRemoval) else { continue }
            body(Self.bytes(tag).hex, Timestamp(microseconds: write.microseconds))
        }
    }

    private static func word(_ bytes: some Sequence<UInt8>) -> UInt64 { bytes.reduce(0) { $0 << 8 | UInt64($1) } }
    private static func tag(_ bytes: [UInt8]) -> Tag { Tag(word(bytes.prefix(8)), word(bytes.dropFirst(8).prefix(8))) }
    private static func words(_ bytes: [UInt8]) -> SIMD4<UInt64> {
        SIMD4(
            word(bytes.prefix(8)),
            word(bytes.dropFirst(8).prefix(8)),
            word(bytes.dropFirst(16).prefix(8)),
            word(bytes.dropFirst(24).prefix(8))
        )
    }
    private static func bytes(_ tag: Tag) -> [UInt8] { LedgerTree.bytes(tag.x) + LedgerTree.bytes(tag.y) }
}
