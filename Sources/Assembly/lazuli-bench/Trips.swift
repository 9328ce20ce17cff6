// SPDX-License-Identifier: Apache-2.0

/// Round trips of several requests that `wrk` makes as fast as they are answered, each client on a thread of its own.
struct Trips {
    /// Where the requests go: the beginning of their addresses, unsigned.
    let origin: Substring
    /// Lua functions `request` and `response` of one client, whose number is `id`: they count whole trips in `trips` and
    /// refusals in `bad`.
    let lua: String
    let clients: Int

    /// Round trips a second.
    ///
    /// Throws when none was made, or a request was refused.
    func run(_ scratch: Scratch, seconds: Int) throws -> Double {
        let script = try scratch.write(
            [Self.beginning, lua, Self.end].joined(separator: "\n"),
            to: scratch.unique("trips-") + ".lua"
        )
        let printed = try scratch.run(
            "wrk",
            [
                "--threads", "\(clients)", "--connections", "\(clients)", "--duration", "\(seconds)s", "--timeout",
                "60s", "--script", script, String(origin),
            ]
        )
        guard let line = printed.split(separator: "\n").last(where: { $0.hasPrefix("BENCH ") }) else {
            throw Failure("wrk said nothing of use: \(printed.suffix(1_000))")
        }
        let fields = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard fields.count == 4, fields[0] > 0, fields[1] > 0 else { throw Failure("no round trip was made") }
        guard fields[2] == 0, fields[3] == 0 else {
            throw Failure("\(Int(fields[2])) requests were refused; \(Int(fields[3])) connections failed")
        }
        return fields[0] / fields[1] * 1e6
    }

    private static let beginning = """
        trips, bad = 0, 0
        local threads = {}
        function setup(thread)
            thread:set('id', #threads)
            table.insert(threads, thread)
        end
        """
    private static let end = """
        function done(summary)
            local e, all, refused = summary.errors, 0, 0
            for _, thread in ipairs(threads) do
                all = all + thread:get('trips')
                refused = refused + thread:get('bad')
            end
            io.stdout:write(string.format('\\nBENCH %d %d %d %d\\n', all, summary.duration, refused,
                e.connect + e.read + e.write + e.timeout))
        end
        """
}
