// SPDX-License-Identifier: Apache-2.0
import ArgumentParser

/// Measures a release build of `lazuli` beside its peers and this machine's limits, and prints one table.
///
/// Figures never decide the exit status: a table that falls short is still a table. Only what does not work does.
@main
struct Bench: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lazuli-bench",
        abstract:
            "Measures a region beside nginx, openssl, radosgw and this disk, in turns; a region of its own, removed after."
    )
    @Flag(
        help:
            "Also 10⁷ blobs and entities, a directory of 10⁶ files and a 5 GiB transfer: some two hours and 40 GB of disk more."
    )
    var full = false
    @Option(help: "Sizes of the container and the table that grow, with commas.")
    var sizes = "10000,100000,1000000"
    @Option(help: "Seconds of each round.")
    var seconds = 3
    @Option(help: "Rounds of each row; the median counts.")
    var rounds = 3
    @Option(help: "Only these parts, with commas; --only ? names them.")
    var only: String?

    func validate() throws {
        guard seconds > 0, rounds > 0 else { throw ValidationError("--seconds and --rounds are at least 1") }
        guard !counts.isEmpty, counts.allSatisfy({ $0 >= 1_000 && $0 % 200 == 0 }) else {
            throw ValidationError("--sizes are at least 1000 and multiples of 200")
        }
        guard zip(counts, counts.dropFirst()).allSatisfy({ $0 * 2 <= $1 }) else {
            throw ValidationError("each of --sizes is at least twice the one before")
        }
        if let unknown = wanted.first(where: { !Self.names.contains($0) }) {
            throw ValidationError("no part is called '\(unknown)'; there are \(Self.names.joined(separator: ", "))")
        }
    }

    private static let names = [
        "reads", "writes", "blocks", "ladder", "fairness", "queues", "ledger", "control", "tables", "radosgw",
        "footprint",
        "rename", "scale",
    ]
    private var counts: [Int] { sizes.split(separator: ",").map { Int($0) ?? 0 } + (full ? [10_000_000] : []) }
    private var wanted: [String] { only.map { $0.split(separator: ",").map(String.init) } ?? Self.names }

    func run() throws {
        let table = Table()
        do {
            let scratch = try Scratch()
            defer { scratch.remove() }
            let subject = try Subject(scratch)
            defer { subject.kill() }
            table.begin()
            let stage = try Stage(scratch, subject, seconds: seconds, rounds: rounds, sizes: counts, full: full, table)
            for part in wanted { stage.measure(part) }
        } catch { table.complain("the benchmark did not come about: \(error)") }
        if table.hasFailures { throw ExitCode.failure }
    }
}

extension Stage {
    /// Runs one part's rows, each on its own: a row that does not work costs no other row.
    fileprivate func measure(_ part: String) {
        switch part {
        case "reads": reads()
        case "writes": writes()
        case "blocks": blocks()
        case "ladder": ladder()
        case "fairness": fairness()
        case "queues": queues()
        case "ledger": ledger()
        case "control": control()
        case "tables": tables()
        case "radosgw": radosgw()
        case "footprint": footprint()
        case "rename": renames()
        default: scale()
        }
    }
}
