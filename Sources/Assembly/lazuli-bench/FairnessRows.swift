// SPDX-License-Identifier: Apache-2.0
import Glibc

extension Stage {
    /// Four clients of a quiet account, alone, beside as many of another account, and beside 256 of it that ask for much.
    ///
    /// Beside its like each of two accounts has an exactly fair share, whatever the machine and the clients on it take.
    func fairness() {
        row("what the crowd asks for") { try makeCrowd() }
        fairness("GET 1 KiB", of: { Load(url: try self.neighbour("quiet"), connections: 4) }) { [self] in
            Load(url: blob("quiet"), connections: 4)
        }
        fairness("PUT 1 KiB", of: { try self.quietPut() }) { [self] in put(connections: 4) }
    }
    private func fairness(_ title: String, of quiet: () throws -> Load, like: () -> Load) {
        row("a quiet account's \(title)") {
            let load = try quiet()
            let alone = try spread(load)
            let fair = try spread(load, beside: like())
            let name = "quiet account's \(title), 4 clients,"
            table.add(Row(name: "\(name) alone", ours: alone.rate, unit: "/s"))
            table.add(Row(name: "  p99", ours: alone.most, unit: "ms"))
            table.add(Row(name: "  beside 4 clients alike", ours: fair.rate, unit: "/s", peer: ("alone", alone.rate)))
            for (crowd, flood) in crowds {
                row("\(title) beside \(crowd)") {
                    try subject.forgetPeak()
                    let found = try spread(load, beside: flood)
                    table.add(
                        Row(
                            name: "  beside 256 clients' \(crowd)",
                            ours: found.rate,
                            unit: "/s",
                            peer: ("beside alike", fair.rate),
                            goal: .ratio(0.5)
                        )
                    )
                    table.add(
                        Row(name: "  p99", ours: found.most, unit: "ms", peer: ("beside alike", fair.most))
                    )
                    table.add(Row(name: "  the 256 clients themselves", ours: found.others, unit: "/s"))
                    let peak = try subject.peakResidentMiB()
                    return Row(name: "  resident memory, at most", ours: peak, unit: "MiB", goal: .below(400))
                }
            }
            return Row(name: "  p99, beside 4 clients alike", ours: fair.most, unit: "ms", peer: ("alone", alone.most))
        }
    }
    /// Medians of the rounds, each beside a load of another account.
    private func spread(_ load: Load, beside flood: Load) throws -> (rate: Double, most: Double, others: Double) {
        var (results, others): ([Load.Result], [Double]) = ([], [])
        for _ in 0..<rounds {
            let running = try flood.start(scratch, seconds: seconds + 4)
            // Hundreds of new connections cost more than their requests, and only once.
            sleep(2)
            results.append(try load.run(scratch, seconds: seconds))
            others.append(try running.result().requestsPerSecond)
        }
        let rate = Self.median(results.map(\.requestsPerSecond))
        return (rate, Self.median(results.map(\.mostMilliseconds)), Self.median(others))
    }
    private func quietPut() throws -> Load {
        var load = put(connections: 4)
        load.url = try neighbour("{name}")
        return load
    }

    private static let crowd = "crowd"
    /// What the crowd asks for, as fast as it is answered.
    private var crowds: [(String, Load)] {
        var large = put(connections: 256)
        large.body = String(repeating: "x", count: Self.mebibyte)
        let statement = "SELECT _1 FROM BlobStorage WHERE _2 = 'nothing'"
        return [
            ("PUT 1 KiB", put(connections: 256)),
            ("GET 1 MiB", Load(url: blob("medium"), connections: 256)),
            ("PUT 1 MiB", large),
            ("lists of 5,000", Load(url: list("maxresults=5000", of: Self.crowd), connections: 256)),
            (
                "queries of 1 MiB",
                Load(
                    url: blob("rows", "comp=query"),
                    method: "POST",
                    body:
                        "<QueryRequest><QueryType>SQL</QueryType><Expression>\(statement)</Expression></QueryRequest>",
                    connections: 256
                )
            ),
        ]
    }
    private func makeCrowd() throws -> Row {
        let begin = ContinuousClock.now
        let kibibyte = String(repeating: "x", count: 1_024)
        let type = ["x-ms-blob-type: BlockBlob"]
        for url in [blob("quiet"), try neighbour("quiet")] {
            try caller.send("PUT", url, type, body: kibibyte, expecting: [201])
        }
        try caller.send("PUT", blob("medium"), type, file: "\(try files())/medium", expecting: [201])
        let lines = (0..<40_000).map { "\($0),name\($0 % 97),\($0 * 7)\n" }.joined()
        let rows = try scratch.write(String(lines.prefix(Self.mebibyte)), to: "rows.csv")
        try caller.send("PUT", blob("rows"), type, file: rows, expecting: [201])
        try makeContainer(Self.crowd)
        var fill = put(connections: 64)
        fill.url = blob("{name}", of: Self.crowd)
        fill.names = .counted(from: 0, perThread: 2_500)
        try fill.fill(scratch)
        return Row(name: "5,000 blobs to list", ours: (ContinuousClock.now - begin) / .seconds(1), unit: "s")
    }
}
