// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel
import Testing

/// Path-style addresses lie on the host of the region's own pages.
struct SharedOriginTests {
    @Test func `a page among blobs gets an origin of its own where its address is of the region's own host`()
        async throws
    {
        let client = try await StorageClient.ready()
        let page = Array("<script>1</script>".utf8)
        #expect(try await client.upload("/docs/x", page, ["x-ms-blob-content-type": "text/html"]).status == 201)
        let signature = try await client.signature(container: "docs", permissions: "r")
        var nobody = client
        nobody.identity = .nobody
        let path = "/\(client.account)/docs/x"
        let byPath = try await nobody.send(.get, path, signature, host: client.region.plan.domain)
        #expect(byPath.status == 200 && byPath.body == page)
        #expect(byPath["Content-Security-Policy"] == "sandbox")
        let byHost = try await nobody.send(.get, "/docs/x", signature)
        #expect(byHost.status == 200 && byHost["Content-Security-Policy"] == nil)
    }
}
