// SPDX-License-Identifier: Apache-2.0
import Assembly
import Base
import Cryptography
import Kernel
import Ledger
import Simulation
import Store
import StoreMemory
import Testing

/// Requests that change something, in the order in which they can.
@Suite struct EntryTests {
    private struct Change {
        let operation: String
        var path: String?
        var body: JSON?
        var fields: [String: String] = [:]
    }
    private static let blob = ["x-ms-blob-type": "BlockBlob"]
    private static func changes(_ house: HouseRegion) -> [Change] {
        let group = "/subscriptions/\(house.subscription.text)/resourceGroups/second"
        let place: JSON = ["location": "francecentral"]
        let account = group + "/providers/Microsoft.Storage/storageAccounts/secondaccount"
        let lock = group + "/providers/Microsoft.Authorization/locks/l"
        return [
            Change(operation: "groups.put", path: group, body: place),
            Change(operation: "groups.patch", path: group, body: ["tags": ["a": "b"]]),
            Change(operation: "tags.put", body: ["properties": ["tags": ["c": "d"]]]),
            Change(operation: "tags.patch", body: ["operation": "Merge", "properties": ["tags": ["e": "f"]]]),
            Change(operation: "tags.delete"),
            Change(operation: "locks.put", path: lock, body: ["properties": ["level": "CanNotDelete"]]),
            Change(operation: "locks.delete", path: lock),
            Change(
                operation: "storageAccount.put",
                path: account,
                body: ["location": "francecentral", "kind": "StorageV2", "sku": ["name": "Standard_LRS"]]
            ),
            Change(operation: "storageAccount.patch", body: ["tags": ["a": "b"]]),
            Change(operation: "storageAccount.regenerateKey", body: ["keyName": "key1"]),
            Change(operation: "container.create", path: "/second"), Change(operation: "container.setMetadata"),
            Change(operation: "blob.put", path: "/box/one", body: ["a": "text"], fields: blob),
            Change(operation: "blob.setMetadata", path: "/box/one", fields: ["x-ms-meta-a": "b"]),
            Change(operation: "blob.delete", path: "/box/one"),
            Change(operation: "directoryGroup.create", body: newGroup), Change(operation: "user.create", body: newUser),
            Change(operation: "application.create", body: ["displayName": "Tool"]),
            Change(operation: "tenantKey.rotate"),
        ]
    }
    private static let newGroup: JSON = [
        "displayName": "Group", "mailNickname": "group", "mailEnabled": false, "securityEnabled": true,
    ]
    private static let newUser: JSON = [
        "accountEnabled": true, "displayName": "User", "mailNickname": "user",
        "userPrincipalName": "user@house.example",
        "passwordProfile": ["password": "Us3r-of-the-house"],
    ]

    @Test func `every change has one entry, which tells of all it wrote and of nothing else`() async throws {
        let house = try await HouseRegion.open()
        let blinding = try await house.region.blinding()
        for change in Self.changes(house) {
            let before = Dictionary(uniqueKeysWithValues: house.region.rows.map { ($0.key, $0.value) })
            let answer = try await house.send(
                change.operation,
                as: .owner,
                path: change.path,
                body: change.body?.bytes ?? [],
                fields: change.fields
            )
            guard answer.error == nil else {
                Issue.record("\(change.operation): \(answer.error.map { "\($0)" } ?? "")")
                continue
            }
            let after = Dictionary(uniqueKeysWithValues: house.region.rows.map { ($0.key, $0.value) })
            let touched = Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }
            let isLedgers = { (key: Key) in LedgerKey.range.contains(key) }
            let entries = touched.filter { Key("ledger", "pending").children.contains($0) }
            #expect(entries.count == 1, "\(change.operation) left \(entries.count) entries")
            guard let leaf = entries.first.flatMap({ after[$0] }), let entry = Entry(bytes: leaf) else { continue }
            let header = Request(
                method: house.parts.catalogue.operations[0].route.method,
                host: "",
                path: "/",
                headers: answer.reply.headers,
                id: house.tenant.raw,
                received: entry.time
            ).header("x-lazuli-entry")
            #expect(header == entry.id.text, "\(change.operation) names its entry")
            let written = touched.filter { !isLedgers($0) }.map { key in
                WriteDigest(key: blinding.tag(key: key), value: after[key].map { SHA256Digest.of($0) } ?? [])
            }
            // A row written again as it was is told of too: the entry may say more, never less.
            #expect(Set(entry.writes).isSuperset(of: written), "\(change.operation) wrote rows its entry does not name")
            let rows = Set(after.keys.map { blinding.tag(key: $0) } + before.keys.map { blinding.tag(key: $0) })
            let invented = entry.writes.filter { !$0.value.isEmpty && !rows.contains($0.key) }
            #expect(invented.isEmpty, "\(change.operation): its entry names rows that are not there")
        }
    }
}
