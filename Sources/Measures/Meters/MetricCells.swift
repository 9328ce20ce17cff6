// SPDX-License-Identifier: Apache-2.0
import CoreMetrics
import Synchronization

/// A number that grows.
final class CounterCell: CounterHandler {
    private let number = Atomic<Int64>(0)
    var value: Int64 { number.load(ordering: .relaxed) }
    func increment(by amount: Int64) { number.wrappingAdd(amount, ordering: .relaxed) }
    func reset() { number.store(0, ordering: .relaxed) }
}

/// A number that is what was last said.
final class GaugeCell: RecorderHandler, MeterHandler {
    private let number = Mutex(0.0)
    var value: Double { number.withLock { $0 } }
    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) { number.withLock { $0 = value } }
    func set(_ value: Int64) { record(Double(value)) }
    func set(_ value: Double) { record(value) }
    func increment(by amount: Double) { number.withLock { $0 += amount } }
    func decrement(by amount: Double) { number.withLock { $0 -= amount } }
}

/// How often a value fell between which bounds.
final class HistogramCell: RecorderHandler, TimerHandler {
    /// Upper bounds of times, in seconds: a small read takes 0.2 ms, a long list or a large body seconds.
    static let seconds = [
        0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
    ]
    /// Upper bounds of numbers and sizes.
    static let counts = [1, 4, 16, 64, 256, 1_024, 4_096, 16_384, 65_536, 262_144, 1_048_576].map(Double.init)

    struct State {
        /// Values at or below each bound and above the one before.
        var counts: [Int]
        var count = 0
        var sum = 0.0
    }
    let bounds: [Double]
    private let kept: Mutex<State>

    init(bounds: [Double]) {
        self.bounds = bounds
        kept = Mutex(State(counts: [Int](repeating: 0, count: bounds.count)))
    }
    var state: State { kept.withLock { $0 } }

    func record(_ value: Int64) { record(Double(value)) }
    func record(_ value: Double) {
        let place = bounds.firstIndex { value <= $0 }
        kept.withLock { state in
            if let place { state.counts[place] += 1 }
            state.count += 1
            state.sum += value
        }
    }
    func recordNanoseconds(_ duration: Int64) { record(Double(duration) / 1e9) }
}
