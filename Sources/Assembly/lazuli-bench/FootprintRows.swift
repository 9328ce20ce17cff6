// SPDX-License-Identifier: Apache-2.0
import Base
import Glibc

extension Stage {
    /// Starts and memory, with all that the run has written.
    func footprint() {
        row("resident memory") {
            Row(name: "resident memory, after these loads", ours: try subject.residentMiB(), unit: "MiB")
        }
        row("first start") {
            Row(name: "first start, founding the region", ours: subject.foundingMilliseconds, unit: "ms")
        }
        row("cold start") {
            let found = try alternate(ours: subject.restart)
            return Row(
                name: "cold start, to the first answer",
                ours: found.ours,
                unit: "ms",
                goal: .below(300)
            )
        }
        row("resident memory, idle") {
            sleep(3)
            return Row(name: "resident memory, idle", ours: try subject.residentMiB(), unit: "MiB", goal: .below(100))
        }
        connections()
        objects()
        if full { transfer() }
    }

    /// What a connection that reads costs in memory: the peak with 256 less that with 16.
    private func connections() {
        row("memory per connection") {
            try caller.send(
                "PUT",
                blob("rung"),
                ["x-ms-blob-type: BlockBlob"],
                body: String(repeating: "x", count: 1_024),
                expecting: [201]
            )
            var peaks: [Double] = []
            for clients in [16, 256] {
                try subject.forgetPeak()
                _ = try rate(Load(url: blob("rung"), connections: clients))
                peaks.append(try subject.peakResidentMiB())
            }
            table.add(
                Row(name: "resident memory, 256 clients", ours: peaks[1], unit: "MiB", goal: .below(400))
            )
            return Row(name: "memory per connection", ours: (peaks[1] - peaks[0]) * 1_024 / 240, unit: "KiB")
        }
    }
    /// What the store holds for each blob of 40 KiB, whose bytes lie elsewhere; the ledger's own rows are in it.
    private func objects() {
        row("metadata per object") {
            let count = 2_000
            let before = try size(of: "store")
            var load = put(connections: 64)
            load.url = blob("sized/{name}")
            load.names = .counted(from: 0, perThread: count / 2)
            load.body = String(repeating: "x", count: 40 * 1_024)
            try load.fill(scratch)
            // The log is folded into tables when the store is closed or opened.
            _ = try subject.restart()
            let grown = Double(try size(of: "store") - before)
            return Row(
                name: "store, for each of \(count) blobs",
                ours: grown / Double(count),
                unit: "B",
                goal: .below(600)
            )
        }
    }
    /// Bytes of one of the region's folders.
    func size(of folder: String) throws -> Int {
        let printed = try scratch.run("du", ["--bytes", "--summarize", "\(subject.folder)/\(folder)"])
        guard let bytes = printed.split(separator: "\t").first.flatMap({ Int($0) }) else {
            throw Failure("du says nothing of \(folder)")
        }
        return bytes
    }

    /// 5 GiB up in blocks of 100 MiB and down again in one piece.
    private func transfer() {
        row("5 GiB up and down") {
            let file = "\(try files())/large"
            let blocks = (100..<152).map { "blk\($0)" }
            try subject.forgetPeak()
            for block in blocks {
                // Block ids travel in Base64, which needs no padding, and so no escape, for six bytes.
                let id = Array(block.utf8).base64
                try caller.send(
                    "PUT",
                    blob("huge", "comp=block&blockid=\(id)"),
                    file: file,
                    expecting: [201]
                )
            }
            let list =
                "<BlockList>" + blocks.map { "<Latest>\(Array($0.utf8).base64)</Latest>" }.joined() + "</BlockList>"
            try caller.send("PUT", blob("huge", "comp=blocklist"), body: list, expecting: [201])
            let down = try scratch.run(
                "curl",
                [
                    "--silent", "--fail", "--insecure", "--output", "/dev/null", "--write-out", "%{size_download}",
                    blob("huge"),
                ]
            )
            guard Int(down) == blocks.count * 100 * Self.mebibyte else { throw Failure("only \(down) bytes came back") }
            return Row(
                name: "resident memory, 5 GiB up and down",
                ours: try subject.peakResidentMiB(),
                unit: "MiB",
                goal: .below(200)
            )
        }
    }
}
