// SPDX-License-Identifier: Apache-2.0
import Base
import Storage
import Testing

struct ContainerPoliciesTests {
    func parse(_ inner: String) throws -> [StoredPolicy] {
        try ContainerPolicies.parse(Array("<SignedIdentifiers>\(inner)</SignedIdentifiers>".utf8))
    }
    func policy(_ id: String, _ inner: String = "") -> String {
        "<SignedIdentifier><Id>\(id)</Id><AccessPolicy>\(inner)</AccessPolicy></SignedIdentifier>"
    }

    @Test func `policies are read and written again in the service's form`() throws {
        let times = "<Start>2030-01-01</Start><Expiry>2030-02-01T00:00Z</Expiry><Permission>rl</Permission>"
        let policies = try parse(policy("readers", times) + policy("empty", "<Start></Start>"))
        #expect(policies.first?.start == Timestamp(iso8601: "2030-01-01T00:00:00Z"))
        #expect(
            String(decoding: try ContainerPolicies.body(policies), as: UTF8.self)
                == joined(
                    #"<?xml version="1.0" encoding="utf-8"?><SignedIdentifiers><SignedIdentifier><Id>readers</Id>"#,
                    "<AccessPolicy><Start>2030-01-01T00:00:00.0000000Z</Start>",
                    "<Expiry>2030-02-01T00:00:00.0000000Z</Expiry>",
                    "<Permission>rl</Permission></AccessPolicy></SignedIdentifier><SignedIdentifier><Id>empty</Id>",
                    "</SignedIdentifier></SignedIdentifiers>"
                )
        )
        let queue = String(decoding: try ContainerPolicies.body(policies, of: .queue), as: UTF8.self)
        #expect(queue.contains("<Id>empty</Id><AccessPolicy></AccessPolicy>"))
    }

    @Test func `no body and an empty list clear the policies`() throws {
        #expect(try ContainerPolicies.parse([]).isEmpty)
        #expect(try parse("").isEmpty)
    }

    @Test func `a container has at most five policies with ids of their own`() throws {
        let five = (1...5).map { policy("p\($0)") }.joined()
        #expect(try parse(five).count == 5)
        let refused = [
            (five + policy("p6"), "InvalidXmlDocument"), (policy("a") + policy("a"), "InvalidXmlDocument"),
            (policy(""), "InvalidXmlDocument"), (policy(String(repeating: "a", count: 65)), "InvalidXmlDocument"),
            (policy("a", "<Permission>z</Permission>"), "InvalidXmlNodeValue"),
            (policy("a", "<Expiry>soon</Expiry>"), "InvalidXmlNodeValue"),
            (policy("a", "<Other/>"), "InvalidXmlDocument"),
            ("<SignedIdentifier/>", "MissingRequiredXmlNode"),
        ]
        for (inner, code) in refused { #expect(Fixture.code { try parse(inner) } == code, "\(inner)") }
    }
}
