// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

private let content = "InvalidRequestContent"
private let values = "InvalidValuesForRequestParameters"

/// Bodies at the management address, which are read strictly: nothing is passed over and nothing is bent.
struct ManagedBodyTests {
    private static let rule: JSON = [
        "allowedOrigins": ["*"], "allowedMethods": ["GET"], "allowedHeaders": [], "exposedHeaders": [],
        "maxAgeInSeconds": 1,
    ]
    private static func settings(ofRule changes: [String: JSON]) -> JSON {
        ["cors": ["corsRules": [.object((rule.object ?? [:]).merging(changes) { $1 })]]]
    }
    static let wrongSettings: [(JSON, String)] = [
        (["colour": 1], content), (["cors": "x"], content), (["cors": ["rules": []]], content),
        (["cors": ["corsRules": "x"]], content), (settings(ofRule: ["colour": 1]), content),
        (settings(ofRule: ["allowedHeaders": "a"]), content),
        (settings(ofRule: ["allowedOrigins": [1]]), content), (settings(ofRule: ["allowedMethods": ["FOO"]]), values),
        (settings(ofRule: ["allowedMethods": []]), values), (settings(ofRule: ["maxAgeInSeconds": -1]), values),
        (settings(ofRule: ["maxAgeInSeconds": "1"]), values),
        (["cors": ["corsRules": [rule, rule, rule, rule, rule, rule]]], values),
        (settings(ofRule: ["allowedOrigins": []]), values),
        (settings(ofRule: ["allowedOrigins": [.string(long + "a")]]), values),
        (settings(ofRule: ["allowedHeaders": [.string(long + "a")]]), values),
        (settings(ofRule: ["exposedHeaders": ["a*", "b*", "c*"]]), values),
        (settings(ofRule: ["allowedHeaders": .array((0...64).map { .string("h\($0)") })]), values),
        (settings(ofRule: ["exposedHeaders": .array([JSON](repeating: .string(long), count: 8))]), values),
    ]
    private static let long = String(repeating: "a", count: 256)
    @Test(
        "the settings of every service refuse what they do not know",
        arguments: ["/blobServices/default", "/queueServices/default", "/tableServices/default"],
        wrongSettings
    )
    func settings(path: String, refused: (JSON, String)) async throws {
        let client = try await StorageClient.ready()
        let set: JSON = ["properties": ["cors": ["corsRules": [Self.rule]]]]
        #expect(try await client.manage(.put, path, set).status == 200)
        let before = try await client.manage(.get, path).json
        let answer = try await client.manage(.put, path, ["properties": refused.0])
        #expect(answer.status == 400 && answer.code == refused.1, "\(path) \(refused.0)")
        #expect(try await client.manage(.get, path).json == before)
        // What was read can be put back, and a list that is not there takes the rules away.
        #expect(try await client.manage(.put, path, before).json == before)
        let none = try await client.manage(.put, path, ["properties": ["cors": [:]]])
        #expect(none.json["properties"]?["cors"]?["corsRules"]?.array?.isEmpty == true)
    }

    @Test(
        "what lies below an account refuses what it does not know",
        arguments: [
            ("/blobServices/default", ["isVersioningEnabled": "yes"], content),
            ("/blobServices/default", ["deleteRetentionPolicy": ["enabled": "yes", "days": 3]], content),
            ("/blobServices/default", ["deleteRetentionPolicy": ["enabled": true, "day": 3]], content),
            ("/blobServices/default", ["changeFeed": ["enabled": "yes"]], content),
            ("/blobServices/default", ["staticWebsite": ["enabled": "yes"]], content),
            ("/blobServices/default", ["staticWebsite": ["enabled": true, "indexDocument": 1]], content),
            ("/blobServices/default", ["defaultServiceVersion": 2], values),
            ("/blobServices/default", ["restorePolicy": ["enabled": true, "days": 2]], "NotImplemented"),
            ("/blobServices/default/containers/docs", ["colour": 1], content),
            ("/blobServices/default/containers/docs", ["metadata": ["a": 1]], content),
            ("/blobServices/default/containers/docs", ["metadata": "a"], content),
            ("/blobServices/default/containers/docs", ["metadata": ["a-b": "1"]], "InvalidMetadata"),
            ("/blobServices/default/containers/docs", ["publicAccess": true], values),
            ("/blobServices/default/containers/docs", ["denyEncryptionScopeOverride": "no"], content),
            ("/blobServices/default/containers/docs", ["enableNfsV3AllSquash": true], "NotImplemented"),
            ("/blobServices/default/containers/docs", ["blobAccessPointConfiguration": [:]], "NotImplemented"),
            ("/queueServices/default/queues/jobs", ["colour": 1], content),
            ("/queueServices/default/queues/jobs", ["metadata": ["a": 1]], content),
            ("/tableServices/default/tables/people", ["colour": 1], content),
            ("/tableServices/default/tables/people", ["signedIdentifiers": "a"], values),
        ] as [(String, JSON, String)]
    )
    func below(path: String, properties: JSON, code: String) async throws {
        let client = try await StorageClient.ready()
        let made = try await client.manage(.put, path, [:])
        #expect(made.status < 300)
        let before = try await client.manage(.get, path).json
        let answer = try await client.manage(.put, path, ["properties": properties])
        #expect(answer.status == (code == "NotImplemented" ? 501 : 400) && answer.code == code, "\(answer.text)")
        #expect(try await client.manage(.get, path).json == before)
        #expect(try await client.manage(.put, path, before).status == 200)
    }

