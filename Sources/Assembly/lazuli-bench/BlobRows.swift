// SPDX-License-Identifier: Apache-2.0
import Glibc

extension Stage {
    /// Blob GET beside nginx serving plain files.
    func reads() {
        do {
            let nginx = try Nginx(scratch, caller, files: try files(), certificates: "\(subject.folder)/tls")
            defer { nginx.stop() }
            read("small", "blob GET 1 KiB", clients: 64, goal: 1, nginx, "/s") { $0.requestsPerSecond }
            let mebibytes: (Load.Result) -> Double = { $0.bytesPerSecond / Double(Self.mebibyte) }
            read("medium", "blob GET 1 MiB", clients: 16, goal: 0.8, nginx, "MiB/s", mebibytes)
            read("large", "blob GET 100 MiB", clients: 4, goal: 0.8, nginx, "MiB/s", mebibytes)
        } catch { table.complain("blob GET: \(error)") }
    }
    private func read(
        _ name: String,
        _ title: String,
        clients: Int,
        goal: Double,
        _ nginx: Nginx,
        _ unit: String,
        _ figure: (Load.Result) -> Double
    ) {
        row(title) {
            try caller.send(
                "PUT",
                blob(name),
                ["x-ms-blob-type: BlockBlob"],
                file: "\(try files())/\(name)",
                expecting: [201]
            )
            let ours = Load(url: blob(name), connections: clients)
            let theirs = Load(url: nginx.url(name), connections: clients)
            let found = try alternate(
                ours: { figure(try ours.run(scratch, seconds: seconds)) },
                peer: { figure(try theirs.run(scratch, seconds: seconds)) }
            )
            return Row(
                name: "\(title), \(clients) clients",
                ours: found.ours,
                unit: unit,
                peer: ("nginx", found.peer),
                goal: .ratio(goal)
            )
        }
    }

    /// Durable blob PUT beside this disk's own writes.
    func writes() {
        let disk = Disk(scratch: scratch)
        for (clients, goal) in [(1, Goal.none), (64, .ratio(30))] {
            let title = "durable PUT 1 KiB, \(clients) client\(clients == 1 ? "" : "s")"
            row(title) {
                let found = try alternate(
                    ours: { try rate(put(connections: clients)) },
                    peer: { try disk.syncsPerSecond(seconds: seconds) }
                )
                return Row(
                    name: title,
                    ours: found.ours,
                    unit: "/s",
                    peer: ("fio 4k fdatasync", found.peer),
                    goal: goal
                )
            }
        }
        row("durable PUT 100 MiB") {
            let bytes = 100 * Self.mebibyte
            let file = "\(try files())/large"
            let found = try alternate(
                ours: {
                    let answer = try caller.send(
                        "PUT",
                        blob(scratch.unique("large-")),
                        ["x-ms-blob-type: BlockBlob"],
                        file: file,
                        expecting: [201]
                    )
                    return 100 / answer.seconds
                },
                peer: { try disk.sequentialBytesPerSecond(bytes: bytes) / Double(Self.mebibyte) }
            )
            return Row(
                name: "durable PUT 100 MiB, 1 client",
                ours: found.ours,
                unit: "MiB/s",
                peer: ("fio sequential", found.peer),
                goal: .ratio(0.7)
            )
        }
    }
    /// Bytes of a small blob.
    static let bodyBytes = 1_024
    /// Small blobs, each of a new name.
    func put(connections: Int) -> Load {
        Load(
            url: blob("{name}"),
            method: "PUT",
            headers: Self.blockBlob,
            body: String(repeating: "x", count: Self.bodyBytes),
            names: .unique,
            connections: connections
        )
    }
}
