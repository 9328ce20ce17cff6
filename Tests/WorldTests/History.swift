// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// An object as it would be if everybody came one after the other: what calls do to it, and what they may be told.
protocol HistoryModel: Sendable {
    associatedtype State: Hashable & Sendable
    associatedtype Call: Sendable
    associatedtype Answer: Sendable
    /// As it is before the first call.
    static var beginning: State { get }
    /// What becomes of the state by a call that was told this; nil where nobody could be told this in that state.
    ///
    /// `answer` is nil for a call whose answer never came: then it is what the call does where it is done.
    static func after(_ state: State, _ call: Call, _ answer: Answer?) -> State?
}

/// What was asked of one object by many at once, when, and what they were told.
///
/// It is linearizable when every call can be given one moment, between its question and its answer, such that the calls
/// in the order of their moments are told what the model tells (Herlihy and Wing 1990). A call whose answer never came
/// may have happened at any moment after its question and before the death it was lost in, or never.
final class History<Model: HistoryModel>: Sendable {
    /// One call.
    struct Entry: Sendable {
        let call: Model.Call
        let asked: Int
        /// When its answer came; nil when it never did.
        var told: Int?
        var answer: Model.Answer?
        /// When whoever worked on it died; nil while nobody did, or with an answer.
        var lost: Int?
        /// Nothing was done.
        var isVoid = false
    }
    private struct State {
        var entries: [Entry] = []
        var moment = 0
    }
    private let state = Mutex(State())
    var entries: [Entry] { state.withLock { $0.entries.filter { !$0.isVoid } } }

    /// Notes a question; the number is for `answered`.
    func asked(_ call: Model.Call) -> Int {
        state.withLock { state in
            state.moment += 1
            state.entries.append(Entry(call: call, asked: state.moment))
            return state.entries.count - 1
        }
    }
    /// Notes an answer.
    func answered(_ number: Int, _ answer: Model.Answer) {
        state.withLock { state in
            state.moment += 1
            state.entries[number].told = state.moment
            state.entries[number].answer = answer
        }
    }

    /// Everybody who worked on questions without an answer is dead: what they did not do by now they never do.
    func died() {
        state.withLock { state in
            state.moment += 1
            for index in state.entries.indices where state.entries[index].told == nil {
                state.entries[index].lost = state.entries[index].lost ?? state.moment
            }
        }
    }

    /// Takes a question back: it was refused with the word that nothing was done.
    func withdrawn(_ number: Int) { state.withLock { $0.entries[number].isVoid = true } }

    /// Whether the calls can be put in an order (Wing and Gong's search, with Lowe's memory of what was tried).
    var isLinearizable: Bool {
        var search = Search<Model>(entries)
        return search.run()
    }
    /// The calls, for a failure's message.
    var text: String {
        entries.map { "\($0.asked)…\($0.told.map(String.init) ?? "") \($0.call) → \($0.answer.map { "\($0)" } ?? "?")" }
            .joined(separator: "\n")
    }
}

/// One search for an order.
private struct Search<Model: HistoryModel> {
    /// Calls that are in the order already, as bits, and the state they lead to.
    private struct Place: Hashable {
        var done: [UInt64]
        var state: Model.State
        func has(_ index: Int) -> Bool { done[index / 64] >> UInt64(index % 64) & 1 == 1 }
        func with(_ indices: [Int], _ state: Model.State) -> Place {
            var place = Place(done: done, state: state)
            for index in indices { place.done[index / 64] |= 1 << UInt64(index % 64) }
            return place
        }
    }
    private let entries: [History<Model>.Entry]
    /// By a call's index what is over once it is in the order: itself, and calls lost before it was asked.
    private let over: [[Int]]
    private var tried: Set<Place> = []

    init(_ entries: [History<Model>.Entry]) {
        let entries = entries.sorted { $0.asked < $1.asked }
        self.entries = entries
        over = entries.indices.map { index in
            [index] + entries.indices.filter { entries[$0].lost.map { $0 < entries[index].asked } ?? false }
        }
    }

    mutating func run() -> Bool {
        let words = (entries.count + 63) / 64
        var stack = [Place(done: [UInt64](repeating: 0, count: words), state: Model.beginning)]
        while let place = stack.popLast() {
            guard tried.insert(place).inserted else { continue }
            let rest = entries.indices.filter { !place.has($0) }
            guard let first = rest.compactMap({ entries[$0].told }).min() else { return true }
            // Whatever was asked before the first of the answers may be the next in the order.
            for index in rest.reversed() where entries[index].asked < first {
                let entry = entries[index]
                guard let state = Model.after(place.state, entry.call, entry.answer) else { continue }
                // What had no effect and no answer may as well never have happened.
                if entry.told == nil, state == place.state { continue }
                stack.append(place.with(over[index], state))
            }
        }
        return false
    }
}
