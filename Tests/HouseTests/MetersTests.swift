// SPDX-License-Identifier: Apache-2.0
import Meters
import Testing

@Suite struct MetersTests {
    private let registry = MetricRegistry()
    private var lines: [String] { registry.text.split(separator: "\n").map(String.init) }

    @Test func `a request is counted by surface, operation and status, and timed`() {
        let meters = Meters(registry)
        for (status, microseconds) in [(200, 300), (200, 2_000), (503, 20_000_000)] as [(Int, Int64)] {
            meters.began()
            meters.answered(
                surface: "blob",
                operation: "blob.get",
                status: status,
                isThrottled: status == 503,
                microseconds: microseconds,
                received: 0,
                sent: 1_024
            )
        }
        let labels = #"surface="blob",operation="blob.get""#
        for wanted in [
            "# TYPE lazuli_requests_total counter", "lazuli_requests_total{\(labels),status=\"200\"} 2",
            "lazuli_requests_total{\(labels),status=\"503\"} 1", "# TYPE lazuli_request_duration_seconds histogram",
            "lazuli_request_duration_seconds_bucket{\(labels),le=\"0.00025\"} 0",
            "lazuli_request_duration_seconds_bucket{\(labels),le=\"0.0005\"} 1",
            "lazuli_request_duration_seconds_bucket{\(labels),le=\"10.0\"} 2",
            "lazuli_request_duration_seconds_bucket{\(labels),le=\"+Inf\"} 3",
            "lazuli_request_duration_seconds_count{\(labels)} 3",
            "lazuli_response_body_bytes_total{surface=\"blob\"} 3072",
            "lazuli_throttled_requests_total{surface=\"blob\"} 1",
        ] {
            #expect(lines.contains(wanted), "\(wanted)")
        }
        #expect(!registry.text.contains("lazuli_request_body_bytes_total"))
        #expect(meters.requestsRunning == 0)
    }

    @Test func `what is kept elsewhere is counted by how it grew`() {
        let meters = Meters(registry)
        for value in [5, 5, 12] { meters.total("lazuli_things_total", is: value) }
        for value in [3, 1] { meters.level("lazuli_things_waiting", is: value) }
        #expect(lines.contains("lazuli_things_total 12"))
        #expect(lines.contains("# TYPE lazuli_things_waiting gauge"))
        #expect(lines.contains("lazuli_things_waiting 1.0"))
    }

    @Test func `every family is named once, and every line is one of the format`() {
        let meters = Meters(registry)
        meters.called(.storeCommit, microseconds: 1_200, failed: false)
        meters.called(.bytesRead, microseconds: 90, failed: true)
        meters.level("lazuli_level", is: 1)
        var families: Set<Substring> = []
        for line in lines {
            if line.hasPrefix("# TYPE ") {
                #expect(families.insert(line.split(separator: " ")[2]).inserted)
            } else {
                #expect(
                    line.wholeMatch(of: /[a-z_]+(\{[a-z]+="[^"]*"(,[a-z]+="[^"]*")*\})? [0-9.e+-]+/) != nil,
                    "\(line)"
                )
            }
        }
        #expect(families.contains("lazuli_bytes_read_failures_total"))
        #expect(!families.contains("lazuli_store_commit_failures_total"))
    }
}
