// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension OtherClientTests {
    @Suite struct DeclaredLengths {
        /// RFC 9113 §8.1.1: a request whose frames are not as long together as its content-length says is malformed.
        ///
        /// No client of HTTP/1.1 can send one and wait for an answer; over HTTP/2 any can.
        @Test func `a body that is shorter or longer than declared changes nothing over HTTP 2`() async throws {
            let account = try await Account.make("lengths4711")
            let signature = try await account.signature()
            func put(_ target: String, _ body: String, declared: Int? = nil) async throws -> Output {
                let length = declared.map { ["--header", "Content-Length: \($0)"] } ?? []
                return try await account.home.run(
                    "curl",
                    [
                        "--silent", "--show-error", "--http2", "--include", "--max-time", "20", "--request", "PUT",
                        "--header", "x-ms-version: 2026-02-06", "--header", "x-ms-blob-type: BlockBlob",
                        "--header", "Content-Type: text/plain", "--data-binary", body,
                    ] + length + ["\(account.url)/\(target)&\(signature)"]
                )
            }
            func state() async throws -> [String] {
                var shown: [String] = []
                // Each is an answer without anything of its own request in it.
                for target in [
                    "docs/it?", "docs/it?comp=blocklist&blocklisttype=all&", "docs?restype=container&comp=list&",
                ] {
                    let reply = try await account.web.send("GET", "\(account.url)/\(target)\(signature)")
                    #expect(reply.status == 200)
                    shown.append("\(target) \(reply.headers["etag"] ?? "") \(reply.body)")
                }
                return shown
            }
            #expect(try await put("docs?restype=container", "").text.contains("HTTP/2 201"))
            #expect(try await put("docs/it?timeout=30", "the body").text.contains("HTTP/2 201"))
            let before = try await state()
            let rest = String(repeating: "x", count: 100_000)
            for (target, body) in [
                ("docs/it?timeout=30", "another body"), ("docs/new?timeout=30", "another body"),
                ("docs/new?timeout=30", rest), ("docs/it?comp=block&blockid=MDAwMQ%3D%3D", "a block"),
                ("docs/it?comp=block&blockid=MDAwMQ%3D%3D", rest),
                ("docs/it?comp=blocklist", "<BlockList></BlockList>"),
            ] {
                for declared in [0, 1, body.utf8.count - 1, body.utf8.count + 1, body.utf8.count + 70_000] {
                    let refused = try await put(target, body, declared: declared)
                    let told = "\(target) \(body.utf8.count) for \(declared): \(refused.report)"
                    #expect(!refused.text.contains("HTTP/2 2"), "\(told)")
                    #expect(try await state() == before, "\(told)")
                }
                #expect(try await account.web.send("GET", "\(account.url)/docs/new?\(signature)").status == 404)
            }
            let whole = try await put("docs/it?timeout=30", "another body", declared: "another body".utf8.count)
            #expect(whole.text.contains("HTTP/2 201"), "\(whole.report)")
            let read = try await account.web.send("GET", "\(account.url)/docs/it?\(signature)")
            #expect(read.body == "another body")
            try await account.remove()
        }
    }
}
