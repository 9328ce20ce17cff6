// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Customers' keys, contexts of their own encryption, and access, on the Data Lake surface.
struct LakeKeyTests {
    @Test func `a file that is made under a key is written and read under it only`() async throws {
        let client = try await StorageClient.lake()
        let before = try await client.storedKeys()
        let (key, other) = (CustomerKeyTests.headers(1), CustomerKeyTests.headers(2))
        let hash = key["x-ms-encryption-key-sha256"]
        let bytes = client.bytes(50_000)
        let made = try await client.makeFile("/docs/f", key)
        #expect(made.status == 201 && made["x-ms-encryption-key-sha256"] == hash)
        let append = "action=append&position=0"
        for wrong in [[:], other] {
            #expect(try await client.path(.patch, "/docs/f", append, headers: wrong, body: bytes).status == 409)
            #expect(try await client.path(.patch, "/docs/f", "action=flush&position=0", headers: wrong).status == 409)
            #expect(try await client.path(.get, "/docs/f", headers: wrong).status == 409)
            #expect(try await client.path(.head, "/docs/f", headers: wrong).status == 409)
        }
        let added = try await client.path(.patch, "/docs/f", append, headers: key, body: bytes)
        #expect(added.status == 202 && added["x-ms-encryption-key-sha256"] == hash)
        let small = try await client.path(
            .patch,
            "/docs/f",
            "action=append&position=50000",
            headers: key,
            body: [1, 2]
        )
        #expect(small.status == 202)
        let flushed = try await client.path(.patch, "/docs/f", "action=flush&position=50002", headers: key)
        #expect(flushed.status == 200 && flushed["x-ms-encryption-key-sha256"] == hash)
        let read = try await client.path(.get, "/docs/f", headers: key)
        #expect(read.body == bytes + [1, 2] && read["x-ms-encryption-key-sha256"] == hash)
        #expect(try await client.send(.get, "/docs/f", headers: key).body == bytes + [1, 2])
        #expect(try await client.path(.head, "/docs/f", headers: key)["x-ms-encryption-key-sha256"] == hash)
        #expect(try await client.path(.head, "/docs/f", "action=getStatus").status == 200)
        #expect(try await client.rename("/docs/f", to: "/docs/g").status == 201)
        #expect(try await client.path(.get, "/docs/g", headers: key).body == bytes + [1, 2])
        #expect(try await client.rename("/docs/g", to: "/docs/h", other).status == 409)
        let moved = try await client.rename("/docs/g", to: "/docs/h", key)
        #expect(moved.status == 201 && moved["x-ms-encryption-key-sha256"] == hash)
        #expect(try await client.path(.get, "/docs/h", headers: key).body == bytes + [1, 2])
        #expect(try await client.rename("/docs/h", to: "/docs/g").status == 201)
        #expect(try await client.makeFile("/docs/g").status == 201)
        #expect(try await client.path(.get, "/docs/g").body.isEmpty)
        #expect(try await client.path(.delete, "/docs/g").status == 200)
        try await client.settle()
        #expect(try await client.storedKeys() == before)
    }

    @Test func `a directory made under a key shows its properties with it only`() async throws {
        let client = try await StorageClient.lake()
        let key = CustomerKeyTests.headers(1)
        let made = try await client.makeDirectory("/docs/d", key)
        #expect(made.status == 201 && made["x-ms-encryption-key-sha256"] == key["x-ms-encryption-key-sha256"])
        #expect(try await client.path(.head, "/docs/d", headers: key).status == 200)
        #expect(try await client.path(.head, "/docs/d").code == CustomerKeyTests.none)
        #expect(try await client.makeFile("/docs/d/f").status == 201)
        #expect(try await client.rename("/docs/d", to: "/docs/e").status == 201)
        #expect(try await client.path(.delete, "/docs/e", "recursive=true").status == 200)
    }

    @Test func `a signature for a user whom lists bind opens what both open`() async throws {
        let client = try await StorageClient.lake()
        let user = "21cd756e-e290-4a26-9547-93e8cc1a8923"
        try await client.write("/docs/d/f", [1])
        try await client.assign("Storage Blob Data Owner")
        let delegation = try await DelegationClient(client)
        func signed(_ letters: String) -> String { delegation.signature("c", "/docs", letters, bearer: user) }
        let guest = delegation.client
        #expect(try await guest.path(.get, "/docs/d/f", signed("r")).status == 403)
        for path in ["/docs", "/docs/d"] {
            let list = ["x-ms-acl": "user::rwx,user:\(user):rwx,group::r-x,other::---"]
            #expect(try await client.path(.patch, path, "action=setAccessControl", headers: list).status == 200)
        }
        #expect(try await guest.path(.get, "/docs/d/f", signed("r")).status == 403)
        let reads = ["x-ms-acl": "user::rw-,user:\(user):r--,group::r--,other::---"]
        #expect(try await client.path(.patch, "/docs/d/f", "action=setAccessControl", headers: reads).status == 200)
        #expect(try await guest.path(.get, "/docs/d/f", signed("r")).body == [1])
        #expect(try await guest.path(.get, "/docs/d/f", signed("w")).status == 403)
        #expect(try await guest.path(.put, "/docs/d/mine", "resource=file&\(signed("cw"))").status == 201)
        #expect(try await client.path(.head, "/docs/d/mine")["x-ms-owner"] == user)
        let mode = ["x-ms-permissions": "0700"]
        let set = "action=setAccessControl&\(signed("op"))"
        #expect(try await guest.path(.patch, "/docs/d/mine", set, headers: mode).status == 200)
        #expect(try await guest.path(.patch, "/docs/d/f", set, headers: mode).status == 403)
        let moves = "mode=posix&\(signed("rwd"))"
        let source = ["x-ms-rename-source": "/docs/d/mine"]
        #expect(try await guest.path(.put, "/docs/d/moved", moves, headers: source).status == 201)
        // Nothing that lists do not speak of: past states, file systems, sources of copies.
        #expect(try await guest.send(.put, "/docs/d/f", "comp=undelete&\(signed("rwd"))").status == 403)
        #expect(try await guest.path(.head, "/docs", "resource=filesystem&\(signed("r"))").status == 403)
    }

