// SPDX-License-Identifier: Apache-2.0
// Foundation: numbers with separators, and lines that appear at once.
import Foundation

/// What a row should reach.
enum Goal {
    /// Ours over the peer's, at least.
    case ratio(Double)
    /// The peer's over ours, at most: how much slower ours may be.
    case slowdown(Double)
    /// Ours, at least.
    case atLeast(Double)
    /// Ours, less than.
    case below(Double)
    /// Nothing is asked; the figure informs.
    case none
}

/// One line of the table.
struct Row {
    var name: String
    var ours: Double
    var unit: String
    var peer: (name: String, figure: Double)?
    var goal: Goal = .none

    fileprivate var ratio: Double? {
        guard let peer, peer.figure > 0, ours > 0 else { return nil }
        if case .slowdown = goal { return peer.figure / ours }
        return ours / peer.figure
    }
    fileprivate var goalText: String {
        switch goal {
        case .ratio(let least): "≥ \(least) ×"
        case .slowdown(let most): "≤ \(most) ×"
        case .atLeast(let least): "≥ \(figure(least))"
        case .below(let most): "< \(figure(most))"
        case .none: ""
        }
    }
    fileprivate var verdict: String {
        let isMet: Bool
        switch goal {
        case .ratio(let least): isMet = (ratio ?? 0) >= least
        case .slowdown(let most): isMet = (ratio ?? .infinity) <= most
        case .atLeast(let least): isMet = ours >= least
        case .below(let most): isMet = ours < most
        case .none: return ""
        }
        return isMet ? "met" : "not met"
    }
}

/// Prints rows as they come.
final class Table {
    private(set) var hasFailures = false
    private static let widths = [42, 18, 40, 9, 12, 8]

    func begin() {
        show("In turns with the peer, on the same \(ProcessInfo.processInfo.activeProcessorCount) cores; medians.\n")
        line(["", "ours", "peer or limit", "ratio", "goal", ""])
    }
    func add(_ row: Row) {
        line([
            row.name, "\(figure(row.ours)) \(row.unit)",
            row.peer.map { "\($0.name) \(figure($0.figure)) \(row.unit)" } ?? "",
            row.ratio.map { String(format: "%.2f ×", $0) } ?? "", row.goalText, row.verdict,
        ])
    }
    /// A row that this machine has no peer for, and why; no failure of ours.
    func skip(_ name: String, because why: String) {
        line([name, "", "not available", "", "", ""])
        FileHandle.standardError.write(Data("lazuli-bench: \(name): \(why)\n".utf8))
    }
    /// Says what did not work; the run ends with failure then.
    func complain(_ text: String) {
        hasFailures = true
        FileHandle.standardError.write(Data("lazuli-bench: \(text)\n".utf8))
    }
    private func line(_ cells: [String]) {
        let padded = zip(cells, Self.widths).enumerated().map { index, cell in
            let blank = String(repeating: " ", count: max(0, cell.1 - cell.0.count))
            return index == 0 || index == 5 ? cell.0 + blank : blank + cell.0
        }
        show(padded.joined(separator: "  "))
    }
    private func show(_ text: String) { FileHandle.standardOutput.write(Data("\(text)\n".utf8)) }
}

/// A number as a reader likes it: whole with separators when large, two digits after the point when small.
private func figure(_ value: Double) -> String {
    guard value >= 100 else { return String(format: value >= 10 ? "%.1f" : "%.2f", value) }
    var digits = String(Int(value.rounded()))
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits = String(digits.dropLast(3))
    }
    return ([digits] + groups).joined(separator: " ")
}
