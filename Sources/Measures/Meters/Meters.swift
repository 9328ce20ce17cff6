// SPDX-License-Identifier: Apache-2.0
package import CoreMetrics
import Synchronization

/// What the region measures of itself: the one place that names series and labels.
///
/// Names follow Prometheus' and OpenTelemetry's rules: base units, `_total` for what only grows. Labels are surfaces,
/// operations and statuses of the region's own tables; never names, addresses or ids of customers.
package final class Meters: Sendable {
    private let factory: any MetricsFactory
    private struct Answered: Hashable {
        let surface: String
        let operation: String
        let status: Int
    }
    private struct Kind: Hashable {
        let name: String
        let surface: String
        let operation: String
    }
    private let answered = Mutex<[Answered: Counter]>([:])
    private let timers = Mutex<[Kind: CoreMetrics.Timer]>([:])
    private let counters = Mutex<[Kind: Counter]>([:])
    private let gauges = Mutex<[String: Gauge]>([:])
    /// What counters that are kept elsewhere stood at when they were last looked at.
    private let totals = Mutex<[String: Int]>([:])
    private let running = Atomic<Int>(0)

    /// Measures into a back end of swift-metrics.
    package init(_ factory: any MetricsFactory) { self.factory = factory }

    // MARK: Requests

    /// A request came; `answered` says that it is done.
    package func began() { running.wrappingAdd(1, ordering: .relaxed) }
    /// Bytes that were no request were refused.
    package func refused(status: Int) {
        began()
        answered(
            surface: "-",
            operation: "-",
            status: status,
            isThrottled: false,
            microseconds: 0,
            received: 0,
            sent: 0
        )
    }
    /// An answer's head is ready to leave.
    package func answered(
        surface: String,
        operation: String,
        status: Int,
        isThrottled: Bool,
        microseconds: Int64,
        received: Int,
        sent: Int64
    ) {
        running.wrappingSubtract(1, ordering: .relaxed)
        let key = Answered(surface: surface, operation: operation, status: status)
        let counter = answered.withLock { known in
            if let counter = known[key] { return counter }
            let labels = [("surface", surface), ("operation", operation), ("status", String(status))]
            let counter = Counter(label: "lazuli_requests_total", dimensions: labels, factory: factory)
            known[key] = counter
            return counter
        }
        counter.increment()
        time("lazuli_request_duration_seconds", surface: surface, operation: operation, microseconds: microseconds)
        if received > 0 { count("lazuli_request_body_bytes_total", surface: surface, by: received) }
        if sent > 0 { count("lazuli_response_body_bytes_total", surface: surface, by: Int(sent)) }
        if isThrottled { count("lazuli_throttled_requests_total", surface: surface, by: 1) }
    }

    /// Bytes leave of an answer whose length was not known when its head was ready.
    package func sent(_ bytes: Int, surface: String) {
        count("lazuli_response_body_bytes_total", surface: surface, by: bytes)
    }

    /// An answer ended in its middle, because what it was to bring could not be read.
    package func cut() { count("lazuli_answers_cut_total", by: 1) }

    // MARK: Engines

    /// What an engine was asked for and how long it took; failures are counted apart.
    package enum EngineCall: String, Sendable {
        case storeCommit = "store_commit"
        case bytesRead = "bytes_read"
        case bytesWrite = "bytes_write"
        case bytesFinish = "bytes_finish"
        case bytesRelease = "bytes_release"
    }
    /// One call of an engine has ended.
    package func called(_ call: EngineCall, microseconds: Int64, failed: Bool) {
        time("lazuli_\(call.rawValue)_duration_seconds", microseconds: microseconds)
        if failed { count("lazuli_\(call.rawValue)_failures_total", by: 1) }
    }

    // MARK: Looked at now and then

    /// Something that grows, by what it stands at since the process began.
    package func total(_ name: String, is value: Int) {
        let grown = totals.withLock { totals in
            let last = totals.updateValue(value, forKey: name) ?? 0
            return max(0, value - last)
        }
        count(name, by: grown)
    }
    /// Something that goes up and down.
    package func level(_ name: String, is value: Int) {
        let gauge = gauges.withLock { gauges in
            if let gauge = gauges[name] { return gauge }
            let gauge = Gauge(label: name, dimensions: [], factory: factory)
            gauges[name] = gauge
            return gauge
        }
        gauge.record(value)
    }
    /// Requests that have come and are not answered yet.
    package var requestsRunning: Int { running.load(ordering: .relaxed) }

    // MARK: Instruments, made once

    private func time(_ name: String, surface: String = "", operation: String = "", microseconds: Int64) {
        let key = Kind(name: name, surface: surface, operation: operation)
        let timer = timers.withLock { timers in
            if let timer = timers[key] { return timer }
            let timer = CoreMetrics.Timer(label: name, dimensions: Self.labels(surface, operation), factory: factory)
            timers[key] = timer
            return timer
        }
        timer.recordNanoseconds(max(0, microseconds) * 1_000)
    }
    private func count(_ name: String, surface: String = "", by amount: Int) {
        let key = Kind(name: name, surface: surface, operation: "")
        let counter = counters.withLock { counters in
            if let counter = counters[key] { return counter }
            let counter = Counter(label: name, dimensions: Self.labels(surface, ""), factory: factory)
            counters[key] = counter
            return counter
        }
        counter.increment(by: amount)
    }
    private static func labels(_ surface: String, _ operation: String) -> [(String, String)] {
        (surface.isEmpty ? [] : [("surface", surface)]) + (operation.isEmpty ? [] : [("operation", operation)])
    }
}
