// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// The head of one queue as this process remembers it: which messages may be handed out next.
///
/// The store alone decides; what is remembered is a hint that a transaction checks message by message. A wrong hint costs
/// a read, and a missing one delays a message until `rescanAfter`.
///
/// Without it sixteen consumers would all take the first message of the same range, and fifteen of them would lose each
/// commit and try again; and every read of the head would walk over the removed rows in front of it.
struct QueueLane {
    /// Messages a reading of the store brings at once.
    static let scanMax = 256
    /// Messages remembered; the rest is read again when these are gone.
    static let readyMax = 4096
    /// Messages put or hidden lately that are remembered for readings that began before.
    static let recentMax = 8192
    /// How long a message that was claimed is kept from others when nothing is heard of the claim.
    static let claimMax = Duration.seconds(2)
    /// After this time the queue is read from its beginning again.
    static let rescanAfter = Duration.seconds(30)
    /// Hours of expiry remembered as noted in the store.
    static let notedMax = 1024

    /// Messages to hand out, in order, from `head` on.
    private var ready: [ReadyMessage] = []
    private var head = 0
    /// Those in `ready` and those claimed.
    private var known: Set<ReadyMessage> = []
    /// Up to here every message in the store is in `known`, in `recent`, or was handed out.
    private(set) var scannedTo: ReadyMessage?
    private var rescanAt = Timestamp(microseconds: .min)
    /// What came into the store lately, with the lane's tick at that time.
    private var recent: [(message: ReadyMessage, tick: Int)] = []
    private var recentHead = 0
    /// Of readings begun before this tick not everything that came since is remembered.
    private var forgotten: Int
    private struct Claim {
        var messages: [ReadyMessage]
        /// Those that came after the claimer's reading of the store, for others to hand out.
        var unseen: [ReadyMessage] = []
        let until: Timestamp

        var all: [ReadyMessage] { messages + unseen }
    }
    private var claims: [EntryID: Claim] = [:]
    private var nextPrune = Timestamp(microseconds: .min)
    /// About how many messages there are; nil until somebody counted.
    var count: Int?
    /// The number the store has of that, and the change that is about to write another one.
    private var recordedCount = 0
    private var recorder: (entry: EntryID, until: Timestamp)?
    /// Hours for which the store says that messages of this queue expire in them.
    private var noted: Set<Int64> = []

    /// How much is remembered, counted in messages.
    var remembered: Int { ready.count + known.count + recent.count + noted.count }

    /// A lane that knows of nothing that came before `tick`.
    init(since tick: Int) { forgotten = tick }

    mutating func note(hour: Int64) {
        if noted.count >= Self.notedMax { noted.removeAll() }
        noted.insert(hour)
    }
    func isNoted(hour: Int64) -> Bool { noted.contains(hour) }

    /// Whether a change should write the number of messages: one at a time, so that none waits for another.
    mutating func record(_ count: Int, by entry: EntryID, at now: Timestamp) -> Bool {
        guard abs(count - recordedCount) >= MessageCount.period else { return false }
        if let recorder, recorder.entry != entry, recorder.until > now { return false }
        recorder = (entry, now + Self.claimMax)
        return true
    }
    mutating func recorded(_ count: Int) {
        recordedCount = count
        recorder = nil
    }

    // MARK: Handing out

