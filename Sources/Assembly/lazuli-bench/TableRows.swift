// SPDX-License-Identifier: Apache-2.0

extension Stage {
    /// Entities: durable inserts.
    func tables() {
        for clients in [1, 64] {
            let title = "durable entity PUT, \(clients) client\(clients == 1 ? "" : "s")"
            row(title) {
                try makeTable("writes")
                let found = try alternate(ours: { try rate(put(entityOf: "writes", connections: clients, .unique)) })
                return Row(name: title, ours: found.ours, unit: "/s", goal: .none)
            }
        }
    }
    /// The address of an entity of a table; `{name}` is its row.
    func entity(_ name: String) -> String { table("\(name)(PartitionKey='p',RowKey='{name}')") }
    /// Makes a table where there is none.
    func makeTable(_ name: String) throws {
        let headers = ["Content-Type: application/json", "Accept: application/json"]
        try caller.send("POST", table("Tables"), headers, body: #"{"TableName":"\#(name)"}"#, expecting: [201, 409])
    }
    /// About 200 bytes.
    static let entity =
        #"{"Name":"\#(String(repeating: "x", count: 120))","Age":31,"Seen@odata.type":"Edm.Int64","Seen":"1"}"#
    /// Entities inserted or replaced.
    func put(entityOf name: String, connections: Int, _ names: Load.Names) -> Load {
        Load(
            url: entity(name),
            method: "PUT",
            headers: ["Content-Type": "application/json", "Accept": "application/json"],
            body: Self.entity,
            names: names,
            connections: connections
        )
    }
}
