// SPDX-License-Identifier: Apache-2.0
import Simulation

/// Checks promises on the durable state; each names the life after which it did not hold.
struct Promise {
    let life: Int

    func hold(_ promise: Bool, _ otherwise: @autoclosure () -> String) throws {
        if !promise { throw Broken(description: "after life \(life): \(otherwise())") }
    }
}

/// Whether a planted flaw breaks a promise in a world of these seeds; those behind the first are not run.
///
/// Anything else that goes wrong is thrown.
func anyWorldBreaks(_ seeds: some Sequence<UInt64>, _ body: (UInt64) throws -> Void) throws -> Bool {
    for seed in seeds {
        do { try body(seed) } catch is Broken { return true }
    }
    return false
}
