// SPDX-License-Identifier: Apache-2.0
import Glibc

extension Stage {
    /// Tokens beside bare signatures, and resource groups through Resource Manager.
    func control() {
        row("token grants") {
            let grants = Load(
                url: subject.tokenURL,
                method: "POST",
                headers: ["Content-Type": "application/x-www-form-urlencoded"],
                body: subject.tokenForm,
                connections: 16
            )
            let signatures = Signatures(scratch: scratch)
            let found = try alternate(
                ours: { try rate(grants) },
                peer: { try signatures.perSecond(seconds: max(1, seconds / 2)) }
            )
            return Row(
                name: "token grants, 16 clients",
                ours: found.ours,
                unit: "/s",
                peer: ("openssl rsa2048, one core", found.peer),
                goal: .ratio(0.6)
            )
        }
        row("ARM group GET") {
            let load = Load(url: group("bench"), headers: bearer, connections: 64)
            let found = try alternate(ours: { try rate(load) })
            return Row(name: "ARM group GET, 64 clients", ours: found.ours, unit: "/s", goal: .atLeast(3_000))
        }
        row("ARM group PUT") {
            let found = try alternate(ours: { try rate(putGroup) })
            return Row(name: "ARM group PUT, 64 clients", ours: found.ours, unit: "/s", goal: .atLeast(500))
        }
    }
    private var putGroup: Load {
        Load(
            url: group("{name}"),
            method: "PUT",
            headers: bearer,
            body: Self.place,
            names: .unique,
            connections: 64
        )
    }

    /// How fast changes enter the ledger, and how long a receipt takes.
    func ledger() {
        row("ledger entries") {
            let found = try alternate(ours: entriesPerSecond)
            return Row(name: "ledger entries, of PUT 1 KiB by 64 clients", ours: found.ours, unit: "/s")
        }
        row("receipt delay") {
            let delays = try (0..<10).map { _ in try receiptMilliseconds() }
            table.add(
                Row(name: "receipt delay, median of 10", ours: Self.median(delays), unit: "ms", goal: .below(1_000))
            )
            return Row(name: "receipt delay, longest of 10", ours: delays.max() ?? 0, unit: "ms", goal: .below(1_000))
        }
    }
    /// Entries sequenced while a load runs and until none is left waiting.
    private func entriesPerSecond() throws -> Double {
        let before = try sequenced()
        let begin = ContinuousClock.now
        _ = try rate(put(connections: 64))
        var (size, last) = (try sequenced(), ContinuousClock.now)
        // A pause longer than the sequencer's own, with nothing new: it has caught up.
        while ContinuousClock.now - last < .seconds(2) {
            usleep(50_000)
            let now = try sequenced()
            if now != size { (size, last) = (now, ContinuousClock.now) }
        }
        return (size - before) / ((last - begin) / .seconds(1))
    }
    /// The size in the signed checkpoint (C2SP tlog-checkpoint: its second line).
    private func sequenced() throws -> Double {
        let url = "\(subject.management)/providers/Lazuli.Ledger/checkpoint?api-version=2026-01-01"
        let lines = try caller.send("GET", url, expecting: [200]).body.split(separator: "\n")
        guard lines.count > 1, let size = Double(lines[1]) else { throw Failure("the checkpoint names no size") }
        return size
    }
    /// From the answer to a change until its receipt can be fetched.
    private func receiptMilliseconds() throws -> Double {
        let headers = bearer.map { "\($0.key): \($0.value)" }
        let changed = try caller.send(
            "PUT",
            group(scratch.unique("receipt-")),
            headers,
            body: Self.place,
            expecting: [201]
        )
        let begin = ContinuousClock.now
        guard let entry = changed.headers["x-lazuli-entry"] else { throw Failure("a change answers without its entry") }
        let url = "\(subject.management)/providers/Lazuli.Ledger/entries/\(entry)/receipt?api-version=2026-01-01"
        while try caller.send("GET", url, headers, expecting: [200, 202]).status == 202 {
            guard ContinuousClock.now - begin < .seconds(30) else { throw Failure("no receipt of \(entry) in 30 s") }
        }
        return (ContinuousClock.now - begin) / .milliseconds(1)
    }
}
