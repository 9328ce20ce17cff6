// SPDX-License-Identifier: Apache-2.0
import Testing

/// A request that no well-behaved client sends, and the one answer to it; an empty code is that of an answer without one.
struct BadRequest: Sendable, CustomTestStringConvertible {
    let what: String
    var method = "GET"
    let url: String
    var headers: [String] = []
    var body: String?
    var options: [String] = []
    let status: Int
    let code: String
    var testDescription: String { what }
}

extension BadRequest {
    enum Area: String, CaseIterable, Sendable {
        case manager, signIn, blobs, queues, tables, files
        var requests: [BadRequest] {
            switch self {
            case .manager: BadRequest.resourceManager
            case .signIn: BadRequest.signIn
            case .blobs: BadRequest.blobs
            case .queues: BadRequest.queues
            case .tables: BadRequest.tables
            case .files: BadRequest.files
            }
        }
    }

    static let arm = "Authorization: Bearer <arm>"
    static let json = "Content-Type: application/json"
    static let version = "x-ms-version: 2024-11-04"
    static let group = "<management><subscription>/resourcegroups/nowhere"
    static let api = "api-version=2024-11-01"

    static let resourceManager = [
        BadRequest(
            what: "an unknown path",
            url: "<management>/no/such/thing?\(api)",
            headers: [arm],
            status: 404,
            code: "NotFound"
        ),
        BadRequest(what: "no token", url: "\(group)?\(api)", status: 401, code: "AuthenticationFailed"),
        BadRequest(
            what: "no api-version",
            url: group,
            headers: [arm],
            status: 400,
            code: "MissingApiVersionParameter"
        ),
        BadRequest(
            what: "a token that is none",
            url: "\(group)?\(api)",
            headers: ["Authorization: Bearer abc.def.ghi"],
            status: 401,
            code: "InvalidAuthenticationToken"
        ),
        BadRequest(
            what: "a token with a changed signature",
            url: "\(group)?\(api)",
            headers: ["Authorization: Bearer <forged>"],
            status: 401,
            code: "InvalidAuthenticationToken"
        ),
        BadRequest(
            what: "a token for another audience",
            url: "\(group)?\(api)",
            headers: ["Authorization: Bearer <storage>"],
            status: 401,
            code: "InvalidAuthenticationTokenAudience"
        ),
        BadRequest(
            what: "a token that nobody signed",
            url: "\(group)?\(api)",
            headers: ["Authorization: Bearer <unsigned>"],
            status: 401,
            code: "InvalidAuthenticationToken"
        ),
        BadRequest(
            what: "another scheme",
            url: "\(group)?\(api)",
            headers: ["Authorization: Basic YTpi"],
            status: 401,
            code: "AuthenticationFailed"
        ),
        BadRequest(
            what: "malformed JSON",
            method: "PUT",
            url: "\(group)?\(api)",
            headers: [arm, json],
            body: "{\"location\": ",
            status: 400,
            code: "InvalidRequestContent"
        ),
        BadRequest(
            what: "JSON nested without end",
            method: "PUT",
            url: "\(group)?\(api)",
            headers: [arm, json],
            body: String(repeating: "[", count: 100_000),
            status: 400,
            code: "InvalidRequestContent"
        ),
        BadRequest(
            what: "JSON of another shape",
            method: "PUT",
            url: "\(group)?\(api)",
            headers: [arm, json],
            body: "[1]",
            status: 400,
            code: "InvalidRequestContent"
        ),
        BadRequest(
            what: "a body that is not UTF-8",
            method: "PUT",
            url: "\(group)?\(api)",
            headers: [arm, json],
            options: ["--data-binary", "@/proc/self/exe"],
            status: 400,
            code: "InvalidRequestContent"
        ),
        BadRequest(
            what: "a subscription that is no GUID",
            url: "<management>/subscriptions/x/resourcegroups?\(api)",
            headers: [arm],
            status: 400,
            code: "InvalidSubscriptionId"
        ),
        BadRequest(
            what: "a subscription of nobody",
            url: "<management>/subscriptions/11111111-2222-4333-8444-555555555555/resourcegroups?\(api)",
            headers: [arm],
            status: 404,
            code: "SubscriptionNotFound"
        ),
        BadRequest(
            what: "a marker that is none",
            url: "<management><subscription>/resourcegroups?\(api)&$skiptoken=%00%ff",
            headers: [arm],
            status: 400,
            code: "InvalidSkipToken"
        ),
        BadRequest(
            what: "a path with a broken escape",
            url: "<management><subscription>/resourcegroups/%zz?\(api)",
            headers: [arm],
            status: 400,
            code: "InvalidUri"
        ),
        BadRequest(
            what: "a path that climbs",
            url: "<management>/../../etc/passwd?\(api)",
            headers: [arm],
            status: 404,
            code: "NotFound"
        ),
        BadRequest(
            what: "a host of nobody",
            url: "<management>/subscriptions?\(api)",
            headers: [arm, "Host: example.org"],
            status: 404,
            code: "ResourceNotFound"
        ),
        BadRequest(
            what: "a header beyond all measure",
            url: "<management>/subscriptions?\(api)",
            headers: [arm, "X-Filler: \(String(repeating: "x", count: 120_000))"],
            options: ["--http1.1"],
            status: 431,
            code: "RequestHeaderFieldsTooLarge"
        ),
        BadRequest(
            what: "a method of nobody",
            method: "BREW",
            url: "\(group)?\(api)",
            headers: [arm],
            status: 405,
            code: "HttpMethodNotAllowed"
        ),
        BadRequest(
            what: "a method of nobody over HTTP/1.1",
            method: "BREW",
            url: "\(group)?\(api)",
            headers: [arm],
            options: ["--http1.1"],
            status: 405,
            code: "HttpMethodNotAllowed"
        ),
        BadRequest(
            what: "a length that is none",
            url: "\(group)?\(api)",
            headers: [arm, "Content-Length: abc"],
            options: ["--http1.1"],
            status: 400,
            code: "BadRequest"
        ),
    ]

