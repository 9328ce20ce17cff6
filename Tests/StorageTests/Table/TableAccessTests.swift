// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

@Suite struct TableAccessTests {
    private func bearer(_ client: TableClient, _ letters: String, _ more: [(String, String)] = []) throws -> TableClient
    {
        var other = client
        other.signature = try client.signature(letters, more)
        return other
    }

    @Test func `each letter of a signature opens its own operations`() async throws {
        let client = try await TableClient.ready()
        _ = try await client.insert("a", "b")
        let path = TableClient.path("a", "b")
        for letter in ["r", "a", "u", "d"] {
            let holder = try bearer(client, letter)
            #expect(try await holder.get("a", "b").status == (letter == "r" ? 200 : 403), "\(letter)")
            #expect(try await holder.send(.get, "/people()").status == (letter == "r" ? 200 : 403))
            #expect(try await holder.insert("new", letter).status == (letter == "a" ? 201 : 403))
            let update = try await holder.send(.patch, path, headers: ["If-Match": "*"], body: "{}")
            #expect(update.status == (letter == "u" ? 204 : 403))
            #expect(try await holder.send(.put, path, body: "{}").status == 403, "an upsert needs a and u")
            let other = TableClient.path("new", "none")
            let gone = try await holder.send(.delete, other, headers: ["If-Match": "*"])
            #expect(gone.status == (letter == "d" ? 404 : 403))
            #expect(try await holder.send(.get, "/Tables").status == 403)
            #expect(try await holder.send(.delete, "/Tables('people')").status == 403)
            #expect(try await holder.send(.get, "/people", "comp=acl").status == 403)
        }
        #expect(try await bearer(client, "au").send(.put, path, body: "{}").status == 204)
    }

    @Test func `a signature's range cuts queries and refuses writes outside`() async throws {
        let client = try await TableClient.ready()
        for partition in ["a", "b", "c"] {
            for row in 1...3 { _ = try await client.insert(partition, "\(row)") }
        }
        let range = [("spk", "a"), ("srk", "2"), ("epk", "b"), ("erk", "2")]
        let holder = try bearer(client, "raud", range)
        #expect(try await holder.query("").found == ["a/2", "a/3", "b/1", "b/2"])
        #expect(try await holder.query("PartitionKey eq 'b'").found == ["b/1", "b/2"])
        #expect(try await holder.query("RowKey eq '3'").found == ["a/3"])
        #expect(try await holder.get("a", "1").code == "ResourceNotFound")
        #expect(try await holder.get("a", "2").status == 200)
        #expect(try await holder.insert("b", "3x").code == "AuthorizationFailure")
        #expect(try await holder.insert("a", "1x").code == "AuthorizationFailure")
        #expect(try await holder.insert("a", "2x").status == 201)
        let upsert = try await holder.send(.put, TableClient.path("c", "1"), body: "{}")
        #expect(upsert.code == "AuthorizationFailure")
        let removal = try await holder.send(.delete, TableClient.path("c", "1"), headers: ["If-Match": "*"])
        #expect(removal.code == "AuthorizationFailure")
        // The continuation of a page may not lead out of the range.
        let from = ContinuationToken.text("a").percentEncoded()
        let first = try await holder.send(.get, "/people()", "NextPartitionKey=\(from)")
        #expect(first.json["value"]?.array?.first?["RowKey"] == "2")
        let outside = try await holder.batch([("POST", "/people", [:], #"{"PartitionKey":"c","RowKey":"9"}"#)])
        #expect(outside.status == 202 && outside.text.contains("HTTP/1.1 403"))
        #expect(try await client.get("c", "9").status == 404)
        let inside = try await holder.batch([("POST", "/people", [:], #"{"PartitionKey":"a","RowKey":"9"}"#)])
        #expect(inside.text.contains("HTTP/1.1 201"))
    }

    @Test func `every signed part of a signature counts`() async throws {
        let client = try await TableClient.ready()
        _ = try await client.insert("a", "b")
        let whole = try client.signature("r", [("spk", "a"), ("epk", "a")])
        var holder = client
        holder.signature = whole
        #expect(try await holder.get("a", "b").status == 200)
        for (old, new) in [
            ("sp=r", "sp=raud"), ("spk=a", "spk=A"), ("epk=a", "epk=z"), ("tn=people", "tn=others"),
            ("se=2030", "se=2040"), ("&epk=a", ""), ("spk=a", "srk=a&spk=a"), ("sv=2019-02-02", "sv=2020-02-10"),
        ] {
            holder.signature = whole.replacing(old, with: new)
            #expect(holder.signature != whole)
            #expect(try await holder.get("a", "b").status == 403, "\(new)")
        }
        // A signature of one table does not open another, nor a batch on it.
        _ = try await client.create("others")
        holder.signature = try client.signature("raud")
        #expect(try await holder.send(.get, "/others()").status == 403)
        let batch = try await holder.batch([("POST", "/others", [:], #"{"PartitionKey":"a","RowKey":"b"}"#)])
        #expect(batch.text.contains("HTTP/1.1 403"))
    }

    @Test func `a role over one table opens transactions on it, and on no other`() async throws {
        var client = try await TableClient.ready()
        _ = try await client.create("others")
        client.storage.identity = .bearer
        func insert(_ table: String) -> [(String, String, [String: String], String)] {
            [("POST", "/\(table)", [:], #"{"PartitionKey":"a","RowKey":"b"}"#)]
        }
        #expect(try await client.batch(insert("people")).code == "AuthorizationPermissionMismatch")
        let account = "\(StorageRegion.group)/providers/Microsoft.Storage/storageAccounts/\(client.storage.account)"
        let table = ResourceID("\(account)/tableServices/default/tables/people")
        try await client.region.assign("Storage Table Data Contributor", over: table)
        #expect(try await client.batch(insert("people")).text.contains("HTTP/1.1 201"))
        let other = try await client.batch(insert("others"))
        #expect(other.status == 202 && other.text.contains("HTTP/1.1 403"))
        let removal = [("DELETE", TableClient.path("a", "b"), ["If-Match": "*"], "")]
        #expect(try await client.batch(removal).text.contains("HTTP/1.1 204"))
    }

    @Test func `roles open what they say`() async throws {
        var client = try await TableClient.ready()
        _ = try await client.insert("a", "b")
        client.storage.identity = .bearer
        // An owner manages tables, and reads no entity.
        #expect(try await client.send(.get, "/Tables").status == 200)
        #expect(try await client.get("a", "b").code == "AuthorizationPermissionMismatch")
        try await client.region.assign("Storage Table Data Reader")
        #expect(try await client.get("a", "b").status == 200)
        #expect(try await client.insert("a", "c").status == 403)
        let removal = [("DELETE", TableClient.path("a", "b"), ["If-Match": "*"], "")]
        #expect(try await client.batch(removal).text.contains("HTTP/1.1 403"))
        try await client.region.assign("Storage Table Data Contributor")
        #expect(try await client.insert("a", "c").status == 201)
        #expect(try await client.batch(removal).text.contains("HTTP/1.1 204"))
        client.storage.identity = .nobody
        client.signature = "x=1"
        let stranger = try await client.get("a", "c")
        #expect(stranger.status == 401 && stranger["WWW-Authenticate"]?.hasPrefix("Bearer ") == true)
    }
}
