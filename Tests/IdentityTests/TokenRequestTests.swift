// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Identity
import Kernel
import Testing

@Suite struct TokenRequestTests {
    private static let client = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
    private static let arm = "scope=https%3A%2F%2Fmanagement.example%2F%2F.default"

    private func request(_ form: String, authorization: String? = nil) throws -> TokenRequest {
        try TokenRequest(try FormBody(Array(form.utf8)), authorization: authorization)
    }
    private func refusal(_ form: String) -> ServiceError? {
        #expect(throws: ServiceError.self) { try request(form) }
    }

    @Test func `a secret comes in the form or in the header`() throws {
        let inForm = try request(
            "grant_type=client_credentials&client_id=\(Self.client)&client_secret=a+b%2B&\(Self.arm)"
        )
        #expect(inForm.clientSecret?.matches(Array("a b+".utf8)) == true)
        let basic = "Basic " + Array("\(Self.client):a%2Fb".utf8).base64
        let inHeader = try request("grant_type=client_credentials&\(Self.arm)", authorization: basic)
        #expect(inHeader.clientSecret?.matches(Array("a/b".utf8)) == true)
        #expect(inHeader.client.lowercaseText == Self.client)
    }

    @Test func `a device code is taken under both names MSAL sends`() throws {
        let grant = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code&client_id=\(Self.client)"
        for field in ["code=xyz", "device_code=xyz", "code=xyz&device_code=xyz"] {
            guard case .deviceCode("xyz") = try request("\(grant)&\(field)").grant else {
                Issue.record("\(field) was not taken")
                continue
            }
        }
        #expect(refusal(grant)?.number == 900_144)
    }

    @Test func `a v1 request names a resource in place of scopes`() throws {
        let request = try request(
            "grant_type=client_credentials&client_id=\(Self.client)&client_secret=s&resource=https%3A%2F%2Fmanagement.example%2F"
        )
        #expect(request.scope.isVersionOne)
        #expect(request.scope.resource == "https://management.example/")
    }

    @Test(arguments: [
        ("client_id=\(client)", "invalid_request", 900_144),
        ("grant_type=password&username=a&password=b", "invalid_request", 900_144),
        ("grant_type=password&client_id=\(client)&username=a&\(arm)", "invalid_request", 900_144),
        ("grant_type=client_credentials&client_id=\(client)&client_secret=s", "invalid_request", 900_144),
        ("grant_type=magic&client_id=\(client)&\(arm)", "unsupported_grant_type", 70_003),
        ("grant_type=client_credentials&client_id=nobody&\(arm)", "unauthorized_client", 700_016),
        ("grant_type=client_credentials&client_id=\(client)&scope=User.Read", "invalid_scope", 1_002_012),
        ("grant_type=client_credentials&client_id=\(client)&client_id=\(client)", "invalid_request", 90_013),
        ("grant_type=%zz&client_id=\(client)", "invalid_request", 90_013),
    ])
    func `what is missing or wrong is named as Entra names it`(_ form: String, _ code: String, _ number: Int) {
        let error = refusal(form)
        #expect(error?.code == code)
        #expect(error?.number == number)
        #expect(error?.message.hasPrefix("AADSTS\(number): ") == true)
    }

    @Test(arguments: [
        "grant_type=client_credentials&client_id=\(client)&client_assertion=x&client_assertion_type=y&\(arm)",
        "grant_type=authorization_code&client_id=\(client)&code=x&\(arm)",
    ])
    func `what is not built says so`(_ form: String) { #expect(refusal(form)?.status == 501) }

    @Test func `a form with too many fields is refused`() {
        let form = (0...64).map { "f\($0)=1" }.joined(separator: "&")
        #expect(refusal(form)?.number == 90_013)
    }
}

@Suite struct TenantHintTests {
    @Test func `a tenant is named by id, by domain, or left open`() throws {
        let id = try #require(TenantID(text: "72f988bf-86f1-41af-91ab-2d7cd011db47"))
        #expect(TenantHint("72F988BF-86F1-41AF-91AB-2D7CD011DB47") == .id(id))
        #expect(TenantHint("Contoso.Example") == .domain("contoso.example"))
        #expect(TenantHint("organizations") == .open("organizations"))
        #expect(TenantHint("ADFS") == .adfs)
    }
}

@Suite struct UserPrincipalNameTests {
    @Test func `names are compared without regard to case and keep their spelling`() throws {
        let name = try #require(UserPrincipalName("Zoé.x@Example.org".replacing("é", with: "e")))
        #expect(name.text == "Zoe.x@Example.org")
        #expect(name.canonical == "zoe.x@example.org")
        #expect(name.domain == "example.org")
    }
    @Test(arguments: [
        "", "zoe", "@x", "zoe@", ".zoe@x", "zoe.@x", "z oe@x", "zoe@x/y", "zoé@x",
        String(repeating: "a", count: 112) + "@x",
    ])
    func `what is no name is refused`(_ text: String) { #expect(UserPrincipalName(text) == nil) }
}

@Suite struct PasswordPolicyTests {
    @Test(arguments: ["Str0ng-Enough-4711", "abcDEF12", "abc-def-1"])
    func `three kinds of characters are enough`(_ password: String) { #expect(PasswordPolicy.accepts(password)) }
    @Test(arguments: ["", "Ab1-", "abcdefgh", "abcdefg1", String(repeating: "aB1", count: 86)])
    func `short, simple and endless passwords are refused`(_ password: String) {
        #expect(!PasswordPolicy.accepts(password))
    }
}
