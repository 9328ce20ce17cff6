// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Signatures of queues and tables made by Microsoft's own Python packages: azure-storage-queue 12.18.1 and
/// azure-data-tables 12.7.0.
struct ServiceSignatureTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let service: StorageService
        let path: String
        let query: String
        let need: SASNeed
        var testDescription: String { name }
    }
    static let times = "st=2030-01-01T00%3A00%3A00Z&se=2030-02-01T00%3A00%3A00Z"
    static let origin = "sip=10.0.0.1&spr=https"
    static let queue = Vector(
        name: "queue",
        service: .queue,
        path: "/jobs/messages",
        query: "\(times)&sp=raup&\(origin)&sv=2026-10-06&sig=RDXKlq5QOYmaI1PEwb%2BPXltj9Nb2ApIdnEUORYw5HuM%3D",
        need: .putMessage
    )
    static let queueAccount = Vector(
        name: "account of queues",
        service: .queue,
        path: "/?comp=list",
        query: "\(times)&sp=rwdlacup&sv=2026-10-06&ss=q&srt=sco"
            + "&sig=6A%2B6JiK6RVmxwvKHtN1nLCi0IHzIJGlnyygPZtDTQvg%3D",
        need: .listQueues
    )
    static let queuePolicy = "sv=2026-10-06&si=readers&sig=XQD8VQm9%2BItBUPcCaFTbYZyhMuidbCkseeSrWkMpZw0%3D"
    static let table = joined(
        "\(times)&sp=raud&\(origin)&sv=2019-02-02&tn=People&spk=b&srk=2&epk=d&erk=4",
        "&sig=/osOxc6qk4ib9O1ADyiaTeGB/kQghDdV7eM0xCMyoRQ%3D"
    )
    static let wholeTable =
        "se=2030-02-01T00%3A00%3A00Z&sp=r&sv=2019-02-02&tn=People&sig=9nUQJzj2w75f/Zbojysq1Es%2B9L13zeCaGBTSR/t6aqo%3D"

    private func grant(
        _ service: StorageService,
        _ path: String,
        _ query: String,
        policy: StoredPolicy? = nil
    ) throws -> SASGrant {
        let head = try Fixture.head(.get, path + (path.contains("?") ? "&" : "?") + query)
        let target = try StorageTarget(head: head, host: Fixture.account(), of: service)
        let signature = try #require(try SharedAccessSignature(head.query))
        return try signature.verify(
            .init(target: target, clientAddress: "10.0.0.1", isSecure: true, now: Fixture.now),
            keys: [Fixture.key1],
            policy: policy
        )
    }

    @Test(arguments: [queue, queueAccount])
    func `a queue's signature by the SDK opens what its letters say`(_ vector: Vector) throws {
        let grant = try grant(vector.service, vector.path, vector.query)
        #expect(try grant.permits(vector.need) == .always)
        #expect(try grant.permits(.peekMessages) == .always)
    }

    @Test(arguments: [queue, queueAccount])
    func `no field of a queue's signature can be altered or taken away`(_ vector: Vector) throws {
        let pairs = vector.query.split(separator: "&").map(String.init)
        let other = ["sp": "ra", "ss": "bq", "srt": "s", "sv": "2025-01-05", "sip": "10.0.0.0-10.0.0.9", "spr": "http"]
        for (index, pair) in pairs.enumerated() where !pair.hasPrefix("sig=") {
            let name = String(pair.prefix { $0 != "=" })
            var altered = pairs
            altered[index] = "\(name)=\(other[name] ?? "2029-12-31")"
            var shorter = pairs
            shorter.remove(at: index)
            for query in [altered, shorter] {
                let code = Fixture.code { try grant(.queue, vector.path, query.joined(separator: "&")) }
                #expect(code == "AuthenticationFailed", "\(name)")
            }
        }
    }

    @Test func `a queue's signature opens neither another queue, nor the account, nor blobs, nor its administration`() {
        for path in ["/other/messages", "/"] {
            #expect(Fixture.code { try grant(.queue, path, Self.queue.query) } == "AuthenticationFailed")
        }
        #expect(Fixture.code { try grant(.blob, "/jobs/messages", Self.queue.query) } == "AuthenticationFailed")
        let needs: [SASNeed] = [.createQueue, .deleteQueue, .setQueueMetadata, .listQueues, .readBlob, .putBlob]
        for need in needs {
            let code = Fixture.code { try grant(.queue, Self.queue.path, Self.queue.query).permits(need) }
            #expect(code == "AuthorizationFailure", "\(need)")
        }
    }

    @Test func `an account signature for queues does not open blobs`() throws {
        let grant = try grant(.queue, "/?comp=list", Self.queueAccount.query)
        #expect(Fixture.code { try grant.permits(.listContainers) } == "AuthorizationServiceMismatch")
    }

    @Test func `a queue's stored policy gives what the signature leaves out`() throws {
        let expiry = try #require(Timestamp(iso8601: "2030-02-01"))
        let policy = StoredPolicy(identifier: "readers", expiry: expiry, permissions: "r")
        let grant = try grant(.queue, "/jobs", Self.queuePolicy, policy: policy)
        #expect(try grant.permits(.getQueueMetadata) == .always)
        #expect(Fixture.code { try grant.permits(.putMessage) } == "AuthorizationPermissionMismatch")
        #expect(Fixture.code { try self.grant(.queue, "/jobs", Self.queuePolicy) } == "AuthenticationFailed")
    }

    @Test(arguments: ["/People", "/people()", "/People(PartitionKey='b',RowKey='2')", "/$batch"])
    func `a table's signature opens its table, whatever the case of its name`(path: String) throws {
        let bounds = TableBounds(table: "people", startPartition: "b", startRow: "2", endPartition: "d", endRow: "4")
        #expect(try grant(.table, path, Self.table).scope == .table(bounds))
        #expect(try grant(.table, path, Self.wholeTable).scope == .table(TableBounds(table: "People")))
    }

    @Test func `a table's signature opens no other table and no other range than it was made for`() {
        #expect(Fixture.code { try grant(.table, "/Orders", Self.table) } == "AuthenticationFailed")
        for (old, new) in [
            ("spk=b", "spk=a"), ("srk=2", "srk=1"), ("epk=d", "epk=e"), ("&erk=4", ""), ("tn=P", "tn=Q"),
        ] {
            let query = Self.table.replacing(old, with: new)
            let path = new == "tn=Q" ? "/Qeople" : "/People"
            #expect(Fixture.code { try grant(.table, path, query) } == "AuthenticationFailed", "\(new)")
        }
    }

    @Test(arguments: [
        ("b", "2", true), ("b", "1", false), ("a", "9", false), ("c", "0", true), ("d", "4", true), ("d", "5", false),
        ("e", "0", false), ("bb", "1", true),
    ])
    func `a range of a table ends at its rows only in its outer partitions`(_ key: (String, String, Bool)) {
        let bounds = TableBounds(table: "t", startPartition: "b", startRow: "2", endPartition: "d", endRow: "4")
        #expect(bounds.contains(partition: key.0, row: key.1) == key.2)
    }

    static let date = "Tue, 01 Jan 2030 00:00:00 GMT"
    @Test func `the account's key signs queues as blobs and tables in their own way`() throws {
        let now = try #require(Timestamp(httpDate: Self.date))
        let queue = try Fixture.head(
            .post,
            "/jobs/messages?messagettl=60",
            [
                ("x-ms-date", Self.date), ("x-ms-version", "2026-04-06"), ("Content-Type", "application/xml"),
                ("Content-Length", "88"),
            ]
        )
        let table = try Fixture.head(
            .post,
            "/People?comp=acl&x=1",
            [
                ("x-ms-date", Self.date), ("Date", Self.date), ("x-ms-version", "2019-02-02"),
                ("Content-Type", "application/json;odata=nometadata"), ("Content-Length", "88"),
            ]
        )
        let rows: [(StorageService, RequestHead, String)] = [
            (.queue, queue, "XYDU0p4KZKt94teZEOllw5ECDP8vXk/2YrTJbj2CKrM="),
            (.table, table, "hAM1j8YbAsSWoCGqOvOMs94OuqL85JemKVzX12yq3fo="),
        ]
        for (service, head, signature) in rows {
            let key = try #require(try SharedKey(authorization: "SharedKey lazulitest:\(signature)"))
            let keys = [Fixture.key2, Fixture.key1]
            #expect(try key.verify(head, account: Fixture.account(), of: service, keys: keys, now: now) == 1)
            let other: StorageService = service == .queue ? .table : .queue
            #expect(
                Fixture.code {
                    try key.verify(head, account: Fixture.account(), of: other, keys: keys, now: now)
                } == "AuthenticationFailed"
            )
        }
    }

    static let paths: [(String, StorageService, String?)] = [
        ("/lazulitest-queue/jobs/messages", .queue, "queueServices/default/queues/jobs"),
        ("/lazulitest-table/Tables('People')", .table, "tableServices/default/tables/People"),
        ("/lazulitest-table/Tables", .table, nil), ("/lazulitest-queue", .queue, nil),
        ("/lazulitest/fotos/b.txt", .blob, "blobServices/default/containers/fotos"),
    ]
    @Test(arguments: paths)
    func `in path style the account's segment names the service`(_ row: (String, StorageService, String?)) throws {
        let target = try StorageTarget(head: Fixture.head(.get, row.0), host: nil, of: row.1)
        #expect(target.account == (try Fixture.account()))
        #expect(target.resource == row.2)
    }
}
