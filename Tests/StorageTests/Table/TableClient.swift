// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Kernel
import Storage
import Testing

/// A client of the Table service of a fresh region's account, with the table `people`.
struct TableClient: Sendable {
    var storage: StorageClient
    /// A signature to send instead of the key.
    var signature: String?

    static func ready() async throws -> TableClient {
        let client = TableClient(storage: try await StorageClient.ready())
        #expect(try await client.create("people").status == 201)
        return client
    }
    var region: StorageRegion { storage.region }
    var host: String { "\(storage.account).table.\(region.plan.primary.storage)" }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String = "",
        headers: [String: String] = [:],
        body: String = "",
        host: String? = nil
    ) async throws -> StorageAnswer {
        var fields: HTTPFields = [.accept: "application/json;odata=minimalmetadata"]
        if !body.isEmpty { fields[.contentType] = "application/json" }
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        fields[StorageHeader.version] = "2019-02-02"
        fields[StorageHeader.date] = region.world.clock.now.httpDate
        var query = query
        if let signature {
            query += (query.isEmpty ? "" : "&") + signature
        } else if storage.identity == .bearer {
            fields[.authorization] = "Bearer \(StorageRegion.token)"
        } else {
            let target = query.isEmpty ? path : path + "?" + query
            let head = try RequestHead(method: method, target: target, headers: fields)
            let name = try #require(AccountName(storage.account))
            let text = SharedKey.textsToSign(head, account: name, of: .table, scheme: .full)[0]
            let mac = hmacSHA256(Array(text.utf8), key: storage.key).base64
            fields[.authorization] = "SharedKey \(storage.account):\(mac)"
        }
        return try await region.send(method, host ?? self.host, path, query, fields, Array(body.utf8))
    }
    func create(_ table: String) async throws -> StorageAnswer {
        try await send(.post, "/Tables", body: #"{"TableName":"\#(table)"}"#)
    }
    /// An entity's address.
    static func path(_ partition: String, _ row: String, of table: String = "people") -> String {
        "/\(table)" + EntityKey(partition: partition, row: row).predicate
    }
    func insert(_ partition: String, _ row: String, _ more: String = #","Age":1"#) async throws -> StorageAnswer {
        try await send(.post, "/people", body: #"{"PartitionKey":"\#(partition)","RowKey":"\#(row)"\#(more)}"#)
    }
    func get(_ partition: String, _ row: String) async throws -> StorageAnswer {
        try await send(.get, Self.path(partition, row))
    }
    /// `partition/row` of every entity a query finds, page by page, and how many pages it took.
    func query(_ filter: String, _ more: String = "") async throws -> (found: [String], pages: Int) {
        var (found, pages): ([String], Int) = ([], 0)
        var next = ""
        repeat {
            let text = (filter.isEmpty ? "" : "$filter=\(filter.percentEncoded())") + more + next
            let answer = try await send(.get, "/people()", text)
            #expect(answer.status == 200, "\(answer.text)")
            for entity in answer.json["value"]?.array ?? [] {
                found.append("\(entity["PartitionKey"]?.string ?? "")/\(entity["RowKey"]?.string ?? "")")
            }
            pages += 1
            let partition = answer["x-ms-continuation-NextPartitionKey"]?.percentEncoded()
            let row = answer["x-ms-continuation-NextRowKey"]?.percentEncoded()
            next = partition.map { "&NextPartitionKey=\($0)&NextRowKey=\(row ?? "")" } ?? ""
        } while !next.isEmpty && pages < 100
        return (found, pages)
    }
    /// A service signature of `people`, with further signed parameters.
    func signature(_ permissions: String, _ more: [(String, String)] = [], policy: String? = nil) throws -> String {
        var fields = [("sv", "2019-02-02"), ("tn", "people")] + more
        if let policy {
            fields.append(("si", policy))
        } else {
            fields += [("sp", permissions), ("se", "2030-01-01T00:00:00Z")]
        }
        func value(_ name: String) -> String { fields.first { $0.0 == name }?.1 ?? "" }
        let lines =
            [value("sp"), "", value("se"), "/table/\(storage.account)/people", value("si"), "", "", "2019-02-02"]
            + ["spk", "srk", "epk", "erk"].map(value)
        let mac = hmacSHA256(Array(lines.joined(separator: "\n").utf8), key: storage.key).base64
        return (fields + [("sig", mac)]).map { "\($0)=\($1.percentEncoded())" }.joined(separator: "&")
    }
    /// A transaction of requests, each a method, a path, headers and a body.
    func batch(_ requests: [(String, String, [String: String], String)]) async throws -> StorageAnswer {
        var lines = ["--batch_1", "Content-Type: multipart/mixed; boundary=changeset_1", ""]
        for (method, path, headers, body) in requests {
            lines += ["--changeset_1", "Content-Type: application/http", "Content-Transfer-Encoding: binary", ""]
            lines += ["\(method) https://\(host):8443\(path) HTTP/1.1", "Content-Type: application/json"]
            lines += headers.map { "\($0): \($1)" } + ["", body]
        }
        lines += ["--changeset_1--", "--batch_1--", ""]
        return try await send(
            .post,
            "/$batch",
            headers: ["Content-Type": "multipart/mixed; boundary=batch_1"],
            body: lines.joined(separator: "\r\n")
        )
    }
}