    @Test(
        "an account's body is neither bent nor passed over",
        arguments: [
            (["tags": ["a": 5]], 400, content), (["tags": ["a": ["b": "c"]]], 400, content),
            (["properties": ["allowCrossTenantReplication": "x"]], 400, values),
            (["properties": ["defaultToOAuthAuthentication": 1]], 400, values),
            (["properties": ["publicNetworkAccess": true]], 400, values),
            (["properties": ["keyPolicy": ["keyExpirationPeriodInDays": "x"]]], 400, values),
            (["properties": ["keyPolicy": ["days": 1]]], 400, content),
            (["properties": ["sasPolicy": ["sasExpirationPeriod": "1.00:00:00", "colour": 1]]], 400, content),
            (["properties": ["encryption": ["keySource": "Foo"]]], 400, values),
            (["properties": ["encryption": ["colour": 1]]], 400, content),
            (["properties": ["encryption": ["services": ["blob": ["keyType": "Service"]]]]], 400, values),
            (["properties": ["encryption": ["services": ["queue": ["keyType": "Foo"]]]]], 400, values),
            (
                ["properties": ["encryption": ["services": ["queue": ["keyType": "Account"]]]]], 409,
                "AccountPropertyCannotBeUpdated"
            ),
            (["sku": ["name": "Premium_LRS"]], 409, "AccountPropertyCannotBeUpdated"),
            (["properties": ["routingPreference": ["routingChoice": "InternetRouting"]]], 501, "NotImplemented"),
            (["properties": ["allowSharedKeyAccessForServices": ["blob": ["enabled": true]]]], 501, "NotImplemented"),
            (["properties": ["allowCrossTenantDelegationSas": true]], 501, "NotImplemented"),
            (["placement": ["zonePlacementPolicy": "Any"]], 501, "NotImplemented"),
        ] as [(JSON, Int, String)]
    )
    func account(body: JSON, status: Int, code: String) async throws {
        let client = try await StorageClient.ready()
        let before = try await client.manage(.get, "").json
        let answer = try await client.manage(.patch, "", body)
        #expect(answer.status == status && answer.code == code, "\(answer.text)")
        #expect(try await client.manage(.get, "").json == before)
    }

    @Test func `members are known in whatever case they are written`() async throws {
        let client = try await StorageClient.ready()
        let answer = try await client.manage(.patch, "", ["Properties": ["AllowSharedKeyAccess": false]])
        #expect(answer.status == 200 && answer.json["properties"]?["allowSharedKeyAccess"]?.bool == false)
    }

    @Test func `the kind of queues' and tables' keys is chosen with the account, shown and kept`() async throws {
        let client = try await StorageClient.ready()
        let services: JSON = ["queue": ["keyType": "account"], "table": ["keyType": "Service", "enabled": true]]
        let body: JSON = [
            "sku": ["name": "Standard_LRS"], "kind": "StorageV2", "location": "francecentral",
            "properties": ["encryption": ["keySource": "Microsoft.Storage", "services": services]],
        ]
        let made = try await client.manage(.put, "", body, account: "lazulikeys")
        let shown = made.json["properties"]?["encryption"]?["services"]
        #expect(shown?["queue"]?["keyType"]?.string == "Account" && shown?["table"]?["keyType"]?.string == "Service")
        #expect(try await client.manage(.put, "", made.json, account: "lazulikeys").json == made.json)
        let plain = try await client.manage(.get, "").json["properties"]?["encryption"]?["services"]
        #expect(plain?["queue"] == nil && plain?["blob"]?["keyType"]?.string == "Account")
    }
}
