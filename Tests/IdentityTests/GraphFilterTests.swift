// SPDX-License-Identifier: Apache-2.0
import Base
import Identity
import Kernel
import Testing

@Suite struct GraphFilterTests {
    private let zoe: [String: JSON] = [
        "displayName": "Zoé O'Neil", "userPrincipalName": "zoe@example.org", "accountEnabled": true, "mail": nil,
        "servicePrincipalNames": ["api://ledger", "1111"], "web": ["homePageUrl": "https://x"],
    ]

    @Test(arguments: [
        "userPrincipalName eq 'zoe@example.org'", "userPrincipalName eq 'ZOE@example.org'",
        "displayName eq 'zoé o''neil'", "startswith(displayName,'zo')", "startsWith( displayName , 'Zoé' )",
        "servicePrincipalNames/any(c:c eq 'api://ledger')", "identifierUris/any(s:s eq 'x') or accountEnabled eq true",
        "startswith(displayName,'z') and userPrincipalName eq 'zoe@example.org'", "not (accountEnabled eq false)",
        "mail eq null", "mail ne 'x'", "userPrincipalName in ('a','zoe@example.org')", "web/homePageUrl eq 'https://x'",
        "(accountEnabled eq true and (mail eq null))",
    ])
    func `what fits passes`(_ filter: String) throws { #expect(try GraphFilter(filter).matches(zoe)) }

    @Test(arguments: [
        "userPrincipalName eq 'zoe'", "startswith(displayName,'oé')", "servicePrincipalNames/any(c:c eq 'ledger')",
        "accountEnabled eq false", "accountEnabled eq 'true'",
        "displayName eq 'x' or mail eq 'y' and accountEnabled eq true",
        "nothing eq 'x'", "mail in ('a')",
    ])
    func `what does not fit is left out`(_ filter: String) throws { #expect(try !GraphFilter(filter).matches(zoe)) }

    @Test(arguments: [
        "", "displayName", "displayName eq", "displayName eq 'x", "eq 'x'", "displayName like 'x'",
        "startswith(displayName)",
        "startswith(displayName,x)", "displayName eq 'x' and", "displayName eq 'x')", "(displayName eq 'x'",
        "a/any(c:d eq 'x')", "a/any(c:c ne 'x')", "displayName eq 'x' displayName eq 'y'", "not not a eq 'x'",
        String(repeating: "(", count: 40) + "a eq 1" + String(repeating: ")", count: 40),
    ])
    func `what cannot be read is Graph's own error`(_ filter: String) {
        let error = #expect(throws: ServiceError.self) { try GraphFilter(filter) }
        #expect(error?.status == 400)
        #expect(error?.code == "Request_UnsupportedQuery")
    }

    @Test func `and binds stronger than or`() throws {
        let filter = try GraphFilter("a eq 1 or b eq 2 and c eq 3")
        #expect(filter.matches(["a": 1]))
        #expect(!filter.matches(["b": 2]))
        #expect(filter.matches(["b": 2, "c": 3]))
    }

    @Test func `the conditions a lookup may start from are those that all must hold`() throws {
        #expect(try GraphFilter("a eq 1 and b eq 2 and (c eq 3 or d eq 4)").conjuncts.count == 3)
        #expect(try GraphFilter("a eq 1 or b eq 2").conjuncts.count == 1)
        #expect(try GraphFilter("a eq 1 and web/x eq 'y' or not startswith(c,'d')").properties == ["a", "web", "c"])
    }
}

@Suite struct EntityKeyTests {
    @Test func `a key in parentheses names an object by one of its properties`() throws {
        let application = try #require(EntityKey("applications(appId='11111111-2222-3333-4444-555555555555')"))
        #expect(application.kind == .application)
        #expect(application.property == "appid")
        #expect(application.value == "11111111-2222-3333-4444-555555555555")
        let user = try #require(EntityKey("users('o''neil@example.org')"))
        #expect(user.kind == .user)
        #expect(user.property == nil)
        #expect(user.value == "o'neil@example.org")
    }
    @Test(arguments: ["users", "planets('x')", "users()", "users('')", "users(x)", "users('x'", "(appId='x')"])
    func `other segments are none`(_ segment: String) { #expect(EntityKey(segment) == nil) }
}
