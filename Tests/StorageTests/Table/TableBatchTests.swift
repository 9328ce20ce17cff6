// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

@Suite struct TableBatchTests {
    private func entity(_ partition: String, _ row: String, _ age: Int = 1) -> String {
        #"{"PartitionKey":"\#(partition)","RowKey":"\#(row)","Age":\#(age)}"#
    }

    @Test func `a transaction makes all of its changes`() async throws {
        let client = try await TableClient.ready()
        for row in ["1", "2", "3"] { _ = try await client.insert("p", row) }
        let answer = try await client.batch([
            ("POST", "/people", [:], entity("p", "4")),
            ("POST", "/people", ["Prefer": "return-no-content"], entity("p", "5")),
            ("PUT", TableClient.path("p", "1"), ["If-Match": "*"], #"{"New":1}"#),
            ("PATCH", TableClient.path("p", "2"), [:], #"{"New":1}"#),
            ("DELETE", TableClient.path("p", "3"), ["If-Match": "*"], ""),
            ("POST", TableClient.path("p", "6"), ["X-HTTP-Method": "MERGE"], #"{"New":1}"#),
        ])
        #expect(answer.status == 202 && answer["Content-Type"]?.hasPrefix("multipart/mixed; boundary=") == true)
        #expect(answer.text.components(of: "HTTP/1.1 204 No Content\r\n") == 5)
        #expect(answer.text.components(of: "HTTP/1.1 201 Created\r\n") == 1)
        #expect(try await client.query("").found == ["p/1", "p/2", "p/4", "p/5", "p/6"])
        #expect(try await client.get("p", "1").json["Age"] == nil)
        #expect(try await client.get("p", "2").json["Age"] == 1)
    }

    @Test func `one refused change undoes all, and the answer says which`() async throws {
        let client = try await TableClient.ready()
        _ = try await client.insert("p", "1")
        let first = ("POST", "/people", [:] as [String: String], entity("p", "9"))
        for (bad, status, code) in [
            (("POST", "/people", [:], entity("p", "1")), 409, "EntityAlreadyExists"),
            (("PUT", TableClient.path("p", "2"), ["If-Match": "*"], "{}"), 404, "ResourceNotFound"),
            (
                ("PUT", TableClient.path("p", "1"), ["If-Match": "W/\"datetime'2020-01-01T00%3A00%3A00Z'\""], "{}"),
                412,
                "UpdateConditionNotSatisfied"
            ),
            (("POST", "/people", [:], entity("q", "1")), 400, "CommandsInBatchActOnDifferentPartitions"),
            (("PUT", TableClient.path("p", "9"), [:], "{}"), 400, "InvalidDuplicateRow"),
            (("POST", "/others", [:], entity("p", "2")), 400, "InvalidInput"),
            (("POST", "/people", [:], "{"), 400, "InvalidInput"),
            (("DELETE", TableClient.path("p", "1"), [:], ""), 400, "MissingRequiredHeader"),
        ] as [((String, String, [String: String], String), Int, String)] {
            let answer = try await client.batch([first, bad])
            #expect(answer.status == 202)
            #expect(answer.text.contains("HTTP/1.1 \(status)"), "\(answer.text)")
            #expect(answer.text.contains("\"\(code)\"") && answer.text.contains("\"1:"), "\(answer.text)")
            #expect(answer.text.components(of: "HTTP/1.1") == 1)
            #expect(try await client.query("").found == ["p/1"], "\(code)")
        }
        let nobody = try await client.batch([("POST", "/nobody", [:], entity("p", "1"))])
        #expect(nobody.text.contains("TableNotFound") && nobody.text.contains("\"0:"))
    }

    @Test func `a transaction has at most 100 changes and four mebibytes`() async throws {
        let client = try await TableClient.ready()
        let many = (0...100).map { ("POST", "/people", [:] as [String: String], entity("p", "\($0)")) }
        #expect(try await client.batch(many).text.contains("exceeds the maximum 100 changes"))
        #expect(try await client.query("").found.isEmpty)
        #expect(try await client.batch(Array(many.dropLast())).text.components(of: "HTTP/1.1 201") == 100)
        let long = String(repeating: "x", count: 30_000)
        let large = (0..<100).map {
            (
                "POST", "/people", [:] as [String: String],
                #"{"PartitionKey":"q","RowKey":"\#($0)","A":"\#(long)","B":"\#(long)"}"#
            )
        }
        #expect(try await client.batch(large).status == 413)
    }

    @Test(
        arguments: [
            "", "x", "--batch_1\r\n", "--batch_1\r\n\r\n--batch_1--",
            "--batch_1\r\nContent-Type: multipart/mixed\r\n\r\n--batch_1--",
            "--batch_1\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nnonsense\r\n--c--\r\n--batch_1--",
            "--batch_1\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c--\r\n--batch_1--",
        ]
    )
    func `a body that is no transaction is refused`(body: String) async throws {
        let client = try await TableClient.ready()
        let type = ["Content-Type": "multipart/mixed; boundary=batch_1"]
        let answer = try await client.send(.post, "/$batch", headers: type, body: body)
        #expect(answer.status == 400 || answer.status == 501, "\(answer.status)")
        let plain = try await client.send(.post, "/$batch", body: "{}")
        #expect(plain.code == "MediaTypeNotSupported")
    }
}

extension String {
    /// How often a text occurs.
    fileprivate func components(of text: String) -> Int { ranges(of: text).count }
}
