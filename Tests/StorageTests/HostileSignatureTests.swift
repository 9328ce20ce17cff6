// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Kernel
import Storage
import Testing

/// Signatures and keys past their time, before it, and in other hands, at the doors of all four services.
struct HostileSignatureTests {
    private static let version = "2023-11-03"
    /// A service signature of a blob (`b`), a snapshot (`bs`), a version (`bv`) or a container (`c`), or of a queue, by the
    /// account's key, as Microsoft's Python packages make them for this version; `fields` are further ones.
    private static func signature(
        _ client: StorageClient,
        _ resource: String,
        _ path: String,
        _ fields: [String: String],
        moment: String = ""
    ) -> String {
        let isQueue = resource == "q"
        var sent = fields.merging(["spr": "https,http", "sv": version]) { own, _ in own }
        if !isQueue { sent["sr"] = resource }
        func value(_ name: String) -> String { sent[name] ?? "" }
        let place = "/\(isQueue ? "queue" : "blob")/\(client.account)\(path)"
        var lines = [value("sp"), value("st"), value("se"), place, value("si"), value("sip"), value("spr"), version]
        if !isQueue {
            lines += [resource, moment] + ["ses", "rscc", "rscd", "rsce", "rscl", "rsct"].map(value)
        }
        sent["sig"] = hmacSHA256(Array(lines.joined(separator: "\n").utf8), key: client.key).base64
        return sent.sorted { $0.key < $1.key }.map { "\($0)=\($1.percentEncoded())" }.joined(separator: "&")
    }
    private static let year = ["st": "2025-01-01T00:00:00Z", "se": "2100-01-01T00:00:00Z"]
    private static let answers = [
        "rscc": "no-cache", "rscd": "inline", "rsce": "gzip", "rscl": "fr", "rsct": "text/plain",
        "sip": "127.0.0.0-127.0.0.9",
    ]
    /// What a signature becomes with each of its fields altered, emptied, taken away or doubled, and with one it has not.
    private static func forged(_ signature: String, adding more: [String]) -> [(name: String, query: String)] {
        let fields = signature.split(separator: "&").map(String.init)
        let names = fields.map { $0.prefix { $0 != "=" } }
        let added = (fields + more.filter { !names.contains($0.prefix { $0 != "=" }) }).map { field in
            (name: String(field.prefix { $0 != "=" }), query: signature + "&" + field)
        }
        return HostileRequestTests.altered(signature) + added
    }
    private static let everywhere = [
        "st=2001-01-01T00:00:00Z", "si=writers", "sip=0.0.0.0-255.255.255.255", "skoid=a", "ss=bq",
    ]
    private static let ofBlobs =
        everywhere + ["ses=scope1", "rscc=public", "rscd=inline", "rsce=a", "rscl=fr", "rsct=a%2Fb"]

