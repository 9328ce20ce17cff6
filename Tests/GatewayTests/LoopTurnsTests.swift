// SPDX-License-Identifier: Apache-2.0
import Gateway
import Kernel
import NIOCore
import NIOEmbedded
import Synchronization
import Testing

/// Work of several connections on one loop, whose clock the work itself moves.
@Suite struct LoopTurnsTests {
    private final class Story: Sendable {
        private let told = Mutex<[String]>([])
        private let nanoseconds = Atomic<UInt64>(1)
        var lines: [String] { told.withLock { $0 } }
        var now: NIODeadline { .uptimeNanoseconds(nanoseconds.load(ordering: .relaxed)) }
        /// Something is done that takes so long.
        func tell(_ line: String, _ milliseconds: UInt64 = 0) {
            told.withLock { $0.append(line) }
            nanoseconds.add(milliseconds * 1_000_000, ordering: .relaxed)
        }
    }
    private let story = Story()
    private let loop = EmbeddedEventLoop()
    private let turns: LoopTurns

    init() {
        turns = LoopTurns(now: { [story] in story.now }) { [loop] entry, work in
            if entry == .next { loop.execute(work) } else { loop.scheduleTask(in: .microseconds(1), work) }
        }
    }

    /// A connection whose first request is this account's.
    private func connection(of account: String) -> ConnectionExecutor {
        let connection = ConnectionExecutor(turns)
        connection.serve(.account(account))
        return connection
    }
    /// Work on a connection, which begins when the loop runs.
    private func work(on connection: ConnectionExecutor, _ body: @escaping @Sendable () async -> Void) {
        _ = Task(executorPreference: connection, operation: body)
    }
    private func run() { for _ in 0..<100 { loop.advanceTime(by: .milliseconds(1)) } }

    @Test func `between the pieces of long work others have their turns`() {
        let (long, quiet) = (connection(of: "long"), connection(of: "quiet"))
        work(on: long) { [story] in
            for piece in 0..<3 {
                story.tell("long \(piece)", 1)
                await long.giveWay()
            }
        }
        for number in 0..<2 { work(on: quiet) { [story] in story.tell("quiet \(number)") } }
        run()
        #expect(story.lines == ["long 0", "quiet 0", "quiet 1", "long 1", "long 2"])
    }

    @Test func `what a party asked for first is done first, however often it gives way`() {
        for request in 0..<3 {
            let connection = connection(of: "long")
            work(on: connection) { [story] in
                for piece in 0..<2 {
                    story.tell("\(request).\(piece)", 1)
                    await connection.giveWay()
                }
            }
        }
        run()
        #expect(story.lines == ["0.0", "0.1", "1.0", "1.1", "2.0", "2.1"])
    }

    @Test func `work that has not lasted goes on without waiting`() {
        let (short, other) = (connection(of: "short"), connection(of: "other"))
        work(on: short) { [story] in
            for piece in 0..<3 {
                story.tell("short \(piece)")
                await short.giveWay()
            }
        }
        work(on: other) { [story] in story.tell("other") }
        run()
        #expect(story.lines == ["short 0", "short 1", "short 2", "other"])
    }

    @Test func `the first requests of many connections are their account's load once they are admitted`() {
        for number in 0..<5 { ask(of: "flood", "flood \(number)", 100) }
        ask(of: "quiet", "quiet", 1)
        run()
        #expect(story.lines.prefix(2) == ["flood 0", "quiet"], "\(story.lines)")
        #expect(story.lines.count == 6)
    }
    /// A connection that was opened anew, and its first request.
    private func ask(of account: String, _ line: String, _ milliseconds: UInt64) {
        let connection = ConnectionExecutor(turns)
        work(on: connection) { [story] in
            if connection.serve(.account(account)) { await connection.begin() }
            story.tell(line, milliseconds)
        }
    }

    @Test func `a job that took long is held against whose it was in full`() {
        let (long, short) = (connection(of: "long"), connection(of: "short"))
        for _ in 0..<2 { work(on: long) { [story] in story.tell("long", 300) } }
        for _ in 0..<20 { work(on: short) { [story] in story.tell("short", 10) } }
        run()
        #expect(story.lines == ["long"] + Array(repeating: "short", count: 20) + ["long"])
    }

    @Test func `sockets are surely looked at while several parties have connections, and at every eighth pause`() {
        let pauses = Mutex<[LoopTurns.Entry]>([])
        let turns = LoopTurns(now: { [story] in story.now }) { [loop] entry, work in
            if entry != .next { pauses.withLock { $0.append(entry) } }
            loop.scheduleTask(in: .microseconds(1), work)
        }
        func long(_ connection: ConnectionExecutor, _ pieces: Int) {
            work(on: connection) { [story] in
                for piece in 0..<pieces {
                    story.tell("\(piece)", 1)
                    await connection.giveWay()
                }
            }
            run()
        }
        let one = ConnectionExecutor(turns)
        one.serve(.account("one"))
        long(one, 16)
        let alone = Array(repeating: LoopTurns.Entry.afterMoment, count: 7) + [.afterSockets]
        #expect(pauses.withLock { $0 } == alone + alone)
        pauses.withLock { $0 = [] }
        let other = ConnectionExecutor(turns)
        other.serve(.account("other"))
        long(one, 3)
        #expect(pauses.withLock { $0 } == [.afterSockets, .afterSockets, .afterSockets])
    }

    @Test func `a connection may end before the handing over of its last job does`() {
        // As on another thread whose loop is quick: what a job leads to is done while the job is handed over.
        let turns = LoopTurns { _, work in work() }
        let last = Mutex<CheckedContinuation<Void, Never>?>(nil)
        weak var connection: ConnectionExecutor?
        do {
            let strong = ConnectionExecutor(turns)
            connection = strong
            _ = Task(executorPreference: strong) {
                await withCheckedContinuation { task in last.withLock { $0 = task } }
                // It takes whatever lock guards its place: nobody may be holding that one.
                strong.serve(.account("another"))
            }
        }
        #expect(connection != nil, "the task that waits holds on to it")
        last.withLock { $0.take() }?.resume()
        #expect(connection == nil)
    }
}
