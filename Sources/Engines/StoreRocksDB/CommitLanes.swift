// SPDX-License-Identifier: Apache-2.0

/// Commits that wait, by whose load they are.
///
/// Of everybody who has some waiting one is taken after the other, each one's own in their order: who brings few waits for
/// as many of anybody else's, not for all.
package struct CommitLanes<Element> {
    private struct Lane {
        var elements: [(element: Element, bytes: Int)] = []
        var head = 0
    }
    private let bytesMax: Int
    private let sharedBytesMax: Int
    private var lanes: [Int?: Lane] = [:]
    /// Whose turn it is: those with something that waits, the next one first.
    private var order: [Int?] = []
    /// How often is still taken as if several had something waiting.
    private var shared = 0
    /// How many wait.
    package private(set) var count = 0
    /// Somebody whose commit was just answered comes again soon: for this many times the others wait for little more.
    private static var sharedTakes: Int { 16 }

    /// At most so many bytes, and the rest of the commit that reaches them, are taken at once; fewer while several want to
    /// commit, so that each is answered soon.
    package init(bytesMax: Int, sharedBytesMax: Int) {
        self.bytesMax = bytesMax
        self.sharedBytesMax = sharedBytesMax
    }

    /// Adds one of a party's; nil is the region itself.
    package mutating func add(_ element: Element, of party: Int?, bytes: Int) {
        if lanes[party] == nil { order.append(party) }
        lanes[party, default: Lane()].elements.append((element, bytes))
        count += 1
    }
    /// Takes as many as are to go together; none when nothing waits.
    package mutating func take() -> [Element] {
        if order.count(where: { $0 != nil }) > 1 {
            shared = Self.sharedTakes
        } else if shared > 0 {
            shared -= 1
        }
        var taken: [Element] = []
        var (left, turn) = (shared > 0 ? sharedBytesMax : bytesMax, 0)
        while left > 0, !order.isEmpty {
            if turn == order.count { turn = 0 }
            let next = pop(order[turn])
            taken.append(next.element)
            left -= next.bytes
            if next.isLast { order.remove(at: turn) } else { turn += 1 }
        }
        // Who was not reached comes first next time.
        order = Array(order[turn...] + order[..<turn])
        count -= taken.count
        return taken
    }
    private mutating func pop(_ party: Int?) -> (element: Element, bytes: Int, isLast: Bool) {
        guard let index = lanes.index(forKey: party) else { preconditionFailure("who has a turn has a commit") }
        let lane = lanes.values[index]
        let next = lane.elements[lane.head]
        let isLast = lane.head + 1 == lane.elements.count
        if isLast { lanes.remove(at: index) } else { lanes.values[index].head += 1 }
        return (next.element, next.bytes, isLast)
    }
}
