// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Sizes that are only said: up to 190 TiB, the longest block blob there is, and beyond what fits a number.
///
/// They are refused, or cost nothing.
struct DeclaredSizeTests {
    private static let tebibyte: Int64 = 1 << 40
    private static let longest = 190 * tebibyte

    /// A body that is declared, and never sent: what is too long is refused before it is waited for.
    private static let bodies:
        [(name: String, StorageService, HTTPRequest.Method, String, String, [String: String], max: Int64)] = [
            ("Put Blob", .blob, .put, "/docs/y", "", ["x-ms-blob-type": "BlockBlob"], 5_000 << 20),
            ("Put Block", .blob, .put, "/docs/y", "comp=block&blockid=AAAA", [:], 4_000 << 20),
            ("Append Block", .blob, .put, "/docs/log", "comp=appendblock", [:], 100 << 20),
            ("Put Block List", .blob, .put, "/docs/y", "comp=blocklist", [:], 8 << 20),
            ("Set Container ACL", .blob, .put, "/docs", "restype=container&comp=acl", [:], 1 << 20),
            ("Blob Batch", .blob, .post, "/", "comp=batch", ["Content-Type": BatchTests.type], 4 << 20),
            ("Query Blob Contents", .blob, .post, "/docs/x", "comp=query", [:], 2 << 20),
            ("Insert Entity", .table, .post, "/people", "", ["Content-Type": "application/json"], 4 << 20),
        ]