    static let signIn = [
        BadRequest(
            what: "an unknown grant",
            method: "POST",
            url: "<login>/<tenantId>/oauth2/v2.0/token",
            body: "grant_type=telepathy&client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46",
            status: 400,
            code: "unsupported_grant_type"
        ),
        BadRequest(
            what: "no grant",
            method: "POST",
            url: "<login>/<tenantId>/oauth2/v2.0/token",
            body: "x=y",
            status: 400,
            code: "invalid_request"
        ),
        BadRequest(
            what: "a wrong secret",
            method: "POST",
            url: "<login>/<tenantId>/oauth2/v2.0/token",
            body:
                "grant_type=client_credentials&client_id=<clientId>&client_secret=wrong&scope=<management>/.default",
            status: 401,
            code: "invalid_client"
        ),
        BadRequest(
            what: "a resource of nobody",
            method: "POST",
            url: "<login>/<tenantId>/oauth2/v2.0/token",
            body:
                "grant_type=client_credentials&client_id=<clientId>&"
                + "client_secret=<clientSecret>&scope=https://nobody.example/.default",
            status: 400,
            code: "invalid_resource"
        ),
        BadRequest(
            what: "an unknown device code",
            method: "POST",
            url: "<login>/<tenantId>/oauth2/v2.0/token",
            body:
                "grant_type=urn:ietf:params:oauth:grant-type:device_code&"
                + "client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&device_code=x",
            status: 400,
            code: "bad_verification_code"
        ),
        BadRequest(
            what: "an unknown refresh token",
            method: "POST",
            url: "<login>/<tenantId>/oauth2/v2.0/token",
            body:
                "grant_type=refresh_token&client_id=04b07795-8ddb-461a-bbee-02f9e1bf7b46&"
                + "refresh_token=x&scope=<management>/.default",
            status: 400,
            code: "invalid_grant"
        ),
        BadRequest(
            what: "a tenant of nobody",
            url: "<login>/11111111-2222-4333-8444-555555555555/v2.0/.well-known/openid-configuration",
            status: 400,
            code: "invalid_request"
        ),
        BadRequest(
            what: "a Graph filter that is none",
            url: "<graph>/v1.0/users?$filter=((((",
            headers: ["Authorization: Bearer <graphToken>"],
            status: 400,
            code: "Request_UnsupportedQuery"
        ),
        BadRequest(
            what: "a Graph user of nobody",
            url: "<graph>/v1.0/users/nobody",
            headers: ["Authorization: Bearer <graphToken>"],
            status: 404,
            code: "Request_ResourceNotFound"
        ),
        BadRequest(
            what: "Graph without a token",
            url: "<graph>/v1.0/users",
            status: 401,
            code: "InvalidAuthenticationToken"
        ),
    ]

