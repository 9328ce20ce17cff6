// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension OtherClientTests {
    @Suite struct LongAnswers {
        /// Longer than what the gateway hands to TLS at once: it goes out in several portions.
        @Test(arguments: ["--http1.1", "--http2"]) func `a long list comes whole`(_ version: String) async throws {
            let account = try await Account.make("longlists\(version.suffix(1))")
            let signature = try await account.signature()
            func curl(_ arguments: [String], _ target: String) async throws -> Output {
                try await account.home.run(
                    "curl",
                    ["--silent", "--show-error", "--fail", "--max-time", "20", "--header", "x-ms-version: 2026-02-06"]
                        + arguments + [version, "\(account.url)/\(target)&\(signature)"]
                )
            }
            _ = try await curl(["--request", "PUT", "--data-binary", ""], "docs?restype=container")
            let note = String(repeating: "n", count: 7_000)
            let headers = ["--header", "x-ms-blob-type: BlockBlob", "--header", "x-ms-meta-note: \(note)"]
            for number in 0..<40 {
                _ = try await curl(headers + ["--request", "PUT", "--data-binary", ""], "docs/\(number)?timeout=30")
            }
            let list = try await curl([], "docs?restype=container&comp=list&include=metadata")
            #expect(list.text.ranges(of: "<note>\(note)</note>").count == 40)
            #expect(list.text.hasSuffix("</EnumerationResults>"))
            try await account.remove()
        }
    }
}