    @Test func `no field of a service signature can be altered, doubled or added at its door`() async throws {
        let client = try await StorageClient.ready()
        let service = "/blobServices/default"
        #expect(try await client.manage(.put, service, ["properties": ["isVersioningEnabled": true]]).status == 200)
        let version = try #require(try await client.upload("/docs/x", [1])["x-ms-version-id"])
        let snapshot = try #require(try await client.send(.put, "/docs/x", "comp=snapshot")["x-ms-snapshot"])
        let policy = """
            <SignedIdentifiers><SignedIdentifier><Id>readers</Id><AccessPolicy><Expiry>2100-01-01T00:00:00Z</Expiry>\
            <Permission>r</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>
            """
        let set = try await client.send(.put, "/docs", "restype=container&comp=acl", body: Array(policy.utf8))
        #expect(set.status == 200)
        var nobody = client
        nobody.identity = .nobody
        let read = Self.year.merging(["sp": "r"]) { own, _ in own }
        let rows: [(query: String, signature: String)] = [
            ("", Self.signature(client, "b", "/docs/x", read)),
            ("", Self.signature(client, "b", "/docs/x", read.merging(Self.answers) { own, _ in own })),
            ("", Self.signature(client, "c", "/docs", read)),
            ("", Self.signature(client, "c", "/docs", ["si": "readers"])),
            (
                "snapshot=\(snapshot.percentEncoded())&",
                Self.signature(client, "bs", "/docs/x", read, moment: snapshot)
            ),
            (
                "versionid=\(version.percentEncoded())&",
                Self.signature(client, "bv", "/docs/x", read, moment: version)
            ),
        ]
        for (query, signature) in rows {
            let answer = try await nobody.send(.get, "/docs/x", query + signature)
            #expect(answer.body == [1], "\(signature): \(answer.status) \(answer.code ?? "")")
            for (name, forged) in Self.forged(signature, adding: Self.ofBlobs) {
                let answer = try await nobody.send(.get, "/docs/x", query + forged)
                #expect([400, 401, 403].contains(answer.status), "\(name) of \(signature): \(answer.status)")
            }
            #expect(try await nobody.send(.get, "/docs/y", query + signature).status >= 400)
            let put = try await nobody.upload("/docs/x", [2], query: query + signature)
            #expect([400, 403].contains(put.status), "\(put.status)")
        }
        #expect(try await client.send(.get, "/docs/x").body == [1])
    }
    @Test func `no field of a queue's signature can be altered, doubled or added at its door`() async throws {
        let client = try await QueueClient.ready()
        try await client.put("x")
        var nobody = client
        nobody.storage.identity = .nobody
        let fields = Self.year.merging(["sp": "r"]) { own, _ in own }
        for signature in [
            Self.signature(client.storage, "q", "/jobs", fields),
            Self.signature(client.storage, "q", "/jobs", fields.merging(["sip": "127.0.0.1"]) { own, _ in own }),
        ] {
            let peek = "peekonly=true&"
            #expect(try await nobody.send(.get, "/jobs/messages", peek + signature).status == 200)
            for (name, forged) in Self.forged(signature, adding: Self.everywhere) {
                let answer = try await nobody.send(.get, "/jobs/messages", peek + forged)
                #expect([400, 401, 403].contains(answer.status), "\(name) of \(signature): \(answer.status)")
            }
            #expect(try await nobody.send(.get, "/jobs/messages", signature).code == "AuthorizationPermissionMismatch")
            #expect(try await nobody.send(.get, "/others/messages", peek + signature).code == "AuthenticationFailed")
        }
    }