    static let blobs = [
        BadRequest(
            what: "nobody's signature",
            url: "<blob>/docs/it",
            headers: [version],
            status: 401,
            code: "NoAuthenticationInformation"
        ),
        BadRequest(
            what: "a shared key of another key",
            url: "<blob>/docs/it",
            headers: [
                version, "x-ms-date: Mon, 01 Jan 2035 00:00:00 GMT", "Authorization: SharedKey <account>:AAAA",
            ],
            status: 403,
            code: "AuthenticationFailed"
        ),
        BadRequest(
            what: "a shared key that is none",
            url: "<blob>/docs/it",
            headers: [version, "Authorization: SharedKey"],
            status: 400,
            code: "InvalidAuthenticationInfo"
        ),
        BadRequest(
            what: "an account of nobody",
            url: "https://nobody4711.blob.<storageSuffix>/docs?<sas>",
            headers: [version],
            status: 404,
            code: "ResourceNotFound"
        ),
        BadRequest(
            what: "a wrong Content-MD5",
            method: "PUT",
            url: "<blob>/docs/it?<sas>",
            headers: [version, "x-ms-blob-type: BlockBlob", "Content-MD5: AAAAAAAAAAAAAAAAAAAAAA=="],
            body: "changed",
            status: 400,
            code: "Md5Mismatch"
        ),
        BadRequest(
            what: "a Content-MD5 that is none",
            method: "PUT",
            url: "<blob>/docs/it?<sas>",
            headers: [version, "x-ms-blob-type: BlockBlob", "Content-MD5: !"],
            body: "changed",
            status: 400,
            code: "InvalidMd5"
        ),
        BadRequest(
            what: "a wrong CRC64",
            method: "PUT",
            url: "<blob>/docs/it?<sas>",
            headers: [version, "x-ms-blob-type: BlockBlob", "x-ms-content-crc64: AAAAAAAAAAA="],
            body: "changed",
            status: 400,
            code: "Crc64Mismatch"
        ),
        BadRequest(
            what: "no blob type",
            method: "PUT",
            url: "<blob>/docs/it?<sas>",
            headers: [version],
            body: "changed",
            status: 400,
            code: "MissingRequiredHeader"
        ),
        BadRequest(
            what: "a block list that is no XML",
            method: "PUT",
            url: "<blob>/docs/it?comp=blocklist&<sas>",
            headers: [version],
            body: "<BlockList><Latest>",
            status: 400,
            code: "InvalidXmlDocument"
        ),
        BadRequest(
            what: "a block list with an entity bomb",
            method: "PUT",
            url: "<blob>/docs/it?comp=blocklist&<sas>",
            headers: [version],
            body:
                "<!DOCTYPE l [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;\">]><BlockList><Latest>&b;</Latest></BlockList>",
            status: 400,
            code: "InvalidXmlDocument"
        ),
        BadRequest(
            what: "a block that nobody put",
            method: "PUT",
            url: "<blob>/docs/it?comp=blocklist&<sas>",
            headers: [version],
            body: "<BlockList><Latest>YWFh</Latest></BlockList>",
            status: 400,
            code: "InvalidBlockList"
        ),
        BadRequest(
            what: "a block id that is no Base64",
            method: "PUT",
            url: "<blob>/docs/it?comp=block&blockid=***&<sas>",
            headers: [version],
            body: "x",
            status: 400,
            code: "InvalidQueryParameterValue"
        ),
        BadRequest(
            what: "a list marker that is none",
            url: "<blob>/docs?restype=container&comp=list&marker=%00%ff&<sas>",
            headers: [version],
            status: 400,
            code: "InvalidUri"
        ),
        BadRequest(
            what: "a page of minus one",
            url: "<blob>/docs?restype=container&comp=list&maxresults=-1&<sas>",
            headers: [version],
            status: 400,
            code: "OutOfRangeQueryParameterValue"
        ),
        BadRequest(
            what: "a range that is none",
            url: "<blob>/docs/it?<sas>",
            headers: [version, "x-ms-range: bytes=9999-"],
            status: 416,
            code: "InvalidRange"
        ),
        BadRequest(
            what: "an operation that is not built",
            method: "PUT",
            url: "<blob>/docs/it?comp=nonsense&<sas>",
            headers: [version],
            body: "",
            status: 400,
            code: "InvalidQueryParameterValue"
        ),
        BadRequest(
            what: "a version that never was",
            url: "<blob>/docs/it?<sas>",
            headers: ["x-ms-version: yesterday"],
            status: 400,
            code: "InvalidHeaderValue"
        ),
        BadRequest(
            what: "a body shorter than it said",
            method: "PUT",
            url: "<blob>/docs/it?<sas>",
            headers: [version, "x-ms-blob-type: BlockBlob", "Content-Length: 1000000"],
            body: "changed",
            options: ["--max-time", "2"],
            status: 0,
            code: ""
        ),
    ]
}
