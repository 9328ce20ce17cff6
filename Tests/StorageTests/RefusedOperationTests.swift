// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// What the service itself refuses, with its own codes.
struct RefusedOperationTests {
    @Test func `statistics of a secondary are for accounts that have one`() async throws {
        let client = try await StorageClient.ready()
        let query = "restype=service&comp=stats"
        for service in [StorageService.blob, .queue, .table] {
            let answer = try await client.ask(service, .get, "/", query)
            #expect(
                answer.status == 403 && answer.code == "InsufficientAccountPermissions",
                "\(service): \(answer.status)"
            )
        }
        var nobody = client
        nobody.identity = .nobody
        #expect(try await nobody.send(.get, "/", query).status == 401)
        let signature = try await client.signature(container: "docs", permissions: "r")
        #expect(try await nobody.send(.get, "/", query + "&" + signature).code == "AuthenticationFailed")
    }
    @Test func `what the service alone makes is made by nobody, and the containers of a website and of no name are`()
        async throws
    {
        let client = try await StorageClient.ready()
        try await client.keep(["containerDeleteRetentionPolicy": ["enabled": true, "days": 7]])
        let before = try await client.storedKeys()
        for name in ["$logs", "$blobchangefeed"] {
            let container = "/blobServices/default/containers/\(name)"
            for answer in [
                try await client.send(.put, "/\(name)", "restype=container"),
                try await client.ask(.dfs, .put, "/\(name)", "resource=filesystem"),
                try await client.manage(.put, container, ["properties": [:]]),
            ] {
                #expect(
                    answer.status == 403 && answer.code == "InsufficientAccountPermissions",
                    "\(name) \(answer.status)"
                )
            }
            #expect(try await client.send(.get, "/\(name)", "restype=container").status == 404)
        }
        #expect(try await client.storedKeys() == before)
        // A container that was deleted does not come back as one of them either.
        #expect(try await client.send(.delete, "/docs", "restype=container").status == 202)
        let list = try await client.send(.get, "/", "comp=list&include=deleted").text
        let back = [
            "x-ms-deleted-container-name": "docs",
            "x-ms-deleted-container-version": try #require(StorageClient.elements("Version", list).first),
        ]
        let restore = "restype=container&comp=undelete"
        let refused = try await client.send(.put, "/$logs", restore, headers: back)
        #expect(refused.status == 403 && refused.code == "InsufficientAccountPermissions")
        #expect(try await client.send(.put, "/docs", restore, headers: back).status == 201)
        for name in ["$root", "$web"] {
            #expect(try await client.send(.put, "/\(name)", "restype=container").status == 201)
        }
    }
    @Test func `an address that ends with a table's name is told what is wrong with it`() async throws {
        let client = try await TableClient.ready()
        for (path, status, code) in [
            ("/nobody/Tables", 404, "TableNotFound"), ("/people/Tables", 400, "PropertiesNeedValue"),
            ("/people/others", 400, "PropertiesNeedValue"), (TableClient.path("a", "b"), 400, "XMethodIncorrectValue"),
        ] {
            let answer = try await client.send(.post, path, body: #"{"TableName":"people"}"#)
            #expect(answer.status == status && answer.code == code, "\(path): \(answer.status) \(answer.code ?? "")")
        }
        let type = ["Content-Type": "multipart/mixed; boundary=b"]
        let batch = try await client.send(.post, "/people/$batch", headers: type, body: "--b--")
        #expect(batch.status == 415 && batch.code == "MediaTypeNotSupported", "\(batch.status) \(batch.code ?? "")")
        let gone = try await client.send(.delete, "/people/Tables('people')", headers: ["If-Match": "*"])
        #expect(gone.status == 400 && gone.code == "InvalidInput", "\(gone.status) \(gone.code ?? "")")
        let never = try await client.send(.delete, "/nobody/Tables('nobody')", headers: ["If-Match": "*"])
        #expect(never.status == 404 && never.code == "TableNotFound", "\(never.status) \(never.code ?? "")")
        for method in [HTTPRequest.Method.get, .put] {
            let answer = try await client.send(method, "/people", "restype=service&comp=properties")
            #expect(answer.status == 400 && answer.code == "InvalidQueryParameterValue", "\(method): \(answer.status)")
        }
        #expect(try await client.query("").found.isEmpty)
    }
    @Test func `a container that is not named is no container`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        for (method, query) in [
            (HTTPRequest.Method.put, "restype=container"), (.put, "restype=container&comp=metadata"),
            (.put, "restype=container&comp=lease"), (.get, "restype=container"), (.head, "restype=container"),
            (.delete, "restype=container"),
        ] {
            let answer = try await client.send(method, "/", query)
            #expect(answer.status == 400, "\(method) \(query): \(answer.status)")
            #expect(answer.code == "InvalidQueryParameterValue", "\(method) \(query): \(answer.code ?? "")")
        }
        #expect(try await client.send(.get, "/", "restype=container&comp=list").status == 200)
        var nobody = client
        nobody.identity = .nobody
        #expect(try await nobody.send(.put, "/", "restype=container").status == 401)
        var bearer = client
        bearer.identity = .bearer
        try await client.region.unassign("Owner")
        #expect(try await bearer.send(.put, "/", "restype=container").status == 403)
        #expect(try await client.storedKeys() == before)
    }
}
