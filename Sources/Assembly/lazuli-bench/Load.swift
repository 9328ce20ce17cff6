// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Requests that `wrk` sends as fast as they are answered, over connections that stay open.
struct Load {
    /// How `{name}` in the address is filled.
    enum Names {
        /// There is none.
        case fixed
        /// A new name for every request.
        case unique
        /// A whole number below a bound, by chance, with leading zeros.
        case random(below: Int, digits: Int)
        /// The numbers from one on, until so many were answered on each of the two threads; the load ends there.
        case counted(from: Int, perThread: Int)
    }
    var url: String
    var method = "GET"
    var headers: [String: String] = [:]
    var body = ""
    /// A Lua function `body(number)` that gives the body of a counted request; empty: `body` serves for all.
    var bodyOfNumber = ""
    var names = Names.fixed
    var connections: Int

    /// What came of it.
    struct Result {
        var requestsPerSecond: Double
        var bytesPerSecond: Double
        /// What half of the answers took at most.
        var halfMilliseconds: Double
        /// What 99 of 100 took at most.
        var mostMilliseconds: Double
    }
    /// A load that is being sent.
    struct Running {
        fileprivate let load: Load
        fileprivate let program: Program
        /// Waits for its end.
        func result() throws -> Result { try load.result(try program.finish()) }
    }

    /// Sends for so many seconds.
    ///
    /// Throws when nothing was answered, or anything but success.
    func run(_ scratch: Scratch, seconds: Int) throws -> Result {
        try result(try scratch.run("wrk", try arguments(scratch, seconds: seconds)))
    }
    /// Begins to send for so many seconds.
    func start(_ scratch: Scratch, seconds: Int) throws -> Running {
        let arguments = try arguments(scratch, seconds: seconds)
        return Running(load: self, program: try scratch.start("wrk", arguments, output: scratch.unique("wrk-")))
    }
    /// Sends until every thread has its count.
    func fill(_ scratch: Scratch, patience: Int = 14_400) throws {
        let program = try scratch.start(
            "wrk",
            try arguments(scratch, seconds: patience),
            output: scratch.unique("fill-")
        )
        while program.isRunning, program.printed.split(separator: "\n").filter({ $0 == "FILLED" }).count < 2 {
            usleep(20_000)
        }
        program.signal(SIGINT)
        _ = try result(try program.finish())
    }

    private func arguments(_ scratch: Scratch, seconds: Int) throws -> [String] {
        let script = try scratch.write(lua(run: scratch.unique("r")), to: scratch.unique("load-") + ".lua")
        let threads = min(2, connections)
        return [
            "--threads", "\(threads)", "--connections", "\(connections)", "--duration", "\(seconds)s", "--timeout",
            "60s",
            "--script", script, String(url.prefix { $0 != "?" }.prefix(while: { $0 != "{" })),
        ]
    }
    fileprivate func result(_ printed: String) throws -> Result {
        guard let line = printed.split(separator: "\n").last(where: { $0.hasPrefix("BENCH ") }) else {
            throw Failure("wrk said nothing of use: \(printed.suffix(1_000))")
        }
        let fields = line.split(separator: " ").dropFirst().compactMap { Double($0) }
        guard fields.count == 7, fields[0] + fields[1] > 0, fields[2] > 0 else {
            throw Failure("\(method) \(address): nothing was answered")
        }
        guard fields[3] == 0, fields[4] == 0 else {
            throw Failure(
                "\(method) \(address): of \(Int(fields[0])) answers \(Int(fields[3])) were refusals; "
                    + "\(Int(fields[4])) connections failed"
            )
        }
        return Result(
            requestsPerSecond: fields[0] / fields[2] * 1e6,
            bytesPerSecond: fields[1] / fields[2] * 1e6,
            halfMilliseconds: fields[5] / 1e3,
            mostMilliseconds: fields[6] / 1e3
        )
    }
    /// The address without its query, which may hold a signature.
    private var address: Substring { url.prefix { $0 != "?" } }

    private func lua(run: String) -> String {
        let path = url.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        let parts = path.split(separator: "{name}", maxSplits: 1, omittingEmptySubsequences: false)
        let quote: (Substring) -> String = { "[==[\($0)]==]" }
        let name: String
        var extra = ""
        switch names {
        case .fixed: name = "''"
        case .unique: name = "'\(run)-' .. id .. '-' .. sent"
        case .random(let bound, let digits): name = "string.format('%0\(digits)d', math.random(0, \(bound - 1)))"
        case .counted(let first, let goal):
            name = "string.format('%09d', \(first) + 2 * sent + id)"
            // wrk asks the first thread for one request that it never sends: `request` counts from -1 there.
            // Every connection may still wait for one answer when the last name is sent.
            extra = """
                local got = 0
                function response()
                    got = got + 1
                    if got == \(goal + connections) then
                        io.stdout:write('\\nFILLED\\n')
                        io.stdout:flush()
                        wrk.thread:stop()
                    end
                end
                """
        }
        let settings =
            ["wrk.method = '\(method)'"] + headers.map { "wrk.headers['\($0.key)'] = \(quote($0.value[...]))" }
            + (body.isEmpty ? [] : ["wrk.body = \(quote(body[...]))"])
        if case .counted(let first, _) = names, !bodyOfNumber.isEmpty {
            let path = "\(quote(path)), nil, body(\(first) + 2 * sent + id)"
            return (settings + [bodyOfNumber, Self.counting(path), extra, Self.frame]).joined(separator: "\n")
        }
        let request =
            parts.count < 2
            ? "local fixed\nfunction request() fixed = fixed or wrk.format(nil, \(quote(path))) return fixed end"
            : Self.counting("\(quote(parts[0])) .. \(name) .. \(quote(parts[1]))")
        return (settings + [request, extra, Self.frame]).joined(separator: "\n")
    }
    /// Requests that know how many were `sent` before them.
    private static func counting(_ arguments: String) -> String {
        """
        local sent
        function request()
            sent = (sent or (id == 0 and -2 or -1)) + 1
            return wrk.format(nil, \(arguments))
        end
        """
    }
    private static let frame = """
        local count = 0
        function setup(thread) thread:set('id', count) count = count + 1 end
        function init() math.randomseed(os.time() * 2 + id) end
        function done(summary, latency)
            local e = summary.errors
            io.stdout:write(string.format('\\nBENCH %d %d %d %d %d %d %d\\n',
                summary.requests, summary.bytes, summary.duration,
                e.status, e.connect + e.read + e.write + e.timeout,
                latency:percentile(50), latency:percentile(99)))
        end
        """
}
