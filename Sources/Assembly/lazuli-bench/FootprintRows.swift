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
        if full { transfer() }
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