    @Test func `a context is kept with its file and shown with it`() async throws {
        let client = try await StorageClient.lake()
        let context = ["x-ms-encryption-context": "key=1"]
        #expect(try await client.makeFile("/docs/f", context).status == 201)
        #expect(try await client.path(.head, "/docs/f")["x-ms-encryption-context"] == "key=1")
        #expect(try await client.path(.get, "/docs/f")["x-ms-encryption-context"] == "key=1")
        #expect(try await client.send(.head, "/docs/f")["x-ms-encryption-context"] == "key=1")
        let list = try await client.path(.get, "/docs", "resource=filesystem&recursive=true")
        #expect(list.json["paths"]?.array?.first?["EncryptionContext"] == "key=1")
        #expect(try await client.rename("/docs/f", to: "/docs/g").status == 201)
        #expect(try await client.path(.head, "/docs/g")["x-ms-encryption-context"] == "key=1")
        #expect(try await client.makeFile("/docs/g").status == 201)
        #expect(try await client.path(.head, "/docs/g")["x-ms-encryption-context"] == nil)
        #expect(try await client.makeDirectory("/docs/d", context).code == "InvalidInput")
        let long = ["x-ms-encryption-context": String(repeating: "k", count: 1025)]
        #expect(try await client.makeFile("/docs/long", long).code == "InvalidHeaderValue")
        #expect(try await client.rename("/docs/g", to: "/docs/h", CustomerKeyTests.headers(1)).status == 409)
        #expect(try await client.rename("/docs/g", to: "/docs/h", context).status == 201)
        #expect(try await client.path(.head, "/docs/h")["x-ms-encryption-context"] == "key=1")
        #expect(try await client.makeDirectory("/docs/d").status == 201)
        #expect(try await client.rename("/docs/d", to: "/docs/e", context).code == "InvalidInput")
    }

    @Test func `a rename changes access where it says so, by the rights a change of access needs`() async throws {
        let client = try await StorageClient.lake()
        let someone = "11111111-2222-4333-8444-555555555555"
        try await client.write("/docs/f", [1])
        let kept = try await client.path(.head, "/docs/f")["x-ms-permissions"]
        #expect(try await client.rename("/docs/f", to: "/docs/g").status == 201)
        #expect(try await client.path(.head, "/docs/g")["x-ms-permissions"] == kept)
        let mode = ["x-ms-permissions": "0777", "x-ms-umask": "0027", "x-ms-owner": someone, "x-ms-group": someone]
        #expect(try await client.rename("/docs/g", to: "/docs/h", mode).status == 201)
        let changed = try await client.path(.head, "/docs/h")
        #expect(changed["x-ms-permissions"] == "rwxr-x---" && changed["x-ms-owner"] == someone)
        #expect(changed["x-ms-group"] == someone)
        let list = ["x-ms-acl": "user::rw-,user:\(someone):r--,group::---,other::---"]
        #expect(try await client.rename("/docs/h", to: "/docs/i", list).status == 201)
        #expect(try await client.path(.head, "/docs/i")["x-ms-acl"]?.contains("user:\(someone):r--") == true)
        let named = try await client.path(.head, "/docs/i", "action=getAccessControl&upn=true")
        #expect(named.status == 200 && named["x-ms-owner"] == someone)
        for wrong in [
            ["x-ms-permissions": "rwx"], ["x-ms-acl": "user:x"], ["x-ms-acl": "user::rwx"], ["x-ms-owner": "me"],
        ] {
            #expect(try await client.rename("/docs/i", to: "/docs/j", wrong).status == 400)
        }
        var bearer = client
        bearer.identity = .bearer
        try await client.assign("Storage Blob Data Contributor")
        for header in [["x-ms-owner": someone], ["x-ms-permissions": "0777"]] {
            #expect(try await bearer.rename("/docs/i", to: "/docs/k", header).status == 403)
        }
        #expect(try await bearer.rename("/docs/i", to: "/docs/k").status == 201)
        #expect(try await client.paths() == ["k"])
    }
}
