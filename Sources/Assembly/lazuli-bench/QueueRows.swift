// SPDX-License-Identifier: Apache-2.0

extension Stage {
    /// Messages put, got and deleted by consumers that share one queue.
    func queues() {
        let clients = 16
        row("queue round trips") {
            let queue = scratch.unique("queue")
            try caller.send("PUT", self.queue(queue, ""), body: "", expecting: [201])
            let trips = QueueTrips(messages: self.queue(queue, "/messages"), clients: clients)
            let found = try alternate(ours: { try trips.run(scratch, seconds: seconds) })
            return Row(
                name: "queue put + get + delete, \(clients) clients",
                ours: found.ours,
                unit: "/s",
                goal: .none
            )
        }
    }
}

/// Round trips that `wrk` makes: each thread has one connection, puts a message, gets one and deletes what it got.
private struct QueueTrips {
    /// The address of the queue's messages, signed.
    let messages: String
    let clients: Int

    /// Round trips a second.
    ///
    /// Throws when a request is refused.
    func run(_ scratch: Scratch, seconds: Int) throws -> Double {
        let script = try scratch.write(lua, to: scratch.unique("queue-") + ".lua")
        let origin = messages.prefix { $0 != "?" }
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

    private var lua: String {
        let target = messages.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        let path = target.prefix { $0 != "?" }
        let query = target.dropFirst(path.count + 1)
        let body = "<QueueMessage><MessageText>\(String(repeating: "x", count: 1_000))</MessageText></QueueMessage>"
        return """
            local path, query, body = [==[\(path)]==], [==[\(query)]==], [==[\(body)]==]
            local step, id, receipt = 'put', nil, nil
            trips, bad = 0, 0
            local threads = {}
            function setup(thread) table.insert(threads, thread) end
            function request()
                if step == 'put' then return wrk.format('POST', path .. '?' .. query, nil, body) end
                if step == 'get' then return wrk.format('GET', path .. '?' .. query) end
                return wrk.format('DELETE', path .. '/' .. id .. '?popreceipt=' .. receipt .. '&' .. query)
            end
            function response(status, headers, text)
                if status >= 400 then bad = bad + 1 end
                if step == 'put' then step = 'get'
                elseif step == 'get' then
                    id = text:match('<MessageId>(.-)</MessageId>')
                    receipt = text:match('<PopReceipt>(.-)</PopReceipt>')
                    step = id and 'delete' or 'get'
                else
                    trips = trips + 1
                    step = 'put'
                end
            end
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
}
