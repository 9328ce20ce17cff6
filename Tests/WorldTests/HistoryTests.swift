// SPDX-License-Identifier: Apache-2.0
import Testing

/// The checker itself, on histories written by hand.
@Suite struct HistoryTests {
    private typealias Entry = (call: BlobModel.Call, answer: BlobModel.Answer?)

    /// A history of calls one after the other; those in one row at the same time.
    private func history(_ rows: [[Entry]]) -> History<BlobModel> {
        let history = History<BlobModel>()
        for row in rows {
            let numbers = row.map { history.asked($0.call) }
            for (number, entry) in zip(numbers, row) {
                if let answer = entry.answer { history.answered(number, answer) }
            }
        }
        return history
    }

    @Test func `what one after the other may be told is found in order`() {
        #expect(history([]).isLinearizable)
        #expect(history([[(.put(1, over: .none, as: nil), .done)], [(.get, .found(1))]]).isLinearizable)
        #expect(
            history([
                [(.put(1, over: .absent, as: nil), .done), (.put(2, over: .absent, as: nil), .refused)],
                [(.put(3, over: .write(1), as: nil), .done), (.put(4, over: .write(1), as: nil), .refused)],
                [(.acquire(1), .done), (.acquire(2), .refused)],
                [(.put(5, over: .none, as: nil), .refused), (.put(6, over: .none, as: 1), .done), (.get, .found(3))],
                [(.breakLease, .done)], [(.delete(over: .write(6), as: nil), .done)], [(.get, .found(nil))],
            ]).isLinearizable
        )
    }

    @Test func `an answer that never came may have happened at any later moment, or never`() {
        let lost: [Entry] = [(.put(1, over: .none, as: nil), nil)]
        #expect(history([lost, [(.get, .found(nil))], [(.get, .found(1))]]).isLinearizable)
        #expect(history([lost, [(.get, .found(nil))], [(.get, .found(nil))]]).isLinearizable)
        #expect(!history([lost, [(.get, .found(1))], [(.get, .found(nil))]]).isLinearizable)
    }

    @Test(
        arguments: [
            // A write that was acknowledged is lost.
            [[(.put(1, over: .none, as: nil), .done)], [(.get, .found(nil))]],
            // Two win on one condition.
            [
                [(.put(1, over: .none, as: nil), .done)],
                [(.put(2, over: .write(1), as: nil), .done), (.put(3, over: .write(1), as: nil), .done)],
            ],
            // An old state is shown again.
            [
                [(.put(1, over: .none, as: nil), .done)], [(.put(2, over: .none, as: nil), .done)], [(.get, .found(2))],
                [(.get, .found(1))],
            ],
            // Two hold the lease; a write goes past one.
            [[(.put(1, over: .none, as: nil), .done)], [(.acquire(1), .done), (.acquire(2), .done)]],
            [
                [(.put(1, over: .none, as: nil), .done)], [(.acquire(1), .done)],
                [(.put(2, over: .none, as: nil), .done)],
            ],
            // Something is refused without a reason.
            [[(.put(1, over: .absent, as: nil), .refused)]],
        ] as [[[(call: BlobModel.Call, answer: BlobModel.Answer?)]]]
    )
    func `what nobody could be told is found`(_ rows: [[(call: BlobModel.Call, answer: BlobModel.Answer?)]]) {
        #expect(!history(rows).isLinearizable)
    }
}
