// SPDX-License-Identifier: Apache-2.0
// Foundation: the kernel's socket tables are read as files.
import Foundation

/// Picks ports of this machine.
package enum Port {
    /// Below the kernel's own range for outgoing connections, so that no client can take the port meanwhile.
    private static let range = 20_000..<32_000

    /// A port that nobody listens on, on either loopback address.
    package static func free() throws -> Int {
        let taken = try taken()
        let candidates = range.filter { !taken.contains($0) }
        guard let port = candidates.randomElement() else { throw ClientError("no port is free in \(range)") }
        return port
    }

    /// Whether this process could serve the port that URLs leave out.
    package static func mayBind443() -> Bool {
        let first =
            (try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding: .utf8)) ?? ""
        let lowest = Int(first.trimmingCharacters(in: .whitespacesAndNewlines)) ?? 1_024
        return (geteuid() == 0 || lowest <= 443) && (try? taken().contains(443)) == false
    }

    /// Every local port in the kernel's tables, whose second column is `address:port` in hexadecimal.
    private static func taken() throws -> Set<Int> {
        var ports: Set<Int> = []
        for table in ["tcp", "tcp6"] {
            let text = (try? String(contentsOfFile: "/proc/net/\(table)", encoding: .utf8)) ?? ""
            for line in text.split(separator: "\n").dropFirst() {
                let columns = line.split(separator: " ")
                guard columns.count > 1, let port = columns[1].split(separator: ":").last else { continue }
                ports.insert(Int(port, radix: 16) ?? 0)
            }
        }
        return ports
    }
}
