// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel
import Storage
import Testing

/// A leased blob changes for the holder of its lease only, whichever operation is asked to change it.
struct LeaseEscapeTests {
    /// A request for `/docs/leased` that would change the blob if it were not leased.
    struct Attempt: Sendable {
        var method = "PUT"
        var query = ""
        var headers: [String: String] = [:]
        var body: [UInt8] = []
    }
    static let list = Array("<BlockList><Latest>MDAwMQ==</Latest></BlockList>".utf8)
    static let tags = Array("<Tags><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tags>".utf8)
    static let page = ["x-ms-page-write": "update", "x-ms-range": "bytes=0-511"]
    static let attempts: [String: Attempt] = [
        "blob.put": Attempt(headers: ["x-ms-blob-type": "BlockBlob"], body: [2]),
        "blob.putBlock": Attempt(query: "comp=block&blockid=MDAwMQ%3D%3D", body: [2]),
        "blob.putBlockList": Attempt(query: "comp=blocklist", body: list),
        "blob.setProperties": Attempt(query: "comp=properties"), "blob.setMetadata": Attempt(query: "comp=metadata"),
        "blob.delete": Attempt(method: "DELETE"), "blob.copy": Attempt(headers: ["x-ms-copy-source": source]),
        "blob.putBlockFromURL": Attempt(
            query: "comp=block&blockid=MDAwMQ%3D%3D",
            headers: ["x-ms-copy-source": source]
        ),
        "blob.appendBlock": Attempt(query: "comp=appendblock", body: [2]),
        "blob.appendBlockFromURL": Attempt(query: "comp=appendblock", headers: ["x-ms-copy-source": source]),
        "blob.seal": Attempt(query: "comp=seal"),
        "blob.putPage": Attempt(query: "comp=page", headers: page, body: [UInt8](repeating: 2, count: 512)),
        "blob.putPageFromURL": Attempt(
            query: "comp=page",
            headers: page.merging(["x-ms-copy-source": source]) { own, _ in own }
        ),
        "blob.incrementalCopy": Attempt(query: "comp=incrementalcopy", headers: ["x-ms-copy-source": source]),
        "blob.abortCopy": Attempt(
            query: "comp=copy&copyid=00000000-0000-0000-0000-000000000001",
            headers: ["x-ms-copy-action": "abort"]
        ),
        "blob.setTags": Attempt(query: "comp=tags", body: tags),
        "blob.setTier": Attempt(query: "comp=tier", headers: ["x-ms-access-tier": "Cool"]),
    ]
    static let source = "https://lazulitest.blob.core.lazuli.localhost:8443/docs/source"
    /// Operations that change something, and may do so beside a lease.
    static let beside: [String: String] = [
        "blob.lease": "is what leases are changed with",
        "blob.setImmutability": "protects the blob further; the service asks for no lease",
        "blob.deleteImmutability": "changes no blob; the service asks for no lease",
        "blob.setExpiry": "is for hierarchical accounts: see FileExpiryTests",
        "blob.snapshot": "changes nothing; REST: a lease that is sent must be the blob's",
        "blob.undelete": "changes what is current only where nothing is",
        "blob.deleteVersion": "leases are of the current blob",
        "blob.deletePermanently": "leases are of the current blob",
        "blob.deleteVersionPermanently": "leases are of the current blob",
        "blob.setLegalHold": "protects the blob further; the service asks for no lease",
    ]

    @Test func `every operation that changes a blob asks for its lease`() async throws {
        let client = try await StorageClient.ready()
        for name in ["source", "leased"] { #expect(try await client.upload("/docs/\(name)", [1]).status == 201) }
        let acquire = ["x-ms-lease-action": "acquire", "x-ms-lease-duration": "-1"]
        #expect(try await client.send(.put, "/docs/leased", "comp=lease", headers: acquire).status == 201)
        let tag = try await client.send(.head, "/docs/leased")["ETag"]
        for operation in StorageProvider.operations where operation.surface == .blob {
            guard operation.name.hasPrefix("blob."), Self.changes(operation), Self.beside[operation.name] == nil else {
                continue
            }
            guard let attempt = Self.attempts[operation.name] else {
                Issue.record("\(operation.name): say here how it would change a leased blob, or why it may")
                continue
            }
            let answer = try await client.send(
                attempt.method == "PUT" ? .put : .delete,
                "/docs/leased",
                attempt.query,
                headers: attempt.headers,
                body: attempt.body
            )
            #expect(answer.status == 412 && answer.code == "LeaseIdMissing", "\(operation.name): \(answer.status)")
            #expect(try await client.send(.head, "/docs/leased")["ETag"] == tag, "\(operation.name) changed the blob")
        }
        #expect(try await client.send(.get, "/docs/leased").body == [1])
    }

    static func changes(_ operation: Operation<StorageProvider>) -> Bool {
        guard operation.proof != .none(because: "answers 501: not built") else { return false }
        if case .reads = operation.work { return false }
        return true
    }
}
