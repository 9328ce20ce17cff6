// SPDX-License-Identifier: Apache-2.0

extension Stage {
    /// Small reads and writes by more and more clients, signed, with a bearer token, and with versions kept.
    func ladder() {
        ladder("GET 1 KiB, SAS", of: { clients in Load(url: self.blob("rung"), connections: clients) })
        ladder("PUT 1 KiB, SAS", of: { self.put(connections: $0) })
        ladder(
            "GET 1 KiB, bearer",
            of: { clients in
                Load(url: self.unsigned("rung"), headers: self.bearerOfData, connections: clients)
            }
        )
        ladder(
            "PUT 1 KiB, bearer",
            of: { clients in
                var load = self.put(connections: clients)
                load.url = self.unsigned("{name}")
                load.headers.merge(self.bearerOfData) { own, _ in own }
                return load
            }
        )
        row("versions") { try keepVersions() }
        // The same names again and again: each but the first leaves a version behind.
        ladder(
            "PUT 1 KiB, versions kept",
            of: { clients in
                var load = self.put(connections: clients)
                load.url = self.blob("versions/{name}", in: Self.versioned)
                load.names = .random(below: 1_000, digits: 4)
                return load
            }
        )
        ladder(
            "GET 1 KiB, versions kept",
            of: { Load(url: self.blob("first", in: Self.versioned), connections: $0) }
        )
        commitsPerSync()
    }
    private func ladder(_ title: String, of load: (Int) -> Load) {
        for clients in [1, 16, 64, 256] {
            row("\(title), \(clients) clients") {
                try caller.send(
                    "PUT",
                    blob("rung"),
                    ["x-ms-blob-type: BlockBlob"],
                    body: String(repeating: "x", count: 1_024),
                    expecting: [201]
                )
                let found = try spread(load(clients))
                let name = "\(title), \(clients) client\(clients == 1 ? "" : "s")"
                table.add(Row(name: name, ours: found.rate, unit: "/s"))
                table.add(Row(name: "  p50", ours: found.half, unit: "ms"))
                return Row(name: "  p99", ours: found.most, unit: "ms")
            }
        }
    }
    /// Medians of the rounds: requests a second, and the milliseconds that half and 99 of 100 take at most.
    func spread(_ load: Load) throws -> (rate: Double, half: Double, most: Double) {
        var results: [Load.Result] = []
        for _ in 0..<rounds { results.append(try load.run(scratch, seconds: seconds)) }
        return (
            Self.median(results.map(\.requestsPerSecond)), Self.median(results.map(\.halfMilliseconds)),
            Self.median(results.map(\.mostMilliseconds))
        )
    }

    /// How many commits shared one sync, by the region's own count: of one service, and of two side by side.
    private func commitsPerSync() {
        row("commits per fsync") {
            Row(
                name: "commits per fsync, PUT 1 KiB by 64 clients",
                ours: try commitsPerSync(of: [put(connections: 64)]),
                unit: ""
            )
        }
        row("commits per fsync, two services") {
            try makeTable("shared")
            let loads = [put(connections: 32), put(entityOf: "shared", connections: 32, .unique)]
            return Row(
                name: "commits per fsync, blobs and entities by 32 each",
                ours: try commitsPerSync(of: loads),
                unit: ""
            )
        }
    }
    private func commitsPerSync(of loads: [Load]) throws -> Double {
        let before = try subject.commits()
        let running = try loads.map { try $0.start(scratch, seconds: seconds) }
        for load in running { _ = try load.result() }
        // The region writes its count every five seconds.
        let after = try subject.commits(newerThan: before)
        return Double(after.commits - before.commits) / Double(max(1, after.syncs - before.syncs))
    }
}
