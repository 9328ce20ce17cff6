// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// A seed whose world broke a promise, and the command that plays it again.
package struct SeedFailure: Error, CustomStringConvertible {
    /// The seed.
    package let seed: UInt64
    /// What went wrong.
    package let cause: any Error
    fileprivate let suite: String
    /// The cause, and the command that plays just this seed.
    package var description: String {
        "seed \(seed): \(cause)\n"
            + "replay: SWIFT_DETERMINISTIC_HASHING=1 LAZULI_SEED=\(seed) swift test --filter \(suite)"
    }
}

/// Runs `body` with each seed in turn, or only with `LAZULI_SEED` where the environment names one, or with the first
/// `LAZULI_SEEDS` where it says how many.
///
/// Throws a `SeedFailure` for the first seed whose world throws.
package func forEachSeed(
    _ seeds: ClosedRange<UInt64>,
    file: String = #fileID,
    _ body: (UInt64) throws -> Void
) throws {
    let environment = ProcessInfo.processInfo.environment
    let chosen = environment["LAZULI_SEED"].flatMap(UInt64.init)
    let many = environment["LAZULI_SEEDS"].flatMap(UInt64.init).map { 1...max(1, $0) }
    let suite = file.split(separator: "/").last.map { String($0.dropLast(".swift".count)) } ?? file
    for seed in chosen.map({ $0...$0 }) ?? many ?? seeds {
        do { try body(seed) } catch { throw SeedFailure(seed: seed, cause: error, suite: suite) }
    }
}