    @Test func `a body over its limit is refused by its declared length`() async throws {
        let client = try await Self.ready()
        let before = try await client.storedKeys()
        for (name, service, method, path, query, headers, max) in Self.bodies {
            for length in [max + 1, Self.longest, Self.longest + 1, .max] {
                let answer = try await client.ask(service, method, path, query, headers: headers, declared: length)
                #expect(answer.status == 413, "\(name) of \(length): \(answer.status) \(answer.code ?? "")")
            }
        }
        #expect(try await client.storedKeys() == before)
    }
    @Test func `a page blob of eight tebibytes costs nothing, a longer one is refused`() async throws {
        let client = try await Self.ready()
        #expect(try await client.createPages("/docs/disk", 8 * Self.tebibyte).status == 201)
        let head = try await client.send(.head, "/docs/disk")
        #expect(head["Content-Length"] == String(8 * Self.tebibyte) || head.length == 8 * Self.tebibyte)
        let end = 8 * Self.tebibyte - 512
        #expect(try await client.write("/docs/disk", end, client.bytes(512)).status == 201)
        #expect(try await client.ranges("/docs/disk").pages == [end..<end + 512])
        let tail = try await client.send(.get, "/docs/disk", headers: ["Range": "bytes=\(end - 512)-"])
        #expect(tail.status == 206 && tail.body.count == 1_024 && tail.body.prefix(512).allSatisfy { $0 == 0 })
        for length in [
            "\(8 * Self.tebibyte + 512)", "\(Self.longest)", "9223372036854775296", "9223372036854775807",
            "9223372036854775808", "18446744073709551616", "-512", "511", "1e3", "0x200", "",
        ] {
            let headers = ["x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": length]
            let made = try await client.send(.put, "/docs/other", headers: headers)
            #expect(made.status == 400, "made with '\(length)': \(made.status)")
            let resized = try await client.send(
                .put,
                "/docs/disk",
                "comp=properties",
                headers: ["x-ms-blob-content-length": length]
            )
            #expect(resized.status == 400, "resized to '\(length)': \(resized.status)")
        }
        #expect(try await client.send(.head, "/docs/other").status == 404)
        #expect(try await client.ranges("/docs/disk").pages == [end..<end + 512])
    }
    @Test func `a page write far behind the end is refused`() async throws {
        let client = try await Self.ready()
        #expect(try await client.createPages("/docs/disk", 1_024).status == 201)
        for start in [1_024, Self.longest, .max - 1_023] as [Int64] {
            let wrote = try await client.write("/docs/disk", start, client.bytes(512))
            #expect([400, 416].contains(wrote.status), "\(start): \(wrote.status)")
            let cleared = try await client.clear("/docs/disk", start..<start + 512)
            #expect([400, 416].contains(cleared.status), "\(start): \(cleared.status)")
        }
        #expect(try await client.clear("/docs/disk", 0..<8 * Self.tebibyte).status >= 400)
        #expect(try await client.ranges("/docs/disk").pages.isEmpty)
    }
    @Test func `ranges of any size are cut to the blob or refused`() async throws {
        let client = try await Self.ready()
        for (range, status, count) in [
            ("bytes=0-\(Self.longest)", 206, 3), ("bytes=0-9223372036854775806", 206, 3), ("bytes=2-", 206, 1),
            ("bytes=3-", 416, 0), ("bytes=\(Self.longest)-", 416, 0), ("bytes=9223372036854775807-", 416, 0),
            // Not of the form the service reads: the whole blob.
            ("bytes=0-9223372036854775808", 200, 3), ("bytes=9223372036854775808-", 200, 3), ("bytes=-1", 200, 3),
            ("bytes=1-0", 200, 3), ("octets=0-1", 200, 3),
        ] {
            let answer = try await client.send(.get, "/docs/x", headers: ["x-ms-range": range])
            #expect(answer.status == status, "\(range): \(answer.status)")
            #expect(status == 416 || answer.body.count == count, "\(range): \(answer.body.count)")
        }
    }
    @Test func `conditions on length and position take any number and nothing else`() async throws {
        let client = try await Self.ready()
        for (value, code) in [
            ("\(Self.longest)", "AppendPositionConditionNotMet"),
            ("9223372036854775807", "AppendPositionConditionNotMet"), ("9223372036854775808", "InvalidHeaderValue"),
            ("-1", "InvalidHeaderValue"), ("one", "InvalidHeaderValue"),
        ] {
            let headers = ["x-ms-blob-condition-appendpos": value]
            #expect(try await client.append("/docs/log", [1], headers).code == code, "\(value)")
        }
        #expect(
            try await client.append("/docs/log", [1], ["x-ms-blob-condition-maxsize": "\(Int64.max)"]).status == 201
        )
    }
    @Test func `a file is appended to anywhere, and flushed only where it is whole`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/f", [1, 2])
        for position in ["-1", "9223372036854775808", "x", "", "1.5"] {
            let answer = try await client.path(.patch, "/docs/f", "action=append&position=\(position)", body: [1])
            #expect(answer.status == 400, "\(position): \(answer.status)")
            let flushed = try await client.path(.patch, "/docs/f", "action=flush&position=\(position)")
            #expect(flushed.status == 400, "\(position): \(flushed.status)")
        }
        for position in [Self.longest, .max] as [Int64] {
            let answer = try await client.path(.patch, "/docs/f", "action=append&position=\(position)", body: [1])
            #expect(answer.status < 500, "\(position): \(answer.status)")
            for end in [position, position == .max ? position : position + 1] {
                let flushed = try await client.path(.patch, "/docs/f", "action=flush&position=\(end)")
                #expect(flushed.status == 400, "\(end): \(flushed.status)")
            }
        }
        #expect(try await client.path(.get, "/docs/f").body == [1, 2])
        let head = ["x-ms-blob-type": "BlockBlob"]
        for length in [Self.longest, .max] as [Int64] {
            let answer = try await client.ask(
                .dfs,
                .patch,
                "/docs/f",
                "action=append&position=2",
                headers: head,
                declared: length
            )
            #expect(answer.status == 413, "\(length): \(answer.status)")
        }
    }

    private static func ready() async throws -> StorageClient {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1, 2, 3]).status == 201)
        #expect(try await client.create("AppendBlob", "/docs/log").status == 201)
        #expect(try await TableClient(storage: client).create("people").status == 201)
        return client
    }
}
