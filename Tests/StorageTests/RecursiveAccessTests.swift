// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// `setAccessControlRecursive`: a tree is changed pass by pass.
struct RecursiveAccessTests {
    private struct Result: Equatable {
        var directories: Int64 = 0
        var files: Int64 = 0
        var failed: [String] = []
        var passes = 0
    }
    private static func tree() async throws -> StorageClient {
        let client = try await StorageClient.lake()
        for directory in ["a", "a/b", "a/c"] {
            _ = try await client.makeDirectory("/docs/\(directory)")
            for number in 0..<5 { _ = try await client.makeFile("/docs/\(directory)/\(number)") }
        }
        return client
    }
    /// Goes on as the SDKs do.
    private static func run(
        _ client: StorageClient,
        _ path: String,
        _ query: String,
        _ list: String
    ) async throws -> Result {
        var (result, marker) = (Result(), "")
        repeat {
            let more = marker.isEmpty ? "" : "&continuation=\(marker.percentEncoded())"
            let all = "action=setAccessControlRecursive&\(query)\(more)"
            let answer = try await client.path(.patch, path, all, headers: ["x-ms-acl": list])
            #expect(answer.status == 200, "\(answer.code ?? "")")
            guard answer.status == 200 else { break }
            result.passes += 1
            result.directories += answer.json["directoriesSuccessful"]?.integer ?? -1
            result.files += answer.json["filesSuccessful"]?.integer ?? -1
            let failed = answer.json["failedEntries"]?.array ?? []
            #expect(answer.json["failureCount"]?.integer == Int64(failed.count))
            result.failed += failed.compactMap { $0["name"]?.string }
            marker = answer["x-ms-continuation"] ?? ""
        } while !marker.isEmpty
        return result
    }
    private static func list(_ client: StorageClient, _ path: String) async throws -> String? {
        try await client.path(.head, path, "action=getAccessControl")["x-ms-acl"]
    }
    private static let id = "21cd756e-e290-4a26-9547-93e8cc1a8923"
    private static let whole = "user::rwx,group::r-x,other::rwx"

    @Test(arguments: [1, 2, 7, 2_000]) func `a tree is changed in passes of any size`(_ size: Int) async throws {
        let client = try await Self.tree()
        let set = "user::rwx,group::r--,other::---,default:user:\(Self.id):rwx"
        let first = try await Self.run(client, "/docs/a", "mode=set&maxRecords=\(size)", set)
        #expect(first.directories == 3 && first.files == 15 && first.failed.isEmpty)
        #expect(first.passes == (18 + size - 1) / size)
        #expect(try await Self.list(client, "/docs/a/c/4") == "user::rwx,group::r--,other::---")
        #expect(try await Self.list(client, "/docs/a/c")?.contains("default:user:\(Self.id):rwx") == true)
        let modify = "user:\(Self.id):r-x"
        #expect(try await Self.run(client, "/docs/a/b", "mode=modify", modify).files == 5)
        #expect(
            try await Self.list(client, "/docs/a/b/0")
                == "user::rwx,user:\(Self.id):r-x,group::r--,mask::r-x,other::---"
        )
        #expect(try await Self.list(client, "/docs/a/c/0") == "user::rwx,group::r--,other::---")
        let remove = "mask,default:user,default:group,user:\(Self.id),group:\(Self.id),default:user:\(Self.id)"
        let last = try await Self.run(client, "/docs/a", "mode=remove&maxRecords=\(size)", remove)
        #expect(last.directories == 3 && last.files == 15)
        #expect(try await Self.list(client, "/docs/a/b/0") == "user::rwx,group::r--,other::---")
    }
    @Test func `the root is changed with all below, and a file alone`() async throws {
        let client = try await Self.tree()
        let all = try await Self.run(client, "/docs/%2F", "mode=modify", "other::--x")
        #expect(all.directories == 4 && all.files == 15)
        #expect(try await Self.list(client, "/docs/%2F") == "user::rwx,group::r-x,other::--x")
        let one = try await Self.run(client, "/docs/a/0", "mode=modify", "other::r--,default:user::rwx")
        #expect(one.directories == 0 && one.files == 1)
    }
    @Test func `what the caller does not own fails, and stops the pass unless told to go on`() async throws {
        let client = try await Self.tree()
        var user = client
        user.identity = .bearer
        let id = client.region.principal.text
        #expect(try await Self.run(client, "/docs/%2F", "mode=modify", "other::rwx").failed.isEmpty)
        for path in ["/docs/a", "/docs/a/b", "/docs/a/b/0", "/docs/a/b/1", "/docs/a/c"] {
            let owned = ["x-ms-owner": id]
            #expect(try await client.path(.patch, path, "action=setAccessControl", headers: owned).status == 200)
        }
        let stopped = try await Self.run(user, "/docs/a", "mode=modify", "other::r-x")
        #expect(stopped.directories == 1 && stopped.files == 0 && stopped.failed == ["a/0"] && stopped.passes == 1)
        let forced = try await Self.run(user, "/docs/a", "mode=modify&forceFlag=true&maxRecords=4", "other::rwx")
        #expect(forced.directories == 3 && forced.files == 2 && forced.failed.count == 13)
        #expect(try await Self.list(client, "/docs/a/b/1") == "user::rw-,group::r--,other::rwx")
        #expect(try await Self.list(client, "/docs/a/c/0")?.hasSuffix("other::rwx") == true)
    }
    @Test(arguments: [
        ("mode=other", "user::rwx", "InvalidQueryParameterValue"), ("", "user::rwx", "MissingRequiredQueryParameter"),
        ("mode=set", "asdf", "InvaldAccessControlList"), ("mode=remove", "user::rwx", "InvaldAccessControlList"),
        ("mode=set&maxRecords=0", "user::rwx", "InvalidQueryParameterValue"),
        ("mode=set&forceFlag=maybe", "user::rwx", "InvalidQueryParameterValue"),
        ("mode=set&continuation=abc", "\(whole)", "InvalidQueryParameterValue"),
        ("mode=set", "user::rwx,group::r--", "SetAclMissingAces"), ("mode=set", "other::rwx", "SetAclMissingAces"),
        ("mode=set", "default:user::rwx,default:group::r-x,default:other::---", "SetAclMissingAces"),
    ]) func `a request that cannot be is refused`(_ query: String, _ list: String, _ code: String) async throws {
        let client = try await Self.tree()
        let all = "action=setAccessControlRecursive&\(query)"
        let answer = try await client.path(.patch, "/docs/a", all, headers: ["x-ms-acl": list])
        #expect(answer.status == 400 && answer.code == code, "\(answer.code ?? "")")
        #expect(try await Self.list(client, "/docs/a") == "user::rwx,group::r-x,other::---")
    }
}
