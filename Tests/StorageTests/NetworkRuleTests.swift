// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Network rules of accounts: set at the management address, enforced at every door of their data.
struct NetworkRuleTests {
    /// What a visitor of the account's site is told, who comes from `address`.
    private func visit(_ client: StorageClient, from address: String) async throws -> StorageAnswer {
        let host = "\(client.account).web.\(client.region.plan.primary.storage)"
        return try await client.region.send(.get, host, "/", "", [:], [], from: address)
    }

    @Test func `rules of both families let their addresses in, and no others`() async throws {
        let client = try await WebsiteJourneyTests.ready()
        try await client.change([
            "networkAcls": [
                "defaultAction": "Deny", "ipRules": [["value": "10.1.2.0/24", "action": "Allow"]],
                "ipv6Rules": [["value": "2001:db8:1::/48"], ["value": "::1"]],
            ]
        ])
        for (address, status) in [
            ("10.1.2.200", 200), ("::ffff:10.1.2.3", 200), ("10.1.3.1", 403), ("2001:db8:1:2::7", 200),
            ("2001:db8:2::7", 403), ("::1", 200), ("::2", 403), ("127.0.0.1", 403),
        ] {
            let answer = try await visit(client, from: address)
            #expect(answer.status == status, "\(address)")
            #expect(status == 200 || answer.code == "AuthorizationFailure", "\(address)")
        }
        let shown = try await client.manage(.get, "").json["properties"]?["networkAcls"]
        #expect(shown?["ipRules"]?.array?.map { $0["value"]?.string } == ["10.1.2.0/24"])
        #expect(shown?["ipv6Rules"]?.array?.map { $0["value"]?.string } == ["2001:db8:1::/48", "::1"])
        // What says nothing of the default does not open the account.
        try await client.change(["networkAcls": ["ipv6Rules": [["value": "::1"]]]])
        #expect(try await visit(client, from: "10.1.2.200").status == 403)
        try await client.change(["networkAcls": ["defaultAction": "Allow"]])
        #expect(try await visit(client, from: "10.1.2.200").status == 200)
    }

    @Test(
        "rules that are not understood are refused, and the account stays closed",
        arguments: [
            ("x", "InvalidRequestContent"), (["colour": 1], "InvalidRequestContent"),
            (["defaultAction": "Dent"], "InvalidValuesForRequestParameters"),
            (["defaultAction": 1], "InvalidValuesForRequestParameters"),
            (["ipRules": "10.0.0.1"], "InvalidRequestContent"), (["ipRules": ["10.0.0.1"]], "InvalidRequestContent"),
            (["ipRules": [["value": "10.0.0.1", "action": "Deny"]]], "InvalidValuesForRequestParameters"),
            (["ipRules": [["address": "10.0.0.1"]]], "InvalidRequestContent"),
            (["ipRules": [["value": "10.0.0.1/33"]]], "InvalidIPAddressOrRange"),
            (["ipRules": [["value": "2001:db8::/32"]]], "InvalidIPAddressOrRange"),
            (["ipv6Rules": [["value": "10.0.0.1"]]], "InvalidIPAddressOrRange"),
            (["ipv6Rules": [["value": "::ffff:10.0.0.1"]]], "InvalidIPAddressOrRange"),
            (["ipv6Rules": [["value": "2001:db8::/129"]]], "InvalidIPAddressOrRange"),
            (["bypass": "Everything"], "InvalidValuesForRequestParameters"),
            (["bypass": ""], "InvalidValuesForRequestParameters"),
            (["virtualNetworkRules": [["id": "x"]]], "NotImplemented"),
            (["resourceAccessRules": [["tenantId": "x"]]], "NotImplemented"),
        ] as [(JSON, String)]
    )
    func refused(rules: JSON, code: String) async throws {
        let client = try await StorageClient.ready()
        try await client.change(["networkAcls": ["defaultAction": "Deny", "bypass": "logging,Metrics"]])
        let before = try await client.manage(.get, "").json
        #expect(before["properties"]?["networkAcls"]?["bypass"]?.string == "Logging, Metrics")
        #expect(try await client.manage(.patch, "", ["properties": ["networkAcls": rules]]).code == code)
        #expect(try await client.manage(.get, "").json == before)
        #expect(try await client.send(.get, "/", "comp=list").code == "AuthorizationFailure")
    }
}
