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
        try Trips(origin: messages.prefix { $0 != "?" }, lua: lua, clients: clients).run(scratch, seconds: seconds)
    }

    private var lua: String {
        let target = messages.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        let path = target.prefix { $0 != "?" }
        let query = target.dropFirst(path.count + 1)
        let body = "<QueueMessage><MessageText>\(String(repeating: "x", count: 1_000))</MessageText></QueueMessage>"
        return """
            local path, query, body = [==[\(path)]==], [==[\(query)]==], [==[\(body)]==]
            local step, id, receipt = 'put', nil, nil
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
            """
    }
}
