// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Small requests and blobs that would come to much: answers stay in proportion to what is read.
struct QueryBombTests {
    private static func ask(
        _ client: StorageClient,
        _ expression: String,
        _ rest: String = ""
    ) async throws -> (answer: StorageAnswer, outcome: QueryOutcome?) {
        let body = QueryJourneyTests.body(expression, rest)
        let answer = try await client.send(.post, "/docs/x", "comp=query", body: body)
        return (answer, answer.status == 200 ? try QueryOutcome(answer.body) : nil)
    }

    @Test func `a blob that is packed is read as it lies, and never unpacked`() async throws {
        let client = try await StorageClient.ready()
        // The beginning of ten gibibytes of zeros as gzip has them, and what is not even that.
        let packed: [UInt8] = [
            0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0xEC, 0xC1, 1, 1, 0, 0, 0, 0x80, 0x90, 0xFE, 0xAF, 0xEE, 8, 10,
        ]
        let headers = ["Content-Encoding": "gzip", "x-ms-blob-content-encoding": "gzip"]
        #expect(try await client.upload("/docs/x", packed, headers).status == 201)
        let (answer, outcome) = try await Self.ask(client, "SELECT * FROM BlobStorage")
        #expect(answer.status == 200 && outcome?.total == Int64(packed.count))
        #expect(outcome?.progress.last?.scanned == Int64(packed.count) && answer.body.count < 10_000)
        for type in ["gzip", "GZIP", "parquet", "arrow"] {
            let form = QueryJourneyTests.form("Input", type)
            let refused = try await Self.ask(client, "SELECT * FROM BlobStorage", form).answer
            #expect([400, 501].contains(refused.status), "\(type): \(refused.status)")
        }
    }
    @Test func `a request's body that is packed is not unpacked`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        let answer = try await client.send(
            .post,
            "/docs/x",
            "comp=query",
            headers: ["Content-Encoding": "gzip"],
            body: [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0xEC, 0xC1, 1, 1]
        )
        #expect(answer.status == 400, "\(answer.status)")
    }
    @Test func `a long field shown many times ends the query where the answer's record would be too long`() async throws
    {
        let client = try await StorageClient.ready()
        let columns = [String](repeating: "_1", count: 49).joined(separator: ",")
        for (bytes, isShown) in [(80_000, true), (90_000, false)] {
            #expect(try await client.upload("/docs/x", [UInt8](repeating: 97, count: bytes) + [10]).status == 201)
            let (answer, outcome) = try await Self.ask(client, "SELECT \(columns) FROM BlobStorage")
            #expect(answer.status == 200 && answer.body.count < 5 << 20, "\(bytes): \(answer.body.count)")
            #expect(outcome?.failures.contains { $0.isFatal } == !isShown, "\(bytes)")
            #expect((outcome?.data.count ?? 0) == (isShown ? 49 * bytes + 49 : 0), "\(bytes)")
        }
        let many = [String](repeating: "_1", count: 50).joined(separator: ",")
        #expect(try await Self.ask(client, "SELECT \(many) FROM BlobStorage").answer.status == 400)
    }
    @Test func `expressions that would double with every level are refused or cost nothing`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", Array("a,1\n".utf8)).status == 201)
        var doubling = "_1"
        for _ in 0..<20 { doubling = "REPLACE(\(doubling),'a','aa')" }
        var nested = "_1"
        for _ in 0..<3_000 { nested = "LOWER(\(nested))" }
        let wide = (0..<20_000).map { "_1 = '\($0)'" }.joined(separator: " OR ")
        let long = "'" + String(repeating: "x", count: 300 << 10) + "'"
        for expression in [doubling, nested, wide, long, String(repeating: "(", count: 100_000)] {
            let (answer, _) = try await Self.ask(client, "SELECT _2 FROM BlobStorage WHERE \(expression) = 'b'")
            #expect([200, 400, 413].contains(answer.status), "\(expression.prefix(40)): \(answer.status)")
            #expect(answer.body.count < 1 << 20)
        }
    }
    @Test func `records that nest or go on without end stop the query, not the region`() async throws {
        let client = try await StorageClient.ready()
        let json = QueryJourneyTests.form("Input", "json")
        let bombs: [(String, [UInt8], String)] = [
            ("a line without end", [UInt8](repeating: 97, count: 1_100_000), ""),
            ("a quote without end", [34] + [UInt8](repeating: 97, count: 1_100_000), ""),
            ("many columns", [UInt8](repeating: 44, count: 50_000) + [10], ""),
            ("depth", [UInt8](repeating: 91, count: 100_000), json),
            ("objects in objects", Array(String(repeating: #"{"a":"#, count: 20_000).utf8), json),
            ("many values", Array(("[" + String(repeating: "1,", count: 110_000) + "1]").utf8), json),
            ("a long number", [UInt8](repeating: 57, count: 1_100_000), json),
        ]
        for (name, bytes, form) in bombs {
            #expect(try await client.upload("/docs/x", bytes).status == 201)
            let (answer, outcome) = try await Self.ask(client, "SELECT * FROM BlobStorage", form)
            #expect(answer.status == 200 && outcome?.total != nil, "\(name): \(answer.status)")
            #expect(answer.body.count < bytes.count + (1 << 20), "\(name): \(answer.body.count)")
        }
    }
}
