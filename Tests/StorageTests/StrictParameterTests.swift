// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Parameters of the query that no operation goes by, or that hold what they may not: each is refused by name, and nothing
/// is done.
struct StrictParameterTests {
    private typealias Asked = (service: StorageService, method: HTTPRequest.Method, path: String, query: String)

    /// A hierarchical account with a file, a queue with a message and a table.
    private static func ready() async throws -> StorageClient {
        let client = try await StorageClient.lake()
        #expect(try await client.makeDirectory("/docs/dir").status == 201)
        try await client.write("/docs/f", [1, 2])
        #expect(try await client.ask(.queue, .put, "/jobs").status == 201)
        let message = Array(QueueClient.body("one").utf8)
        #expect(try await client.ask(.queue, .post, "/jobs/messages", body: message).status == 201)
        let table = Array(#"{"TableName":"people"}"#.utf8)
        let json = ["Content-Type": "application/json", "Accept": "application/json"]
        #expect(try await client.ask(.table, .post, "/Tables", headers: json, body: table).status == 201)
        return client
    }
    private static func expect(_ code: String, _ asked: Asked, _ client: StorageClient) async throws {
        let answer = try await client.ask(
            asked.service,
            asked.method,
            asked.path,
            asked.query,
            headers: ["x-ms-blob-type": "BlockBlob", "Accept": "application/json"]
        )
        let told = "\(asked.service) \(asked.method) \(asked.path)?\(asked.query): \(answer.status)"
        #expect(answer.status == 400 && answer.code == code, "\(told) \(answer.code ?? "")")
    }

    @Test func `a time limit is a positive whole number on every service, however great`() async throws {
        let client = try await Self.ready()
        let before = try await client.storedKeys()
        let changes: [Asked] = [
            (.blob, .put, "/made", "restype=container"), (.dfs, .put, "/docs/made", "resource=file"),
            (.dfs, .delete, "/docs/f", ""), (.queue, .put, "/made", ""), (.queue, .delete, "/jobs/messages", ""),
            (.table, .delete, "/Tables('people')", ""),
        ]
        for change in changes {
            for wrong in ["abc", "0", "-1", "1.5", "00", "1e3", "%2B5", "30%20", "0x1f"] {
                let query = (change.query.isEmpty ? "" : change.query + "&") + "timeout=\(wrong)"
                try await Self.expect(
                    "InvalidQueryParameterValue",
                    (change.service, change.method, change.path, query),
                    client
                )
            }
        }
        #expect(try await client.storedKeys() == before)
        // Longer than the service's own bound, longer than a number: it is shortened.
        for good in ["1", "030", "31", "3600", "99999999999999999999999", ""] {
            for (service, path, query) in [
                (.blob, "/docs/f", ""), (.dfs, "/docs/f", ""), (.queue, "/jobs/messages", "peekonly=true&"),
                (.table, "/people()", ""),
            ] as [(StorageService, String, String)] {
                let accept = ["Accept": "application/json"]
                let answer = try await client.ask(service, .get, path, "\(query)timeout=\(good)", headers: accept)
                #expect(answer.status == 200, "\(service) \(good): \(answer.status) \(answer.code ?? "")")
            }
        }
        // Who may not come in learns nothing of it.
        var nobody = client
        nobody.identity = .nobody
        #expect(try await nobody.send(.get, "/docs/f", "timeout=abc").status == 401)
    }

    @Test func `an action or a resource that Data Lake does not have is an invalid value, not another method`()
        async throws
    {
        let client = try await Self.ready()
        let before = try await client.storedKeys()
        for asked in [
            (.dfs, .patch, "/docs/f", "action=grow&position=2"), (.dfs, .patch, "/docs", "action=grow"),
            (.dfs, .patch, "/docs", "resource=files"), (.dfs, .put, "/docs/new", "resource=link"),
            (.dfs, .put, "/new", "resource=container"), (.dfs, .get, "/docs", "resource=account&recursive=true"),
            (.dfs, .get, "/", "resource=filesystem"), (.dfs, .delete, "/docs", "resource=all"),
            (.dfs, .head, "/docs", "resource=all"), (.dfs, .head, "/docs", "action=look"),
            (.dfs, .head, "/docs/f", "action=look"), (.dfs, .head, "/docs/f", "upn=maybe"),
            (.dfs, .get, "/docs", "resource=filesystem&recursive=true&upn=1"),
            (.dfs, .patch, "/docs/f", "action=flush&position=2&close=maybe"),
        ] as [Asked] { try await Self.expect("InvalidQueryParameterValue", asked, client) }
        for asked in [
            (.dfs, .patch, "/docs/f", ""), (.dfs, .patch, "/docs/f", "action="), (.dfs, .put, "/docs/new", ""),
            (.dfs, .put, "/new", ""), (.dfs, .get, "/docs", "recursive=true"), (.dfs, .get, "/", ""),
            (.dfs, .delete, "/docs", ""), (.dfs, .head, "/docs", ""),
        ] as [Asked] { try await Self.expect("MissingRequiredQueryParameter", asked, client) }
        let renamed = try await client.path(
            .put,
            "/docs/g",
            "mode=fast",
            headers: ["x-ms-rename-source": "/docs/f"]
        )
        #expect(renamed.status == 400 && renamed.code == "InvalidQueryParameterValue")
        for resource in ["file", "directory"] {
            let source = ["x-ms-rename-source": "/docs/f"]
            let both = try await client.path(.put, "/docs/g", "resource=\(resource)", headers: source)
            #expect(both.status == 400 && both.code == "InvalidQueryParameterValue", "\(resource): \(both.status)")
        }
        for (method, path) in [(HTTPRequest.Method.post, "/docs"), (.put, "/"), (.delete, "/"), (.patch, "/")] {
            let answer = try await client.ask(.dfs, method, path)
            #expect(answer.status == 405 && answer.code == "UnsupportedHttpVerb", "\(method) \(path): \(answer.status)")
            #expect(answer["Allow"]?.contains(method.rawValue) == false)
        }
        #expect(try await client.storedKeys() == before)
        #expect(try await client.paths() == ["dir", "f"])
    }

    @Test func `what the other services do not know of a path is an invalid value, too`() async throws {
        let client = try await Self.ready()
        let before = try await client.storedKeys()
        for asked in [
            (.blob, .get, "/", ""), (.blob, .get, "/", "comp=everything"), (.blob, .get, "/", "comp=properties"),
            (.blob, .put, "/", "restype=service&comp=propertys"), (.blob, .get, "/", "comp=list&restype=share"),
            (.blob, .post, "/", "comp=batches"), (.queue, .get, "/", ""), (.queue, .get, "/", "comp=queues"),
            (.queue, .get, "/jobs", "comp=messages"), (.table, .put, "/people", "comp=acls"),
            (.table, .delete, "/Tables('people')", "comp=acl"), (.table, .get, "/people()", "comp=metadata"),
            (.table, .get, "/Tables", "comp=list"),
            // What means a container, or nothing, is not taken for the blob.
            (.blob, .delete, "/docs/f", "restype=container"), (.blob, .put, "/docs/f", "restype=container"),
            (.blob, .delete, "/docs/f", "restype=file"), (.blob, .put, "/new", "restype=share"),
            (.blob, .delete, "/docs", "restype=service"), (.blob, .get, "/docs", "restype=directory&comp=list"),
        ] as [Asked] { try await Self.expect("InvalidQueryParameterValue", asked, client) }
        #expect(try await client.storedKeys() == before)
        #expect(try await client.send(.get, "/docs/f").body == [1, 2])
        #expect(try await client.send(.get, "/docs/f", "restype=account&comp=properties").status == 200)
        for (service, method, path) in [
            (.blob, .patch, "/docs/f"), (.queue, .patch, "/jobs"), (.table, .patch, "/Tables"),
        ] as [(StorageService, HTTPRequest.Method, String)] {
            let answer = try await client.ask(service, method, path, headers: ["Accept": "application/json"])
            #expect(answer.status == 405, "\(service) \(path): \(answer.status) \(answer.code ?? "")")
        }
    }
}
