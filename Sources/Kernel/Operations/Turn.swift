// SPDX-License-Identifier: Apache-2.0

/// The turns that a thread's work is done in, as that work sees them.
///
/// What is asked between pieces of long work is asked often, and costs next to nothing while nobody is kept waiting.
package protocol TurnTaking: Sendable {
    /// The work is this party's from here on; whether it was another's before.
    @discardableResult func serve(_ party: Party) -> Bool
    /// Whether the work has had the thread for long.
    var isLate: Bool { get }
    /// Waits for a turn of the party it is of now.
    func begin() async
    /// Waits for another turn where the work has had the thread for long: others, and whoever was not heard yet, go first.
    func giveWay() async
}

/// The turns that the current task works in.
package enum Turn {
    /// Set by whatever runs requests; nil elsewhere, where nobody waits for the thread.
    @TaskLocal package static var current: (any TurnTaking)?
}

extension Scope {
    /// Lets others go first where this call has had its thread for long: to be called between pieces of long work.
    package func giveWay() async { await frame.turn?.giveWay() }
}
