// SPDX-License-Identifier: Apache-2.0
import Base
import Clients
import Testing

extension OtherClientTests {
    /// What clients read of an error beside its code: elements of their own, and the version that was spoken.
    @Suite struct ErrorForms {
        @Test func `errors tell what they are about, and the version spoken unless nobody came in`() async throws {
            let account = try await Account.make("errors4711")
            let signature = try await account.signature()
            let version = ["x-ms-version: 2026-02-06"]
            func get(_ target: String) async throws -> Reply {
                try await account.web.send("GET", "\(account.url)/\(target)", headers: version)
            }
            let bad = try await get("?comp=list&maxresults=none&\(signature)")
            #expect(bad.status == 400 && bad.headers["x-ms-version"] == "2026-02-06", "\(bad)")
            #expect(bad.body.contains("<QueryParameterName>maxresults</QueryParameterName>"), "\(bad)")
            #expect(bad.body.contains("<QueryParameterValue>none</QueryParameterValue>"), "\(bad)")
            let missing = try await get("none?restype=container&\(signature)")
            #expect(missing.status == 404 && missing.headers["x-ms-version"] == "2026-02-06", "\(missing)")
            let stranger = try await get("none?restype=container&\(signature)x")
            #expect(stranger.status == 403 && stranger.headers["x-ms-version"] == nil, "\(stranger)")
            #expect(stranger.body.contains("<AuthenticationErrorDetail>"), "\(stranger)")

            let token = "Authorization: Bearer \(try await account.web.token(for: "https://storage.azure.com"))"
            let dfs = account.url.replacing(".blob.", with: ".dfs.")
            let path = try await account.web.send(
                "PUT",
                "\(dfs)/docs/a?resource=directory&\(signature)",
                headers: version + ["x-ms-properties: a=?"]
            )
            let error = try JSON(parsing: Array(path.body.utf8))["error"]
            #expect(error?["code"]?.string == path.headers["x-ms-error-code"] && path.status >= 400, "\(path)")
            let table = try await account.web.send(
                "GET",
                account.url.replacing(".blob.", with: ".table.") + "/none()",
                headers: version + [token, "Accept: application/json;odata=nometadata"]
            )
            #expect(table.status == 403, "\(table)")
            let type = "application/json;odata=nometadata;streaming=true;charset=utf-8"
            #expect(table.headers["content-type"] == type, "\(table)")
            try await account.remove()
        }
    }
}