    /// A request that each service answers to whoever may list.
    private static let lists: [(service: StorageService, path: String, query: String)] = [
        (.blob, "/docs", "restype=container&comp=list"), (.dfs, "/", "resource=account"), (.queue, "/", "comp=list"),
        (.table, "/Tables", ""),
    ]
    @Test func `a signature opens from its start until just before its expiry, at every door`() async throws {
        var client = try await StorageClient.ready()
        let signature = try await client.accountSignature(
            services: "bqt",
            start: "2026-01-01T01:00:00Z",
            expiry: "2026-01-01T02:00:00Z"
        )
        client.identity = .nobody
        for (seconds, isOpen) in [
            (0, false), (3_599, false), (3_600, true), (7_199, true), (7_200, false), (86_400, false),
        ] {
            client.region.clock.pass(.seconds(seconds - Int(client.region.clock.now.seconds - 1_767_225_600)))
            for (service, path, query) in Self.lists {
                var fields: HTTPFields = [.accept: "application/json"]
                fields[StorageHeader.version] = "2019-02-02"
                let all = query.isEmpty ? signature : query + "&" + signature
                let answer = try await client.region.send(.get, client.host(service), path, all, fields, [])
                let isRight = isOpen ? answer.status == 200 : answer.code == "AuthenticationFailed"
                #expect(isRight, "\(service) after \(seconds): \(answer.status) \(answer.code ?? "")")
            }
        }
    }
    @Test func `a request signed by a clock fifteen minutes off is refused, at every door`() async throws {
        let client = try await StorageClient.ready()
        for (seconds, isTaken) in [
            (-86_400, false), (-901, false), (-899, true), (0, true), (899, true), (901, false), (86_400, false),
        ] as [(Int64, Bool)] {
            let time = Timestamp(seconds: client.region.clock.now.seconds + seconds)
            for (service, path, query) in Self.lists {
                let answer = try await client.ask(service, .get, path, query, at: time)
                let isRight = isTaken ? answer.status == 200 : answer.code == "AuthenticationFailed"
                #expect(isRight, "\(service) off by \(seconds): \(answer.status) \(answer.code ?? "")")
            }
        }
    }
    @Test func `a recorded request opens nothing once its key was made anew or its time is over, at every door`()
        async throws
    {
        let client = try await StorageClient.ready()
        let recorded = try Self.lists.map { service, path, query in
            (service, path, query, try client.signed(service, .get, path, query))
        }
        func replay() async throws -> [String] {
            var codes: [String] = []
            for (service, path, query, fields) in recorded {
                codes.append(
                    try await client.region.send(.get, client.host(service), path, query, fields, []).code ?? ""
                )
            }
            return codes
        }
        let refused = [String](repeating: "AuthenticationFailed", count: 4)
        #expect(try await replay() == ["", "", "", ""])
        client.region.clock.pass(.seconds(901))
        #expect(try await replay() == refused)
        client.region.clock.pass(.seconds(-901))
        #expect(try await replay() == ["", "", "", ""])
        #expect(try await client.manage(.post, "/regenerateKey", ["keyName": "key2"]).status == 200)
        #expect(try await replay() == ["", "", "", ""])
        #expect(try await client.manage(.post, "/regenerateKey", ["keyName": "key1"]).status == 200)
        #expect(try await replay() == refused)
        client.region.clock.pass(.seconds(-1))
        #expect(try await replay() == refused)
    }
    @Test func `a recorded request does not open another account, service, path or method`() async throws {
        let client = try await StorageClient.ready()
        let other = try await client.neighbour()
        let fields = try client.signed(.blob, .get, "/docs", "restype=container&comp=list")
        let tries: [(HTTPRequest.Method, String, String, String)] = [
            (.get, other.host(.blob), "/docs", "restype=container&comp=list"),
            (.get, client.host(.dfs), "/docs", "resource=filesystem&recursive=true"),
            (.get, client.host(.queue), "/docs", "comp=metadata"), (.get, client.host(.table), "/docs", ""),
            (.get, client.host(.blob), "/others", "restype=container&comp=list"),
            (.get, client.host(.blob), "/docs", "restype=container&comp=list&include=deleted"),
            (.get, client.host(.blob), "/docs", "restype=container&comp=acl"),
            (.delete, client.host(.blob), "/docs", "restype=container"),
        ]
        for (method, host, path, query) in tries {
            let answer = try await client.region.send(method, host, path, query, fields, [])
            #expect(
                [400, 401, 403, 404].contains(answer.status),
                "\(method) \(host)\(path)?\(query): \(answer.status)"
            )
        }
        #expect(try await client.send(.get, "/docs", "restype=container").status == 200)
    }

    @Test func `no operation that takes a source reads another account's without a right`() async throws {
        let client = try await StorageClient.ready()
        let other = try await client.neighbour()
        #expect(try await other.upload("/docs/secret", [7]).status == 201)
        #expect(try await other.createPages("/docs/disk", 512).status == 201)
        #expect(try await client.create("AppendBlob", "/docs/log").status == 201)
        #expect(try await client.createPages("/docs/own", 512).status == 201)
        let base = client.region.plan.address(client.host(of: other.account))
        let own = try await client.signature(container: "docs", permissions: "racwdl")
        let writes = try await other.signature(container: "docs", permissions: "cwdl")
        let before = try await client.storedKeys()
        let asks: [(String, String, String, [String: String])] = [
            ("/docs/log", "comp=appendblock", "/docs/secret", [:]),
            (
                "/docs/own", "comp=page", "/docs/disk",
                ["x-ms-page-write": "update", "x-ms-range": "bytes=0-511", "x-ms-source-range": "bytes=0-511"]
            ),
            ("/docs/own", "comp=incrementalcopy", "/docs/disk?snapshot=2026-01-01T00:00:00.0000000Z", [:]),
            ("/docs/y", "", "/docs/secret", ["x-ms-blob-type": "BlockBlob"]),
            ("/docs/y", "comp=block&blockid=AAAA", "/docs/secret", [:]),
        ]
        for (path, query, source, headers) in asks {
            for signature in ["", own, writes] {
                let mark = source.contains("?") ? "&" : "?"
                let address = base + source + (signature.isEmpty ? "" : mark + signature)
                let all = headers.merging(["x-ms-copy-source": address]) { own, _ in own }
                let answer = try await client.send(.put, path, query, headers: all)
                let isRefused = [401, 403, 404, 409].contains(answer.status)
                #expect(isRefused, "\(query) from \(source) with '\(signature.prefix(20))': \(answer.status)")
            }
        }
        #expect(try await client.storedKeys() == before)
        #expect(try await client.send(.get, "/docs/log").body.isEmpty)
    }
}
