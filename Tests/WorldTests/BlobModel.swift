// SPDX-License-Identifier: Apache-2.0

/// A blob under conditional headers and an infinite lease; its bytes are the number of the write that put them.
enum BlobModel: HistoryModel {
    struct State: Hashable, Sendable {
        /// The write that is there; nil for no blob.
        var write: Int?
        var lease = Lease.free
        /// Who leases it; nil for nobody.
        var holder: Int? { if case .held(let holder) = lease { holder } else { nil } }
    }
    enum Lease: Hashable, Sendable {
        case free
        case held(Int)
        case broken(Int)
    }
    enum Call: Sendable {
        /// `over` is the write whose ETag it is conditioned on.
        case put(Int, over: Condition, as: Int?)
        case delete(over: Condition, as: Int?)
        case get
        case acquire(Int)
        case release(Int)
        case change(Int, to: Int)
        case breakLease
    }
    enum Condition: Sendable {
        case none
        case absent
        case write(Int)
    }
    enum Answer: Sendable {
        case done
        case refused
        case found(Int?)
    }
    static let beginning = State()

    static func after(_ state: State, _ call: Call, _ answer: Answer?) -> State? {
        let next = done(state, call)
        switch answer {
        case nil: return next ?? state
        case .done: return next
        case .refused: return next == nil ? state : nil
        case .found(let write): return write == state.write ? state : nil
        }
    }
    /// The state after the call; nil where it is refused.
    private static func done(_ state: State, _ call: Call) -> State? {
        var next = state
        switch call {
        case .get: return state
        case .put(let write, let condition, let holder):
            guard holds(condition, state), admits(holder, state) else { return nil }
            next.write = write
            // A lease that ended is gone with the first write after it.
            if case .broken = state.lease { next.lease = .free }
        case .delete(let condition, let holder):
            guard state.write != nil, holds(condition, state), admits(holder, state) else { return nil }
            next = State()
        case .acquire(let holder):
            // Who holds it may acquire it again.
            guard state.write != nil, state.holder == nil || state.holder == holder else { return nil }
            next.lease = .held(holder)
        case .release(let holder):
            guard [.held(holder), .broken(holder)].contains(state.lease) else { return nil }
            next.lease = .free
        case .change(let holder, let other):
            guard [.held(holder), .held(other)].contains(state.lease) else { return nil }
            next.lease = .held(other)
        case .breakLease:
            switch state.lease {
            case .free: return nil
            case .held(let holder), .broken(let holder): next.lease = .broken(holder)
            }
        }
        return next
    }
    private static func holds(_ condition: Condition, _ state: State) -> Bool {
        switch condition {
        case .none: true
        case .absent: state.write == nil
        case .write(let write): state.write == write
        }
    }
    /// A lease that is sent has to be the one that is there; none may be sent where one is there.
    private static func admits(_ holder: Int?, _ state: State) -> Bool { holder == state.holder }
}