    /// What an earlier attempt of the same change was handed.
    func claimed(by entry: EntryID) -> [ReadyMessage] { claims[entry]?.messages ?? [] }
    /// Hands out up to `count` messages, which no one else is handed while the claim lasts.
    mutating func take(_ count: Int, for entry: EntryID, at now: Timestamp) -> [ReadyMessage] {
        prune(now)
        var taken: [ReadyMessage] = []
        while taken.count < count, head < ready.count {
            taken.append(ready[head])
            head += 1
        }
        if head > Self.readyMax / 2 {
            ready.removeFirst(head)
            head = 0
        }
        guard !taken.isEmpty else { return [] }
        claims[entry, default: Claim(messages: [], until: now + Self.claimMax)].messages += taken
        return taken
    }
    /// Forgets a hint that was wrong for a reading begun after `tick`; one that reading cannot know yet waits for others.
    mutating func drop(_ message: ReadyMessage, for entry: EntryID, since tick: Int) {
        claims[entry]?.messages.removeAll { $0 == message }
        if mayHaveCome(message, since: tick) {
            claims[entry]?.unseen.append(message)
        } else {
            known.remove(message)
        }
    }
    private func mayHaveCome(_ message: ReadyMessage, since tick: Int) -> Bool {
        tick < forgotten
            || recent[recentHead...].reversed().prefix { $0.tick >= tick }.contains { $0.message == message }
    }
    /// The change that claimed them stands: they are gone from where they were.
    mutating func settle(_ entry: EntryID) {
        guard let claim = claims.removeValue(forKey: entry) else { return }
        for message in claim.messages { known.remove(message) }
        giveBack(claim.unseen)
    }
    /// The change that claimed them was refused: they may be handed out again.
    mutating func release(_ entry: EntryID) { giveBack(claims.removeValue(forKey: entry)?.all ?? []) }
    private mutating func giveBack(_ messages: [ReadyMessage]) {
        for message in messages {
            known.remove(message)
            add(message)
        }
    }
    private mutating func prune(_ now: Timestamp) {
        guard now >= nextPrune else { return }
        nextPrune = now + Self.claimMax
        for (entry, claim) in claims where claim.until <= now { release(entry) }
    }

    /// Whether there is something to hand out.
    var hasReady: Bool { head < ready.count }

    // MARK: Learning

    /// Where a reading of the store should begin: behind this, or at the beginning when nil.
    mutating func scanStart(_ now: Timestamp) -> ReadyMessage? {
        if now >= rescanAt {
            rescanAt = now + Self.rescanAfter
            scannedTo = nil
        }
        return scannedTo
    }
    /// A reading that began behind `start` found these and nothing else up to `end`.
    ///
    /// `tick` is a tick from before the reading's version.
    mutating func scanned(_ found: [ReadyMessage], from start: ReadyMessage?, to end: ReadyMessage, since tick: Int) {
        // Another reading came farther meanwhile: what lies before its end was dealt with.
        let floor = start == nil ? nil : scannedTo
        for message in found where floor.map({ $0 < message }) ?? true { add(message) }
        guard tick >= forgotten, scannedTo.map({ $0 < end }) ?? true else { return }
        for (message, at) in recent[recentHead...] where at >= tick && message <= end {
            if scannedTo.map({ $0 < message }) ?? true { add(message) }
        }
        scannedTo = end
    }
    /// A message came into the store, or lies elsewhere now.
    mutating func inserted(_ message: ReadyMessage, tick: Int) {
        if let scannedTo, message <= scannedTo { add(message) }
        recent.append((message, tick))
        guard recent.count - recentHead > Self.recentMax else { return }
        forgotten = recent[recentHead].tick + 1
        recentHead += 1
        if recentHead > Self.recentMax {
            recent.removeFirst(recentHead)
            recentHead = 0
        }
    }
    private mutating func add(_ message: ReadyMessage) {
        guard known.insert(message).inserted else { return }
        var (low, high) = (head, ready.count)
        // Most come last.
        if let last = ready.last, head < ready.count, last < message { low = high }
        while low < high {
            let middle = (low + high) / 2
            if ready[middle] < message { low = middle + 1 } else { high = middle }
        }
        ready.insert(message, at: low)
        guard ready.count - head > Self.readyMax, let last = ready.popLast() else { return }
        // What is forgotten here must be read again.
        known.remove(last)
        if let end = ready.last, let scannedTo, end < scannedTo { self.scannedTo = end }
    }

    /// A place that no message which may be handed out lies before.
    var lowest: ReadyMessage? {
        let waiting = claims.values.flatMap(\.all).min()
        let first = head < ready.count ? ready[head] : nil
        guard let scannedTo else { return nil }
        return [waiting, first].compactMap { $0 }.min() ?? scannedTo
    }
}
