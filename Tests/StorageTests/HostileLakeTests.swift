// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Kernel
import Storage
import Testing

/// What a stranger tries against an account with a hierarchical namespace, at both of its doors.
struct HostileLakeTests {
    /// A directory's signature by the account's key, as azure-storage-file-datalake makes it.
    private static func signature(_ client: StorageClient, directory: String, _ permissions: String) -> String {
        let (expiry, version) = ("2100-01-01T00:00:00Z", "2023-11-03")
        let depth = directory.split(separator: "/").count - 1
        let lines =
            [permissions, "", expiry, "/blob/\(client.account)\(directory)", "", "", "https", version, "d"]
            + [String](repeating: "", count: 7)
        let mac = hmacSHA256(Array(lines.joined(separator: "\n").utf8), key: client.key).base64.percentEncoded()
        return "sp=\(permissions)&se=\(expiry)&spr=https&sv=\(version)&sr=d&sdd=\(depth)&sig=\(mac)"
    }
    private static func ready() async throws -> (client: StorageClient, nobody: StorageClient) {
        let client = try await StorageClient.lake()
        #expect(try await client.makeDirectory("/docs/dir").status == 201)
        for name in ["/docs/dir/x", "/docs/other"] { try await client.write(name, [1]) }
        var nobody = client
        nobody.identity = .nobody
        return (client, nobody)
    }
    private static func read(_ client: StorageClient, _ path: String, _ query: String) async throws -> [StorageAnswer] {
        [try await client.send(.get, path, query), try await client.path(.get, path, query)]
    }

    @Test func `no field of a directory's or a user's signature can be altered at either door`() async throws {
        let (client, nobody) = try await Self.ready()
        try await client.assign("Storage Blob Data Reader")
        let delegation = try await DelegationClient(client)
        for signature in [
            Self.signature(client, directory: "/docs/dir", "r"), delegation.signature("b", "/docs/dir/x", "r"),
            delegation.signature("c", "/docs", "r"), delegation.signature("d", "/docs/dir", "r") + "&sdd=1",
        ] {
            for answer in try await Self.read(nobody, "/docs/dir/x", signature) {
                #expect(answer.body == [1], "\(signature): \(answer.code ?? "")")
            }
            for (name, query) in HostileRequestTests.altered(signature) {
                for answer in try await Self.read(nobody, "/docs/dir/x", query) {
                    #expect([400, 401, 403].contains(answer.status), "\(name) of \(signature): \(answer.status)")
                }
            }
        }
    }

    @Test func `a directory's signature opens nothing beside it, and ends with its key`() async throws {
        let (client, nobody) = try await Self.ready()
        let signature = Self.signature(client, directory: "/docs/dir", "rwdl")
        for path in ["/docs/other", "/docs/dirt", "/docs/dir/../other", "/docs/dir%2F..%2Fother"] {
            for answer in try await Self.read(nobody, path, signature) {
                #expect([400, 401, 403, 404].contains(answer.status), "\(path): \(answer.status)")
                #expect(answer.body != [1], "\(path)")
            }
        }
        let out = try await nobody.path(
            .put,
            "/docs/dir/y",
            signature,
            headers: ["x-ms-rename-source": "/docs/other"]
        )
        #expect([401, 403].contains(out.status), "\(out.status)")
        #expect(try await client.manage(.post, "/regenerateKey", ["keyName": "key1"]).status == 200)
        for answer in try await Self.read(nobody, "/docs/dir/x", signature) {
            #expect(answer.code == "AuthenticationFailed")
        }
    }
}
