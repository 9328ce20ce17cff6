// SPDX-License-Identifier: Apache-2.0

/// A container with one blob: its conditions and lease, what the account keeps of what was, and what keeps it as it is.
///
/// Its bytes are the number of the write that put them.
enum BlobModel: HistoryModel {
    struct State: Hashable, Sendable {
        var rules = Rules()
        /// Days that passed since the beginning.
        var day = 0
        /// Nil while there is no container.
        var shelf: BlobShelf? = BlobShelf()
        /// Containers that soft delete keeps.
        var buried: [Buried] = []
    }
    /// What an account does with what is replaced or deleted.
    struct Rules: Hashable, Sendable {
        var isVersioned = false
        /// Days that soft delete keeps blobs and containers; nil while it is off.
        var softDays: Int?
        /// Whether versions may have policies and holds of their own.
        var hasOwnPolicies = false
        /// Whether a lifecycle policy deletes what nobody wrote for a day.
        var isTidied = false
    }
    struct Buried: Hashable, Sendable {
        var shelf: BlobShelf
        var ends: Int
    }
    enum Lease: Hashable, Sendable {
        case free
        case held(Int)
        case broken(Int)
    }
    enum Call: Sendable {
        case rules(Rules)
        /// Days pass, and what comes due by them is done.
        case night(Int)
        /// `over` is the write whose ETag it is conditioned on.
        case put(Int, over: Condition, as: Int?)
        /// A list of blocks: the blob's age stays.
        case commit(Int)
        case delete(over: Condition, as: Int?)
        case undelete
        case deleteVersion(Int)
        /// What a policy does not keep from happening and what changes no bytes.
        case setTier
        case get
        case list
        case acquire(Int)
        case release(Int)
        case change(Int, to: Int)
        case breakLease
        case make(Int)
        /// Deletes the container, through Resource Manager or not.
        case drop(isManaged: Bool)
        case restore(Int)
        /// Which container is there, and which are kept.
        case containers
        case dropAccount
        case guarded(Guard)
    }
    enum Guard: Sendable {
        case hold(Bool)
        case policy(days: Int)
        case lock
        case extend(days: Int)
        case lift
        case ownHold(Int, Bool)
        case ownPolicy(Int, until: Int, isLocked: Bool)
        case ownLift(Int)
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
        case listed(Listing?)
        case contained(made: Int?, buried: Set<Int>)
    }
    struct Listing: Hashable, Sendable {
        var current: Int?
        /// Versions and snapshots.
        var past: Set<Int> = []
        /// What soft delete keeps.
        var deleted: Set<Int> = []
    }
    static let beginning = State()

    static func after(_ state: State, _ call: Call, _ answer: Answer?) -> State? {
        let next = done(state, call)
        switch answer {
        case nil: return next ?? state
        case .done: return next
        case .refused: return next == nil || mayBeStale(state, call) ? state : nil
        case .found(let write): return write == state.shelf?.current?.write ? state : nil
        case .listed(let listing): return listing == state.shelf?.listing ? state : nil
        case .contained(let made, let buried):
            return made == state.shelf?.made && buried == Set(state.buried.map(\.shelf.made)) ? state : nil
        }
    }
    /// Whether a client may know a container that is kept by the word of an earlier deletion, which restores it no more.
    private static func mayBeStale(_ state: State, _ call: Call) -> Bool {
        guard case .restore(let made) = call else { return false }
        return state.buried.contains { $0.shelf.made == made && $0.shelf.burials > 1 }
    }
    /// The state after the call; nil where it is refused.
    private static func done(_ state: State, _ call: Call) -> State? {
        var next = state
        switch call {
        case .get, .list, .containers: return state
        // The account has a container that nothing may empty.
        case .dropAccount: return nil
        case .rules(let rules): next.rules = rules
        case .night(let days): next.pass(days)
        case .make(let made):
            guard state.shelf == nil else { return nil }
            next.shelf = BlobShelf(made: made)
        case .drop(let isManaged):
            guard var shelf = state.shelf else { return nil }
            let isGuarded = shelf.isHeld || shelf.policy != nil || state.rules.hasOwnPolicies
            let isEmpty = shelf.current == nil && shelf.past.isEmpty
            guard !isGuarded || (isManaged && !shelf.isHeld && isEmpty) else { return nil }
            shelf.burials += 1
            if let days = state.rules.softDays { next.buried.append(Buried(shelf: shelf, ends: state.day + days)) }
            next.shelf = nil
        case .restore(let made):
            guard state.shelf == nil, let index = state.buried.firstIndex(where: { $0.shelf.made == made }) else {
                return nil
            }
            next.shelf = next.buried.remove(at: index).shelf
        default:
            guard let shelf = state.shelf?.after(call, state.rules, state.day) else { return nil }
            next.shelf = shelf
        }
        return next
    }
}

extension BlobModel.State {
    fileprivate mutating func pass(_ days: Int) {
        day += days
        buried.removeAll { $0.ends <= day }
        for index in buried.indices { buried[index].shelf.expire(day) }
        shelf?.expire(day)
        if rules.isTidied, days > 0 { shelf?.tidy(rules, day) }
    }
}
