// SPDX-License-Identifier: Apache-2.0
package import CoreMetrics
import Synchronization

/// Keeps what is measured in this process and shows it as Prometheus' text.
///
/// The back end of swift-metrics that the region brings itself; any other takes its place behind the same interface.
package final class MetricRegistry: MetricsFactory {
    /// Series kept; beyond it new ones are not measured.
    ///
    /// Labels come from tables of the region, never from clients.
    static let seriesMax = 20_000

    /// One series: a name with the values of its labels.
    private struct Series: Hashable {
        let name: String
        let labels: String
    }
    private enum Cell {
        case counter(CounterCell)
        case gauge(GaugeCell)
        case histogram(HistogramCell)
    }
    private let cells = Mutex<[Series: Cell]>([:])

    package init() {}

    package func makeCounter(label: String, dimensions: [(String, String)]) -> any CounterHandler {
        let cell = kept(label, dimensions) { .counter(CounterCell()) }
        if case .counter(let counter) = cell { return counter }
        return NOOPMetricsHandler.instance
    }
    package func makeRecorder(
        label: String,
        dimensions: [(String, String)],
        aggregate: Bool
    ) -> any RecorderHandler {
        let cell = kept(label, dimensions) {
            aggregate ? .histogram(HistogramCell(bounds: HistogramCell.counts)) : .gauge(GaugeCell())
        }
        switch cell {
        case .gauge(let gauge): return gauge
        case .histogram(let histogram): return histogram
        case .counter, nil: return NOOPMetricsHandler.instance
        }
    }
    package func makeMeter(label: String, dimensions: [(String, String)]) -> any MeterHandler {
        if case .gauge(let gauge) = kept(label, dimensions, { .gauge(GaugeCell()) }) { return gauge }
        return NOOPMetricsHandler.instance
    }
    package func makeTimer(label: String, dimensions: [(String, String)]) -> any TimerHandler {
        let cell = kept(label, dimensions) { .histogram(HistogramCell(bounds: HistogramCell.seconds)) }
        if case .histogram(let histogram) = cell { return histogram }
        return NOOPMetricsHandler.instance
    }
    // A series lives as long as the process: its numbers must not go back.
    package func destroyCounter(_ handler: any CounterHandler) {}
    package func destroyMeter(_ handler: any MeterHandler) {}
    package func destroyRecorder(_ handler: any RecorderHandler) {}
    package func destroyTimer(_ handler: any TimerHandler) {}

    private func kept(_ name: String, _ dimensions: [(String, String)], _ make: () -> Cell) -> Cell? {
        let series = Series(name: name, labels: Self.text(of: dimensions))
        return cells.withLock { cells in
            if let cell = cells[series] { return cell }
            guard cells.count < Self.seriesMax else { return nil }
            let cell = make()
            cells[series] = cell
            return cell
        }
    }
    /// `name="value",…`: exposition format, "Comments, help text, and type information".
    private static func text(of dimensions: [(String, String)]) -> String {
        dimensions.map { name, value in
            let escaped = value.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"").replacing("\n", with: "\\n")
            return "\(name)=\"\(escaped)\""
        }.joined(separator: ",")
    }

    /// Everything measured so far, in the text format of version 0.0.4: families by name, series by their labels.
    package var text: String {
        let all = cells.withLock { $0 }
        var result = ""
        for (name, series) in Dictionary(grouping: all.keys, by: \.name).sorted(by: { $0.key < $1.key }) {
            guard let first = series.first.flatMap({ all[$0] }) else { continue }
            result += "# TYPE \(name) \(Self.kind(of: first))\n"
            for one in series.sorted(by: { $0.labels < $1.labels }) {
                guard let cell = all[one] else { continue }
                Self.show(cell, name, one.labels, &result)
            }
        }
        return result
    }
    private static func kind(of cell: Cell) -> String {
        switch cell {
        case .counter: "counter"
        case .gauge: "gauge"
        case .histogram: "histogram"
        }
    }
    private static func show(_ cell: Cell, _ name: String, _ labels: String, _ result: inout String) {
        let braced = labels.isEmpty ? "" : "{\(labels)}"
        switch cell {
        case .counter(let counter): result += "\(name)\(braced) \(counter.value)\n"
        case .gauge(let gauge): result += "\(name)\(braced) \(gauge.value)\n"
        case .histogram(let histogram):
            let before = labels.isEmpty ? "" : labels + ","
            let state = histogram.state
            var sum = 0
            for (bound, count) in zip(histogram.bounds, state.counts) {
                sum += count
                result += "\(name)_bucket{\(before)le=\"\(bound)\"} \(sum)\n"
            }
            result += "\(name)_bucket{\(before)le=\"+Inf\"} \(state.count)\n"
            result += "\(name)_sum\(braced) \(state.sum)\n\(name)_count\(braced) \(state.count)\n"
        }
    }
}
