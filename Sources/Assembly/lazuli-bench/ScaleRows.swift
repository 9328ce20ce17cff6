// SPDX-License-Identifier: Apache-2.0
import Glibc

extension Stage {
    /// Containers and tables, one of each size: each beside the smallest, in turns, and what the store holds for each object.
    func scale() {
        grow(Growth(what: "blobs", slowdown: 1.3, content: Self.bodyBytes, fill: fillBlobs, loads: blobLoads))
        grow(Growth(what: "entities", slowdown: 2, content: 0, fill: fillEntities, loads: entityLoads))
    }

    /// What is made in every size, and what is asked of it.
    private struct Growth {
        var what: String
        /// How much slower than at the smallest size each load may be.
        var slowdown: Double
        /// Bytes of each one that are its customer's, not what the store adds to them.
        var content: Int
        /// Makes the container or table of this size, and all that lies in it.
        var fill: (_ count: Int) throws -> Void
        var loads: (_ count: Int) -> [(name: String, load: Load)]
    }

    private func grow(_ growth: Growth) {
        for count in sizes {
            row("\(count) \(growth.what)") {
                let (before, written) = (try settledStoreBytes(), try subject.writtenBytes())
                try growth.fill(count)
                let each = Double(try settledStoreBytes() - before) / Double(count) - Double(growth.content)
                let writes = Double(try subject.writtenBytes() - written) / Double(count)
                table.add(Row(name: "written to the disk, for each of them", ours: writes, unit: "B"))
                // The log of a small store is larger than its tables.
                let goal: Goal = count == sizes.last ? .below(600) : .none
                return Row(name: "store, for each of \(count) \(growth.what)", ours: each, unit: "B", goal: goal)
            }
        }
        for count in sizes.dropFirst() {
            for (large, small) in zip(growth.loads(count), growth.loads(sizes[0])) {
                compare("\(large.name) of \(count) \(growth.what)", large.load, small.load, growth.slowdown)
            }
        }
    }
    private func compare(_ name: String, _ large: Load, _ small: Load, _ slowdown: Double) {
        row(name) {
            let found = try alternate(ours: { try rate(large) }, peer: { try rate(small) })
            let peer = ("of \(sizes[0]):", found.peer)
            return Row(name: name, ours: found.ours, unit: "/s", peer: peer, goal: .slowdown(slowdown))
        }
    }
    /// The size of the store's folder once no background work changes it any more.
    private func settledStoreBytes() throws -> Int {
        var (last, still) = (try size(of: "store"), 0)
        for _ in 0..<120 where still < 4 {
            usleep(500_000)
            let now = try size(of: "store")
            still = now == last ? still + 1 : 0
            last = now
        }
        return last
    }

    // MARK: Blobs

    private func fillBlobs(_ count: Int) throws {
        try makeContainer(sized(count))
        var load = put(connections: 64)
        load.url = blob("{name}", of: sized(count))
        load.names = .counted(from: 0, perThread: count / 2)
        try load.fill(scratch)
    }
    private func blobLoads(_ count: Int) -> [(name: String, load: Load)] {
        let (any, container) = (Load.Names.random(below: count, digits: 9), sized(count))
        let page = Load(
            url: list("maxresults=100&prefix={name}", of: container),
            names: .random(below: count / 100, digits: 7),
            connections: 16
        )
        // Between the names that are there.
        var write = put(connections: 64)
        (write.url, write.names) = (blob("{name}-new", of: container), any)
        return [
            ("list 100, 16 clients,", page),
            ("GET 1 KiB, 64 clients,", Load(url: blob("{name}", of: container), names: any, connections: 64)),
            ("PUT 1 KiB, 64 clients,", write),
        ]
    }
    /// The name of the container or table of this size.
    private func sized(_ count: Int) -> String { "scale\(count)" }

    // MARK: Entities

    private func fillEntities(_ count: Int) throws {
        try makeTable(sized(count))
        try EntityFill(batch: table("$batch"), table: sized(count), entity: Self.entity).run(scratch, count)
    }
    private func entityLoads(_ count: Int) -> [(name: String, load: Load)] {
        let (any, name) = (Load.Names.random(below: count, digits: 9), sized(count))
        let range = Load(
            url: table("\(name)()", "$top=100&$filter=PartitionKey%20eq%20'p'%20and%20RowKey%20ge%20'{name}'"),
            names: any,
            connections: 16
        )
        var write = put(entityOf: name, connections: 64, any)
        write.url = table("\(name)(PartitionKey='p',RowKey='{name}-new')")
        return [
            ("range query of 100, 16 clients,", range),
            ("point query, 64 clients,", Load(url: entity(name), names: any, connections: 64)),
            ("PUT, 64 clients,", write),
        ]
    }
}

/// Entities that `wrk` inserts a hundred at a time, in transactions of one partition.
private struct EntityFill {
    /// The address of the service's batches, signed.
    let batch: String
    let table: String
    let entity: String

    /// Inserts so many entities; full transactions only.
    func run(_ scratch: Scratch, _ count: Int) throws {
        var load = Load(
            url: batch,
            method: "POST",
            headers: ["Content-Type": "multipart/mixed; boundary=b", "Accept": "application/json"],
            names: .counted(from: 0, perThread: count / 200),
            connections: 8
        )
        load.bodyOfNumber = lua
        try load.fill(scratch)
    }
    private var lua: String {
        """
        local line = '--c\\r\\nContent-Type: application/http\\r\\nContent-Transfer-Encoding: binary\\r\\n\\r\\n' ..
            "PUT https://region/\(table)(PartitionKey='p',RowKey='%09d') HTTP/1.1\\r\\n" ..
            'Content-Type: application/json\\r\\n\\r\\n' .. [==[\(entity)]==] .. '\\r\\n'
        local function body(number)
            local lines = {'--b\\r\\nContent-Type: multipart/mixed; boundary=c\\r\\n\\r\\n'}
            for i = 0, 99 do lines[#lines + 1] = string.format(line, number * 100 + i) end
            return table.concat(lines) .. '--c--\\r\\n--b--\\r\\n'
        end
        """
    }
}
