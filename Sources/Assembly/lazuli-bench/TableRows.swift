// SPDX-License-Identifier: Apache-2.0

extension Stage {
    /// Entities: durable inserts, and point and range queries in a small and in a large table.
    func tables() {
        let (few, many) = full ? (10_000, 1_000_000) : (1_000, 10_000)
        for clients in [1, 64] {
            let title = "durable entity PUT, \(clients) client\(clients == 1 ? "" : "s")"
            row(title) {
                try makeTable("writes")
                let found = try alternate(ours: { try rate(put("writes", clients, .unique)) })
                return Row(name: title, ours: found.ours, unit: "/s", goal: .none)
            }
        }
        row("point and range queries among \(many) entities") {
            for (count, name) in [(few, "few"), (many, "many")] {
                try makeTable(name)
                try put(name, 64, .counted(perThread: count / 2)).fill(scratch)
            }
            let point: (Int, String) -> Load = { count, name in
                Load(url: self.entity(name), names: .random(below: count, digits: 9), connections: 64)
            }
            let range: (Int, String) -> Load = { count, name in
                Load(
                    url: self.table(
                        "\(name)()",
                        "$top=100&$filter=PartitionKey%20eq%20'p'%20and%20RowKey%20ge%20'{name}'"
                    ),
                    names: .random(below: count, digits: 9),
                    connections: 16
                )
            }
            table.add(
                try compare("page of 100 of \(many) entities, 16 clients", range(many, "many"), range(few, "few"), few)
            )
            return try compare("entity GET of \(many), 64 clients", point(many, "many"), point(few, "few"), few)
        }
    }
    private func entity(_ name: String) -> String { table("\(name)(PartitionKey='p',RowKey='{name}')") }
    private func makeTable(_ name: String) throws {
        let headers = ["Content-Type: application/json", "Accept: application/json"]
        try caller.send("POST", table("Tables"), headers, body: #"{"TableName":"\#(name)"}"#, expecting: [201, 409])
    }
    /// Entities of about 200 bytes, inserted or replaced.
    private func put(_ name: String, _ connections: Int, _ names: Load.Names) -> Load {
        Load(
            url: entity(name),
            method: "PUT",
            headers: ["Content-Type": "application/json", "Accept": "application/json"],
            body:
                #"{"Name":"\#(String(repeating: "x", count: 120))","Age":31,"Seen@odata.type":"Edm.Int64","Seen":"1"}"#,
            names: names,
            connections: connections
        )
    }
    private func compare(_ title: String, _ many: Load, _ few: Load, _ count: Int) throws -> Row {
        let found = try alternate(ours: { try rate(many) }, peer: { try rate(few) })
        return Row(name: title, ours: found.ours, unit: "/s", peer: ("of \(count):", found.peer), goal: .slowdown(2))
    }
}
