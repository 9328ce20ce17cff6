// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension OtherClientTests {
    @Suite struct Continuations {
        /// As the C++ SDK and Node send what they upload: not a byte of a body before they are told to go on.
        @Test(arguments: ["--http1.1", "--http2"])
        func `who waits for the word to send a body gets it, unless the head is refused`(version: String) async throws {
            let account = try await Account.make("continue4711")
            let signature = try await account.signature()
            func put(_ target: String, body: String) async throws -> Output {
                try await account.home.run(
                    "curl",
                    [
                        "--silent", "--show-error", version, "--include", "--expect100-timeout",
                        "50", "--max-time", "20", "--request", "PUT", "--header", "Expect: 100-continue", "--header",
                        "x-ms-version: 2026-02-06", "--header", "x-ms-blob-type: BlockBlob", "--data-binary", body,
                        "\(account.url)/\(target)",
                    ]
                )
            }
            #expect(try await put("docs?restype=container&\(signature)", body: "").text.contains(" 201"))
            let made = try await put("docs/it?\(signature)", body: "the body")
            #expect(made.status == 0 && made.text.contains(" 100") && made.text.contains(" 201"), "\(made.report)")
            let refused = try await put("docs/it?\(signature)x", body: "the body")
            #expect(!refused.text.contains(" 100") && refused.text.contains(" 403"), "\(refused.report)")
            let read = try await account.web.send("GET", "\(account.url)/docs/it?\(signature)")
            #expect(read.body == "the body")
            try await account.remove()
        }
    }
}
