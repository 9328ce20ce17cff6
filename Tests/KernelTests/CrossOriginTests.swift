// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel
import Testing

@Suite struct CrossOriginTests {
    private static let shop = CrossOriginRule(
        origins: ["https://shop.example", "https://other.example"],
        methods: ["GET", "PUT"],
        requestHeaders: ["x-ms-meta-a*", "content-type"],
        exposedHeaders: ["x-ms-meta-*"],
        maxAgeSeconds: 200
    )
    private static let anyone = CrossOriginRule(
        origins: ["*"],
        methods: ["GET"],
        requestHeaders: ["*"],
        exposedHeaders: ["*"],
        maxAgeSeconds: 5
    )
    private func request(_ method: HTTPRequest.Method, _ fields: HTTPFields) -> Request {
        ProbedRegion.request(method, "/box/blob", headers: fields)
    }
    private func preflight(_ rules: [CrossOriginRule], _ fields: HTTPFields) throws(ServiceError) -> Reply {
        try CrossOrigin.preflight(request(.options, fields), rules)
    }
    private func decorated(
        _ method: HTTPRequest.Method,
        _ origin: String,
        _ rules: [CrossOriginRule]
    ) -> HTTPFields {
        var headers: HTTPFields = [.contentType: "text/plain", HTTPField.Name("x-ms-meta-kind") ?? .contentType: "x"]
        CrossOrigin(request(method, [.origin: origin]), rules)?.decorate(&headers)
        return headers
    }

    @Test(arguments: [
        ("https://shop.example", "PUT", "x-ms-meta-abc, Content-Type", "200"),
        ("https://other.example", "GET", "", "200"), ("https://evil.example", "GET", "x-anything", "5"),
        ("https://shop.example", "GET", "x-other", "5"), ("https://evil.example", "PUT", "", ""),
        ("https://shop.example", "DELETE", "", ""), ("https://shop.example", "put", "", ""),
        ("https://shop.example", "PUT", "x-ms-meta-b", ""), ("HTTPS://shop.example", "PUT", "", ""),
    ])
    func `the first rule that fits answers a preflight`(
        origin: String,
        method: String,
        headers: String,
        age: String
    ) throws {
        var fields: HTTPFields = [.origin: origin, .accessControlRequestMethod: method]
        if !headers.isEmpty { fields[.accessControlRequestHeaders] = headers }
        guard !age.isEmpty else {
            let error = #expect(throws: ServiceError.self) { try preflight([Self.shop, Self.anyone], fields) }
            #expect(error?.status == 403 && error?.code == "CorsPreflightFailure")
            return
        }
        let reply = try preflight([Self.shop, Self.anyone], fields)
        #expect(reply.status == 200 && reply.headers[.accessControlMaxAge] == age)
        #expect(reply.headers[.accessControlAllowOrigin] == origin)
        #expect(reply.headers[.accessControlAllowMethods] == method)
        #expect(reply.headers[.accessControlAllowHeaders] == (headers.isEmpty ? nil : headers))
    }

    @Test func `a preflight without what browsers send is refused`() {
        for fields: HTTPFields in [[:], [.origin: "https://shop.example"], [.accessControlRequestMethod: "GET"]] {
            let error = #expect(throws: ServiceError.self) { try preflight([Self.anyone], fields) }
            #expect(error?.status == 400 && error?.code == "InvalidHeaderValue")
        }
    }

    @Test func `an origin by name is told so, and what it may read`() {
        let headers = decorated(.get, "https://shop.example", [Self.shop, Self.anyone])
        #expect(headers[.accessControlAllowOrigin] == "https://shop.example" && headers[.vary] == "Origin")
        #expect(headers[.accessControlAllowCredentials] == "true")
        #expect(headers[.accessControlExposeHeaders] == "x-ms-meta-kind")
    }
    @Test func `where anyone may come the answer is the same for all`() {
        let headers = decorated(.get, "https://evil.example", [Self.anyone])
        #expect(headers[.accessControlAllowOrigin] == "*" && headers[.vary] == nil)
        #expect(headers[.accessControlAllowCredentials] == nil)
        #expect(headers[.accessControlExposeHeaders] == "Content-Type,x-ms-meta-kind")
    }
    @Test func `another origin is told nothing, and caches are told that this differs`() {
        let headers = decorated(.get, "https://evil.example", [Self.shop])
        #expect(headers[.accessControlAllowOrigin] == nil && headers[.vary] == "Origin")
        #expect(decorated(.delete, "https://shop.example", [Self.shop])[.vary] == nil)
        #expect(decorated(.get, "https://shop.example", [])[.vary] == nil)
    }
}
