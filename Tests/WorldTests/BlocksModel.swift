// SPDX-License-Identifier: Apache-2.0

/// A block blob that is put together of blocks: which are staged, which make up the blob.
enum BlocksModel: HistoryModel {
    struct State: Hashable, Sendable {
        /// The write of each staged block, by its name.
        var staged: [Int: Int] = [:]
        /// The name and the write of each block of the blob, in order; nil for no blob.
        var blob: [Block]?
    }
    struct Block: Hashable, Sendable { let name: Int, write: Int }
    enum Call: Sendable {
        case stage(name: Int, write: Int)
        /// `Latest` of each name.
        case commit([Int])
        case get
    }
    enum Answer: Sendable {
        case done
        case refused
        case found([Int]?)
    }
    static let beginning = State()

    static func after(_ state: State, _ call: Call, _ answer: Answer?) -> State? {
        if case .found(let writes) = answer { return writes == state.blob?.map(\.write) ? state : nil }
        let next = done(state, call)
        switch answer {
        case nil: return next ?? state
        case .refused: return next == nil ? state : nil
        default: return next
        }
    }
    private static func done(_ state: State, _ call: Call) -> State? {
        var next = state
        switch call {
        case .get: break
        case .stage(let name, let write): next.staged[name] = write
        case .commit(let names):
            var blob: [Block] = []
            for name in names {
                let known = state.staged[name] ?? state.blob?.last { $0.name == name }?.write
                guard let known else { return nil }
                blob.append(Block(name: name, write: known))
            }
            next.blob = blob
            // What the list does not name is discarded (REST "Put Block List").
            next.staged = [:]
        }
        return next
    }
}
