// SPDX-License-Identifier: Apache-2.0
package import Base

/// Reads at one version, buffers its writes, and sees its own.
///
/// Used by one task at a time.
package final class Transaction {
    private let snapshot: any StoreSnapshot
    /// What will be committed.
    package private(set) var pending: Commit
    /// The writes so far in key order are found here when a range is read through.
    private var written: [Key] = []

    package init(_ snapshot: any StoreSnapshot) {
        self.snapshot = snapshot
        pending = Commit(readVersion: snapshot.version, writes: [:])
        // As many as most changes have: growing would hash every key again.
        pending.reads.reserveCapacity(Self.keysExpected)
        pending.writes.reserveCapacity(Self.keysExpected)
    }
    private static let keysExpected = 12

    /// The value of a key, with this transaction's own writes; a change of it by others becomes a conflict.
    ///
    /// `isReadOften` says that it is read by many and written seldom.
    package func get(_ key: Key, isReadOften: Bool = false) async throws(StoreError) -> [UInt8]? {
        if let own = pending.writes[key] { return own }
        pending.reads.insert(key)
        return isReadOften ? try await snapshot.getOften(key) : try await snapshot.get(key)
    }
    /// At most `limit` pairs, own writes included.
    ///
    /// `protected` makes any change in what was seen a conflict.
    package func range(
        _ keys: KeyRange,
        limit: Int,
        reverse: Bool = false,
        protected: Bool = true
    ) async throws(StoreError) -> [Pair] {
        precondition(limit > 0, "a range is read with a limit")
        // Own removals may hide stored pairs, so as many more are read as there are own writes inside.
        let own = written.filter { keys.contains($0) }
        let stored = try await snapshot.range(keys, limit: limit + own.count, reverse: reverse)
        var merged = own.isEmpty ? stored : merge(stored, own)
        if !own.isEmpty { merged.sort { reverse ? $1.key < $0.key : $0.key < $1.key } }
        let page = Array(merged.prefix(limit))
        if protected { pending.readRanges.append(seen(keys, page, full: merged.count >= limit, reverse: reverse)) }
        return page
    }
    /// Sets a key.
    package func set(_ key: Key, _ value: [UInt8]) { write(key, value) }
    /// Removes a key; it need not exist.
    package func clear(_ key: Key) { write(key, nil) }

    /// Says that the commit gives room back.
    package func free() { pending.frees = true }

    /// Says whose load the commit is.
    package func count(asLoadOf party: Int) { pending.party = party }

    /// Makes a change by others of anything written so far a conflict, as if it had been read.
    package func protectWrites() { pending.reads.formUnion(written) }

    private func write(_ key: Key, _ value: [UInt8]?) {
        precondition(key.bytes.count <= Key.bytesMax, "a key is at most \(Key.bytesMax) bytes")
        if pending.writes.updateValue(value, forKey: key) == nil { written.append(key) }
    }
    private func merge(_ stored: [Pair], _ own: [Key]) -> [Pair] {
        let hidden = Set(own)
        return stored.filter { !hidden.contains($0.key) }
            + own.compactMap { key in (pending.writes[key] ?? nil).map { Pair(key: key, value: $0) } }
    }
    /// The part of the range whose content the caller now relies on.
    private func seen(_ keys: KeyRange, _ page: [Pair], full: Bool, reverse: Bool) -> KeyRange {
        guard full, let last = page.last else { return keys }
        return reverse ? KeyRange(from: last.key, to: keys.to) : KeyRange(from: keys.from, to: last.key.next)
    }
}

/// Why a transaction did not commit: the caller's own reason, or the engine's.
package enum Abort<Reason: Error>: Error {
    /// The body refused; nothing was written.
    case reason(Reason)
    /// The engine could not; `.conflict` here means that every attempt was used up.
    case store(StoreError)
}

/// Transactions over an engine: bounded attempts, back-off, and lost answers settled.
package struct Store: Sendable {
    /// The map below.
    package let engine: any StoreEngine
    private let world: World
    /// Conflicts are rare and short; sixteen rounds of back-off reach about two seconds before the caller hears of it.
    package static let attemptsMax = 16
    private static let backoffFirstMicroseconds: UInt64 = 500
    private static let backoffDoublingsMax = 9

    package init(_ engine: any StoreEngine, world: World) {
        self.engine = engine
        self.world = world
    }

    /// Everything `body` reads, at one version.
    package func read<R, E: Error>(
        _ body: (any StoreSnapshot) async throws(Abort<E>) -> R
    ) async throws(Abort<E>) -> R {
        let snapshot: any StoreSnapshot
        do throws(StoreError) { snapshot = try await engine.snapshot() } catch { throw .store(error) }
        return try await body(snapshot)
    }

    /// Runs `body` until its writes are committed once, it refuses, or the attempts are used up.
    ///
    /// `body` may run several times and must have no effect but on its transaction. `witness` is a key that the body
    /// writes and nothing else ever does: when a commit's answer is lost, its presence tells that the commit stands.
    /// `settled` finds out the same where the witness may have moved on meanwhile.
    package func transact<R, E: Error>(
        witness: Key?,
        settled: ((any StoreSnapshot) async throws(StoreError) -> Bool)? = nil,
        _ body: (Transaction) async throws(Abort<E>) -> R
    ) async throws(Abort<E>) -> R {
        for attempt in 0..<Self.attemptsMax {
            if attempt > 0 { await backOff(attempt) }
            let transaction: Transaction
            do throws(StoreError) { transaction = Transaction(try await engine.snapshot()) } catch {
                throw .store(error)
            }
            let result = try await body(transaction)
            let failure: StoreError
            do throws(StoreError) {
                _ = try await engine.commit(transaction.pending)
                return result
            } catch { failure = error }
            switch failure {
            case .conflict: continue
            case .unknownResult:
                do throws(StoreError) {
                    if try await stands(witness: witness, settled: settled) { return result }
                } catch { throw .store(.unknownResult) }
            case .unavailable, .corrupt: throw .store(failure)
            }
        }
        throw .store(.conflict)
    }

    private func stands(
        witness: Key?,
        settled: ((any StoreSnapshot) async throws(StoreError) -> Bool)?
    ) async throws(StoreError) -> Bool {
        let snapshot = try await engine.snapshot()
        if let witness, try await snapshot.get(witness) != nil { return true }
        if let settled { return try await settled(snapshot) }
        return false
    }

    private func backOff(_ attempt: Int) async {
        let ceiling = Self.backoffFirstMicroseconds << UInt64(min(attempt, Self.backoffDoublingsMax))
        try? await world.clock.sleep(for: .microseconds(Int64(1 + world.entropy.upTo(ceiling))))
    }
}
