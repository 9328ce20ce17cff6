// SPDX-License-Identifier: Apache-2.0

/// A page blob of a few pages: what each holds, by the number of the write that wrote it.
enum PagesModel: HistoryModel {
    static let count = 6
    enum Call: Sendable {
        case write(Int, Range<Int>)
        case clear(Range<Int>)
        case get
    }
    enum Answer: Sendable {
        case done
        case found([Int])
    }
    static let beginning = [Int](repeating: 0, count: count)

    static func after(_ state: [Int], _ call: Call, _ answer: Answer?) -> [Int]? {
        if case .found(let found) = answer { return found == state ? state : nil }
        var next = state
        switch call {
        case .write(let number, let range): for page in range { next[page] = number }
        case .clear(let range): for page in range { next[page] = 0 }
        case .get: break
        }
        return next
    }
}
