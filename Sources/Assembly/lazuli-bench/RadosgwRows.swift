// SPDX-License-Identifier: Apache-2.0

extension Stage {
    /// Objects beside radosgw: small and large, written durably and read, by the same client over TLS.
    func radosgw() {
        let peer: Radosgw
        do {
            peer = try Radosgw(scratch, caller, certificates: "\(subject.folder)/tls")
        } catch {
            return table.skip("objects beside radosgw", because: "\(error)")
        }
        defer { peer.stop() }
        small(peer)
        large(peer)
    }

    private func small(_ peer: Radosgw) {
        row("durable PUT 1 KiB beside radosgw") {
            // The first object makes radosgw's pools, which takes seconds.
            try upload("small", beside: peer)
            var theirs = put(connections: 64)
            (theirs.url, theirs.headers) = (peer.url("{name}"), [:])
            let found = try alternate(ours: { try rate(put(connections: 64)) }, peer: { try rate(theirs) })
            return Row(
                name: "durable PUT 1 KiB, 64 clients",
                ours: found.ours,
                unit: "/s",
                peer: ("radosgw", found.peer),
                goal: .ratio(5)
            )
        }
        row("GET 1 KiB beside radosgw") {
            try upload("small", beside: peer)
            let ours = Load(url: blob("small"), connections: 64)
            let theirs = Load(url: peer.url("small"), connections: 64)
            let found = try alternate(ours: { try rate(ours) }, peer: { try rate(theirs) })
            return Row(
                name: "GET 1 KiB, 64 clients",
                ours: found.ours,
                unit: "/s",
                peer: ("radosgw", found.peer),
                goal: .ratio(5)
            )
        }
    }
    private func large(_ peer: Radosgw) {
        row("durable PUT 64 MiB beside radosgw") {
            let file = "\(try files())/object"
            let found = try alternate(
                ours: { 64 / (try send(file, to: blob(scratch.unique("object-")))) },
                peer: { 64 / (try send(file, to: peer.url(scratch.unique("object-")))) }
            )
            return Row(
                name: "durable PUT 64 MiB, 1 client",
                ours: found.ours,
                unit: "MiB/s",
                peer: ("radosgw", found.peer),
                goal: .ratio(1.5)
            )
        }
        row("GET 64 MiB beside radosgw") {
            try upload("object", beside: peer)
            let mebibytes: (Load) throws -> Double = {
                try $0.run(self.scratch, seconds: self.seconds).bytesPerSecond / Double(Self.mebibyte)
            }
            let ours = Load(url: blob("object"), connections: 4)
            let theirs = Load(url: peer.url("object"), connections: 4)
            let found = try alternate(ours: { try mebibytes(ours) }, peer: { try mebibytes(theirs) })
            return Row(
                name: "GET 64 MiB, 4 clients",
                ours: found.ours,
                unit: "MiB/s",
                peer: ("radosgw", found.peer),
                goal: .ratio(1.5)
            )
        }
    }

    /// Brings one of the files to both sides, to be read there by anyone.
    private func upload(_ name: String, beside peer: Radosgw) throws {
        let file = "\(try files())/\(name)"
        _ = try send(file, to: blob(name))
        _ = try send(file, to: peer.url(name))
    }
    /// The seconds that one upload takes; each side passes over the header that is the other's.
    private func send(_ file: String, to url: String) throws -> Double {
        let headers = ["x-ms-blob-type: BlockBlob", "x-amz-acl: public-read"]
        return try caller.send("PUT", url, headers, file: file, expecting: [200, 201]).seconds
    }
}
