// SPDX-License-Identifier: Apache-2.0
import Base
import Ledger

/// What the entries say lies under each key, by the key's tag: about 200 bytes of memory for each key of the store.
///
/// Numbers nearly are the order of commits, but entries committed together may swap: after a lost answer, and among those
/// that waited when a region died. So writes of one key that began within `overlap` of each other stay side by side, and
/// the store may hold what any of them wrote.
final class VerificationWrites {
    /// Longest time between the start of a change and its commit that leaves its place in the order open.
    static let overlapMicroseconds: Int64 = 5_000_000
    /// Writes of one key that stay side by side; beyond them the first are overtaken by their numbers.
    private static let rivalsMax = 256
    /// Removed keys are dropped from memory when this many keys are held, and whenever they have doubled since.
    private static let pruneFirst = 1 << 20

    /// What is held of a write.
    private struct Write {
        var digest: SIMD4<UInt64>
        var microseconds: Int64
        var isRemoval: Bool
        var isWaiting: Bool
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
    /// Writes beside the newest one.
    private var rivals: [Tag: [Write]] = [:]
    private var latest = Int64.min
    private var pruneAt = VerificationWrites.pruneFirst

    /// Takes in what an entry wrote; numbered ones come in order.
    func add(_ entry: Entry, isWaiting: Bool) {
        let now = entry.time.microseconds
        latest = max(latest, now)
        for write in entry.writes {
            add(
                Write(
                    digest: Self.words(write.value),
                    microseconds: now,
                    isRemoval: write.value.isEmpty,
                    isWaiting: isWaiting
                ),
                Self.tag(write.key)
            )
        }
        if newest.count > pruneAt { prune() }
    }
    private func add(_ write: Write, _ tag: Tag) {
        guard let known = newest[tag] else { return newest[tag] = write }
        var all = (rivals[tag] ?? []) + [known]
        // Waiting entries come in no order: one may be older than another of the same key.
        let late = write.microseconds &+ Self.overlapMicroseconds
        if write.isWaiting, all.contains(where: { $0.isWaiting && $0.microseconds >= late }) { return }
        all.removeAll { $0.microseconds <= write.microseconds &- Self.overlapMicroseconds }
        if all.count >= Self.rivalsMax { all.removeFirst() }
        newest[tag] = write
        rivals[tag] = all.isEmpty ? nil : all
    }
    /// Forgets keys that are surely gone: a row that is back without an entry is as unexplained as any other.
    private func prune() {
        let sure = latest &- Self.overlapMicroseconds
        newest = newest.filter { !$0.value.isRemoval || $0.value.microseconds > sure || rivals[$0.key] != nil }
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
        for (tag, write) in newest where !write.isMet && !write.isRemoval {
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
