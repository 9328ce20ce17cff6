// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Pages of other origins at the Data Lake surface, whose rules are the Blob service's.
struct LakeOriginTests {
    @Test func `pages that the rules of the Blob service let in may work with paths`() async throws {
        let client = try await StorageClient.lake()
        try await client.write("/docs/a", [1, 2, 3])
        let rule: JSON = [
            "allowedOrigins": ["https://a.example"], "allowedMethods": ["PATCH", "GET"], "allowedHeaders": ["x-ms-*"],
            "exposedHeaders": ["x-ms-*"], "maxAgeInSeconds": 60,
        ]
        let rules: JSON = ["properties": ["cors": ["corsRules": [rule]]]]
        #expect(try await client.manage(.put, "/blobServices/default", rules).status == 200)
        var page = client
        page.identity = .nobody
        var asked = ["Origin": "https://a.example", "Access-Control-Request-Method": "PATCH"]
        asked["Access-Control-Request-Headers"] = "x-ms-date,x-ms-version"
        let allowed = try await page.path(.options, "/docs/a", "action=append&position=0", headers: asked)
        #expect(allowed.status == 200 && allowed["Access-Control-Allow-Methods"] == "PATCH")
        asked["Origin"] = "https://b.example"
        #expect(try await page.path(.options, "/docs/a", headers: asked).code == "CorsPreflightFailure")
    }
}
