// SPDX-License-Identifier: Apache-2.0
// Foundation: the region's folder.
import Assembly
import Base
import Clients
import Foundation
import Logging
import Synchronization
import Testing

@Suite struct CertificateRenewalTests {
    @Test func `a running region shows new connections a new certificate before the old one runs out`() async throws {
        let folder = NSTemporaryDirectory() + "lazuli-renewal-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: folder) }
        var configuration = Configuration()
        configuration.data = folder
        configuration.port = try Port.free()
        configuration.addresses = ["127.0.0.1"]
        var logger = Logger(label: "renewal")
        logger.logLevel = .critical
        let clock = HurriedClock()
        let region = try await Assembly.Region.open(configuration, logger: logger, clock: clock)
        let address = "127.0.0.1:\(configuration.port)"
        try await withThrowingTaskGroup(of: Void.self) { group in
            let (listening, says) = AsyncStream.makeStream(of: Void.self)
            group.addTask { try await region.serve { says.finish() } }
            for await _ in listening {}
            let first = try await certificate(at: address)
            clock.skip(.seconds(300 * 86400))
            #expect(try await certificate(at: address) == first, "it still serves for more than a month")
            clock.skip(.seconds(80 * 86400))
            let next = try await changed(from: first, at: address)
            #expect(next != nil, "the certificate runs out and is not renewed")
            #expect(try await certificate(at: address) == next, "once is enough")
            group.cancelAll()
        }
    }

    private func changed(from first: String, at address: String) async throws -> String? {
        for _ in 0..<200 {
            let shown = try await certificate(at: address)
            if shown != first { return shown }
        }
        return nil
    }
    /// The leaf that a new connection is shown, as text.
    private func certificate(at address: String) async throws -> String {
        let output = try await Tool.run("openssl", ["s_client", "-connect", address], environment: Home.bare)
        let lines = output.text.split(separator: "\n")
        let from = try #require(lines.firstIndex { $0.contains("BEGIN CERTIFICATE") }, "\(output.report)")
        let to = try #require(lines.firstIndex { $0.contains("END CERTIFICATE") }, "\(output.report)")
        return lines[from...to].joined()
    }
}

/// The machine's clock with skips ahead, on which no sleep is long.
private final class HurriedClock: WallClock {
    private static let sleepMax = Duration.milliseconds(100)
    private let ahead = Mutex(Duration.zero)
    private let machine = SystemClock()

    func skip(_ duration: Duration) { ahead.withLock { $0 += duration } }
    var now: Timestamp { machine.now + ahead.withLock { $0 } }
    func sleep(for duration: Duration) async throws { try await machine.sleep(for: min(duration, Self.sleepMax)) }
}
