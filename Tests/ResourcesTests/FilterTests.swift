// SPDX-License-Identifier: Apache-2.0
import Kernel
import Resources
import Testing

@Suite struct FilterTests {
    private static let account: [String: String] = [
        "resourcetype": "Microsoft.Storage/storageAccounts", "name": "photos", "resourcegroup": "Shop",
        "location": "francecentral",
    ]

    @Test(
        "a filter takes the resource it describes",
        arguments: [
            ("resourceType eq 'Microsoft.Storage/storageAccounts'", true),
            ("ResourceType eq 'microsoft.storage/STORAGEACCOUNTS' and name eq 'photos'", true),
            ("resourceGroup eq 'shop'", true),
            ("resourceGroup eq 'other'", false),
            ("name ne 'photos'", false),
            ("substringof('hot', name)", true),
            ("substringof('cold', name)", false),
            ("startswith(name, 'pho')", true),
            ("name eq 'a' or name eq 'photos'", true),
            ("name eq 'a' or name eq 'photos' and location eq 'francesouth'", false),
            ("(name eq 'a' or name eq 'photos') and location eq francecentral", true),
            ("tagName eq 'env'", true),
            ("tagname eq 'env' and tagvalue eq 'test'", true),
            ("tagName eq 'env' and tagValue eq 'me'", false),
            ("startswith(tagname, 'en')", true),
            ("tagName eq 'it''s' and tagValue eq ''", true),
        ]
    )
    func takes(text: String, expected: Bool) throws {
        let filter = try #require(try FilterParser.parse(text))
        let tags = ["env": "test", "owner": "me", "it's": ""]
        #expect(filter.holds(tags: tags) { Self.account[$0] } == expected)
    }

    @Test(
        "what is no filter is refused with the service's code",
        arguments: [
            "name", "name eq", "name eq 'open", "eq 'a'", "name eq 'a' and", "(name eq 'a'", "name eq 'a')",
            "name is 'a'",
            "name eq 'a' name eq 'b'", "substringof('a' name)", "not (name eq 'a')", "and", "''", ")",
            String(repeating: "(", count: 100) + "name eq 'a'" + String(repeating: ")", count: 100),
            "name eq '" + String(repeating: "a", count: 10_000) + "'",
        ]
    )
    func refuses(text: String) {
        #expect { try FilterParser.parse(text) } throws: { error in
            (error as? ServiceError)?.status == 400 && (error as? ServiceError)?.code == "InvalidFilterInQueryString"
        }
    }

    @Test func `a field or function the list does not know is refused`() {
        for text in ["colour eq 'red'", "atScope()", "name eq 'a' or colour eq 'red'"] {
            #expect(throws: ServiceError.self) { try FilterParser.parse(text, fields: ["name"]) }
        }
    }

    @Test func `an empty filter is none`() throws {
        for text in [nil, "", "   "] { #expect(try FilterParser.parse(text) == nil) }
    }

    @Test func `only conditions that must all hold form a conjunction`() throws {
        let all = try FilterParser.parse("name eq 'a' and (location eq 'b' and kind eq 'c')")
        #expect(all?.conjunction?.count == 3)
        let any = try FilterParser.parse("name eq 'a' and (location eq 'b' or kind eq 'c')")
        #expect(any?.conjunction == nil)
    }
}
