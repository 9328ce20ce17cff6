// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Operations whose body names what is done: who holds one of their actions anywhere below is let in, and each part has to
/// be asked for again.
///
/// One that forgets to is found here.
struct PartedRightsTests {
    /// One part of a request, and how an answer tells that it was done.
    private struct Part {
        let ask: @Sendable (TableClient) async throws -> StorageAnswer
        let done: String
    }
    private static let entities = "Microsoft.Storage/storageAccounts/tableServices/tables/entities"
    /// By operation and by the action of its row.
    private static let parts: [String: [String: Part]] = [
        "table.batch": [
            "\(entities)/write": Part(
                ask: { client in
                    try await client.batch([("POST", "/people", [:], #"{"PartitionKey":"a","RowKey":"new"}"#)])
                },
                done: "HTTP/1.1 201"
            ),
            "\(entities)/delete": Part(
                ask: { client in
                    try await client.batch([("DELETE", TableClient.path("a", "b"), ["If-Match": "*"], "")])
                },
                done: "HTTP/1.1 204"
            ),
            "\(entities)/read": Part(
                ask: { client in
                    let lines = [
                        "--batch_1", "Content-Type: application/http", "Content-Transfer-Encoding: binary", "",
                        "GET /people() HTTP/1.1", "", "", "--batch_1--", "",
                    ]
                    let type = ["Content-Type": "multipart/mixed; boundary=batch_1"]
                    let body = lines.joined(separator: "\r\n")
                    return try await client.send(.post, "/$batch", headers: type, body: body)
                },
                done: "HTTP/1.1 200"
            ),
        ]
    ]

    /// A client signed in with one role, over this table; the entity `a/b` is in `people`.
    private static func client(_ role: RoleDefinition, over table: String) async throws -> TableClient {
        var client = try await TableClient.ready()
        _ = try await client.create("others")
        _ = try await client.insert("a", "b")
        client.storage.identity = .bearer
        try await client.region.unassign("Owner")
        let account = "\(StorageRegion.group)/providers/Microsoft.Storage/storageAccounts/\(client.storage.account)"
        let resource = ResourceID("\(account)/tableServices/default/tables/\(table)")
        try await client.region.assign(role.name, over: resource)
        return client
    }

    @Test func `each part of an operation is done by who holds its own action over what it is done to`() async throws {
        let rows = StorageProvider.operations.filter { if case .dataBelow = $0.access { true } else { false } }
        #expect(Set(rows.map(\.name)) == Set(Self.parts.keys), "say here how each part of the operation is asked for")
        for row in rows {
            let parts = try #require(Self.parts[row.name])
            #expect(Set(row.access.actions) == Set(parts.keys), "\(row.name): every action is one of a part")
            let roles = RoleDefinition.all.filter { role in
                row.access.actions.contains { role.allows($0, data: true) }
            }
            #expect(roles.count > 1)
            for role in roles {
                for (action, part) in parts {
                    let own = try await part.ask(Self.client(role, over: "people"))
                    let told = "\(row.name) \(action) with \(role.name): \(own.status) \(own.text)"
                    #expect(own.text.contains(part.done) == role.allows(action, data: true), "\(told)")
                    let other = try await Self.client(role, over: "others")
                    let refused = try await part.ask(other)
                    #expect(refused.text.contains("AuthorizationPermissionMismatch"), "\(told)")
                    var key = other
                    key.storage.identity = .key
                    #expect(try await key.query("").found == ["a/b"], "\(told)")
                }
            }
        }
    }
}
