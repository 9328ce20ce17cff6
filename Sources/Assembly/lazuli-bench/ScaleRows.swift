// SPDX-License-Identifier: Apache-2.0
import Glibc

extension Stage {
    /// One container and one table that grow: each size beside the smallest, and what the store holds for each object.
    func scale() {
        grow(Growth(what: "blobs", slowdown: 1.3, content: Self.bodyBytes, fill: fillBlobs, loads: blobLoads))
        grow(Growth(what: "entities", slowdown: 2, content: 0, fill: fillEntities, loads: entityLoads))
    }

    /// What grows, and what is asked of it at each size.
    private struct Growth {
        var what: String
        /// How much slower than at the smallest size each load may be.
        var slowdown: Double
        /// Bytes of each one that are its customer's, not what the store adds to them.
        var content: Int
        var fill: (Range<Int>) throws -> Void
        var loads: (_ count: Int) -> [(name: String, load: Load)]
    }

    private func grow(_ growth: Growth) {
        var (filled, smallest): (Int, [String: Double]) = (0, [:])
        for count in sizes {
            row("\(count) \(growth.what)") {
                let before = try settledStoreBytes()
                try growth.fill(filled..<count)
                let each = Double(try settledStoreBytes() - before) / Double(count - filled) - Double(growth.content)
                filled = count
                for (name, load) in growth.loads(count) {
                    let found = try alternate(ours: { try rate(load) }).ours
                    table.add(
                        Row(
                            name: "\(name) of \(count) \(growth.what)",
                            ours: found,
                            unit: "/s",
                            peer: smallest[name].map { ("of \(sizes[0]):", $0) },
                            goal: smallest[name] == nil ? .none : .slowdown(growth.slowdown)
                        )
                    )
                    smallest[name] = smallest[name] ?? found
                }
                return Row(name: "store, for each of them", ours: each, unit: "B", goal: .below(600))
            }
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

    private func fillBlobs(_ numbers: Range<Int>) throws {
        var load = put(connections: 64)
        load.url = blob("scale/{name}")
        load.names = .counted(from: numbers.lowerBound, perThread: numbers.count / 2)
        try load.fill(scratch)
    }
    private func blobLoads(_ count: Int) -> [(name: String, load: Load)] {
        let any = Load.Names.random(below: count, digits: 9)
        let page = Load(
            url: list("maxresults=100&prefix=scale/{name}"),
            names: .random(below: count / 100, digits: 7),
            connections: 16
        )
        // Between the names that are there; what it adds is no part of the next size, which writes its own.
        var write = put(connections: 64)
        (write.url, write.names) = (blob("scale/{name}-new"), any)
        return [
            ("list 100, 16 clients,", page),
            ("GET 1 KiB, 64 clients,", Load(url: blob("scale/{name}"), names: any, connections: 64)),
            ("PUT 1 KiB, 64 clients,", write),
        ]
    }

    // MARK: Entities

    private func fillEntities(_ numbers: Range<Int>) throws {
        try makeTable("scale")
        try EntityFill(batch: table("$batch"), table: "scale", entity: Self.entity).run(scratch, numbers)
    }
    private func entityLoads(_ count: Int) -> [(name: String, load: Load)] {
        let any = Load.Names.random(below: count, digits: 9)
        let range = Load(
            url: table("scale()", "$top=100&$filter=PartitionKey%20eq%20'p'%20and%20RowKey%20ge%20'{name}'"),
            names: any,
            connections: 16
        )
        var write = put(entityOf: "scale", connections: 64, any)
        write.url = table("scale(PartitionKey='p',RowKey='{name}-new')")
        return [
            ("range query of 100, 16 clients,", range),
            ("point query, 64 clients,", Load(url: entity("scale"), names: any, connections: 64)),
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

    /// Inserts or replaces the entities of these numbers; full transactions only.
    func run(_ scratch: Scratch, _ numbers: Range<Int>) throws {
        var load = Load(
            url: batch,
            method: "POST",
            headers: ["Content-Type": "multipart/mixed; boundary=b", "Accept": "application/json"],
            names: .counted(from: numbers.lowerBound / 100, perThread: numbers.count / 200),
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
