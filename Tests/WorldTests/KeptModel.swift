// SPDX-License-Identifier: Apache-2.0

/// A blob under versioning, and a legal hold over its container.
enum KeptModel: HistoryModel {
    struct State: Hashable, Sendable {
        /// The write that is there; nil for no blob.
        var current: Int?
        /// Every write that is kept: past versions, what soft delete keeps, and the current one.
        var kept: Set<Int> = []
        var isHeld = false
    }
    enum Call: Sendable {
        case put(Int)
        case delete
        case hold(Bool)
        case get
        case list
    }
    enum Answer: Sendable {
        case done
        case refused
        case found(Int?)
        case listed(Set<Int>)
    }
    static let beginning = State()

    static func after(_ state: State, _ call: Call, _ answer: Answer?) -> State? {
        let next = done(state, call)
        switch answer {
        case nil: return next ?? state
        case .done: return next
        case .refused: return next == nil ? state : nil
        case .found(let write): return write == state.current ? state : nil
        case .listed(let writes): return writes == state.kept ? state : nil
        }
    }
    private static func done(_ state: State, _ call: Call) -> State? {
        var next = state
        switch call {
        case .get, .list: break
        case .put(let write):
            guard !state.isHeld || state.current == nil else { return nil }
            next.current = write
            next.kept.insert(write)
        case .delete:
            guard state.current != nil, !state.isHeld else { return nil }
            next.current = nil
        case .hold(let isHeld): next.isHeld = isHeld
        }
        return next
    }
}
