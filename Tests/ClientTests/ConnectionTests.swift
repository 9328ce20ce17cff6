// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension OtherClientTests {
    @Suite struct Connections {
        @Test func `who waits to hear whether its body is wanted hears it before it sends`() async throws {
            let account = try await Account.make("expect4711")
            let signature = try await account.signature()
            let headers = [BadRequest.version, "x-ms-blob-type: BlockBlob", "Expect: 100-continue"]
            // curl would send after that time all the same; it is told to give up before.
            let options = ["--http1.1", "--expect100-timeout", "100", "--max-time", "30"]
            let made = try await account.web.send(
                "PUT",
                "\(account.url)/docs?restype=container&\(signature)",
                headers: [BadRequest.version]
            )
            try #require(made.status == 201, "\(made)")
            for (query, status) in [(signature, 201), ("sv=2021-08-06&sig=none", 403)] {
                let reply = try await account.web.send(
                    "PUT",
                    "\(account.url)/docs/it?\(query)",
                    headers: headers,
                    body: [UInt8](repeating: 65, count: 100_000),
                    options: options
                )
                #expect(reply.status == status, "\(reply)\n\(account.home.region.log)")
            }
            try await account.remove()
        }
    }
}
