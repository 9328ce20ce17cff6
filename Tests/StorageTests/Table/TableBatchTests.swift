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

    private static func query(_ lines: [String], more: [String] = []) -> String {
        let part = ["--batch_1", "Content-Type: application/http", "Content-Transfer-Encoding: binary", ""]
        return (part + lines + [""] + more + ["--batch_1--", ""]).joined(separator: "\r\n")
    }
    private func ask(_ client: TableClient, _ body: String) async throws -> StorageAnswer {
        let type = ["Content-Type": "multipart/mixed; boundary=batch_1"]
        return try await client.send(.post, "/$batch", headers: type, body: body)
    }
    @Test func `a query is answered in a batch of its own`() async throws {
        let client = try await TableClient.ready()
        for row in ["1", "2"] { _ = try await client.insert("p", row) }
        let one = "GET https://\(client.host):8443\(TableClient.path("p", "2")) HTTP/1.1"
        let found = try await ask(client, Self.query([one, "Accept: application/json;odata=nometadata", ""]))
        #expect(
            found.status == 202 && found["Content-Type"]?.hasPrefix("multipart/mixed; boundary=batchresponse_") == true
        )
        #expect(found.text.contains("HTTP/1.1 200 OK\r\n") && found.text.contains(#""RowKey":"2""#))
        #expect(!found.text.contains("changeset") && !found.text.contains("odata.metadata"))
        #expect(found.text.components(of: "--batchresponse_") == 2)
        let all = "GET /people()?$filter=RowKey%20eq%20'1'&$select=Age HTTP/1.1"
        let listed = try await ask(client, Self.query([all, ""]))
        #expect(listed.text.contains(#""Age":1"#) && !listed.text.contains(#""RowKey""#), "\(listed.text)")
        for (path, status, code) in [
            (TableClient.path("p", "9"), 404, "ResourceNotFound"), ("/nobody()", 404, "TableNotFound"),
            ("/people()?$filter=((", 400, "InvalidInput"), ("/people()?$orderby=Age", 501, "NotImplemented"),
        ] {
            let answer = try await ask(client, Self.query(["GET \(path) HTTP/1.1", ""]))
            #expect(answer.status == 202 && answer.text.contains("HTTP/1.1 \(status)"), "\(path): \(answer.text)")
            #expect(answer.text.contains("\"\(code)\""), "\(path): \(answer.text)")
        }
    }
    @Test func `a query has no company in its batch, and nothing else stands in its place`() async throws {
        let client = try await TableClient.ready()
        _ = try await client.insert("p", "1")
        let get = "GET \(TableClient.path("p", "1")) HTTP/1.1"
        let change = [
            "--batch_1", "Content-Type: multipart/mixed; boundary=c", "", "--c", "Content-Type: application/http", "",
            "POST /people HTTP/1.1", "", entity("p", "2"), "--c--",
        ]
        let again = ["--batch_1", "Content-Type: application/http", "", get, "", ""]
        for body in [
            Self.query([get, ""], more: change), Self.query([get, ""], more: again),
            Self.query(["DELETE \(TableClient.path("p", "1")) HTTP/1.1", "If-Match: *", ""]),
            Self.query(["POST /people HTTP/1.1", "", entity("p", "2")]), Self.query(["GET /people", ""]),
            Self.query([""]),
        ] {
            let answer = try await ask(client, body)
            #expect(answer.status == 400 && answer.code == "InvalidInput", "\(answer.status): \(body)")
        }
        let inside = try await client.batch([("POST", "/people", [:], entity("p", "2")), ("GET", "/people", [:], "")])
        #expect(inside.status == 202 && inside.text.contains("HTTP/1.1 400"), "\(inside.text)")
        #expect(try await client.query("").found == ["p/1"])
    }
    @Test func `a query in a batch needs the right to read, and shows no more than it opens`() async throws {
        let client = try await TableClient.ready()
        for row in ["1", "2", "3"] { _ = try await client.insert("p", row) }
        let all = Self.query(["GET /people() HTTP/1.1", ""])
        for (letters, isOpen) in [("r", true), ("aud", false), ("raud", true)] {
            var holder = client
            holder.signature = try client.signature(letters)
            let answer = try await ask(holder, all)
            let isRight = answer.text.contains(isOpen ? "HTTP/1.1 200" : "AuthorizationPermissionMismatch")
            #expect(isRight, "\(letters): \(answer.status) \(answer.text)")
        }
        var bounded = client
        bounded.signature = try client.signature("r", [("spk", "p"), ("srk", "2"), ("epk", "p"), ("erk", "2")])
        let some = try await ask(bounded, all).text
        #expect(some.contains(#""RowKey":"2""#) && !some.contains(#""RowKey":"1""#) && !some.contains(#""RowKey":"3""#))
        let out = try await ask(bounded, Self.query(["GET \(TableClient.path("p", "1")) HTTP/1.1", ""])).text
        #expect(out.contains("ResourceNotFound"))
        #expect(try await client.create("others").status == 201)
        #expect(
            try await ask(bounded, Self.query(["GET /others() HTTP/1.1", ""])).text.contains("AuthorizationFailure")
        )
        // A signature that may only read changes nothing.
        var reader = client
        reader.signature = try client.signature("r")
        let change = try await reader.batch([("POST", "/people", [:], entity("p", "9"))])
        #expect(change.text.contains("AuthorizationPermissionMismatch"))
        #expect(try await client.query("").found == ["p/1", "p/2", "p/3"])
        var bearer = client
        bearer.storage.identity = .bearer
        try await client.region.unassign("Owner")
        try await client.region.assign("Storage Table Data Contributor")
        #expect(try await ask(bearer, all).text.contains("HTTP/1.1 200"))
        try await client.region.unassign("Storage Table Data Contributor")
        try await client.region.assign("Storage Table Data Reader")
        #expect(try await ask(bearer, all).text.contains("HTTP/1.1 200"))
        // Who may only read changes nothing by it.
        let changes: [(String, String, [String: String], String)] = [
            ("POST", "/people", [:], entity("p", "9")),
            ("DELETE", TableClient.path("p", "1"), ["If-Match": "*"], ""),
        ]
        for change in changes {
            #expect(try await bearer.batch([change]).text.contains("AuthorizationPermissionMismatch"))
        }
        try await client.region.unassign("Storage Table Data Reader")
        #expect(try await ask(bearer, all).status == 403)
    }
    @Test func `a delete goes through a tunnel with the rights of a delete`() async throws {
        let client = try await TableClient.ready()
        for row in ["1", "2", "3"] { _ = try await client.insert("p", row) }
        let tunnel = ["X-HTTP-Method": "DELETE", "If-Match": "*"]
        let path = TableClient.path("p", "1")
        #expect(
            try await client.send(.post, path, headers: ["X-HTTP-Method": "DELETE"]).code == "MissingRequiredHeader"
        )
        #expect(try await client.send(.post, path, headers: tunnel).status == 204)
        #expect(try await client.send(.post, path, headers: tunnel).code == "ResourceNotFound")
        let other = TableClient.path("p", "2")
        for (letters, status) in [("rau", 403), ("d", 204)] {
            var holder = client
            holder.signature = try client.signature(letters)
            #expect(try await holder.send(.post, other, headers: tunnel).status == status, "\(letters)")
        }
        var bearer = client
        bearer.storage.identity = .bearer
        try await client.region.unassign("Owner")
        try await client.region.assign("Storage Table Data Reader")
        #expect(try await bearer.send(.post, TableClient.path("p", "3"), headers: tunnel).status == 403)
        try await client.region.assign("Storage Table Data Contributor")
        #expect(try await bearer.send(.post, TableClient.path("p", "3"), headers: tunnel).status == 204)
        #expect(try await client.query("").found.isEmpty)
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
