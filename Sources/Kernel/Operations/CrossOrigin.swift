// SPDX-License-Identifier: Apache-2.0
package import HTTPTypes

/// What pages of other origins may do with a service (REST "CORS support for Azure Storage").
package struct CrossOriginRule: Sendable, Equatable {
    /// Origins as browsers send them, or `*`.
    package var origins: [String]
    /// Verbs.
    package var methods: [String]
    /// Request header fields; one that ends in `*` stands for all that begin so.
    package var requestHeaders: [String]
    /// Answer header fields a page may read, in the same form.
    package var exposedHeaders: [String]
    /// How long a browser may remember a preflight's answer.
    package var maxAgeSeconds: Int

    /// Joins the parts.
    package init(
        origins: [String],
        methods: [String],
        requestHeaders: [String],
        exposedHeaders: [String],
        maxAgeSeconds: Int
    ) {
        self.origins = origins
        self.methods = methods
        self.requestHeaders = requestHeaders
        self.exposedHeaders = exposedHeaders
        self.maxAgeSeconds = maxAgeSeconds
    }

    func allows(origin: String, method: String) -> Bool {
        (origins.contains("*") || origins.contains(origin)) && methods.contains(method)
    }
    func allows(requestHeader name: String) -> Bool { Self.names(requestHeaders, name) }
    func exposes(_ name: String) -> Bool { Self.names(exposedHeaders, name) }
    private static func names(_ patterns: [String], _ name: String) -> Bool {
        patterns.contains { pattern in
            pattern.hasSuffix("*")
                ? name.lowercased().hasPrefix(pattern.dropLast().lowercased())
                : name.lowercased() == pattern.lowercased()
        }
    }
}

/// Knows the rules of a surface's accounts, which browsers ask for before anybody signs in.
package protocol CrossOriginPolicy: Sendable {
    /// The provider whose records hold them.
    var namespace: String { get }
    /// The rules of the account that a destination names, the first that fits decides; empty where there is none.
    func rules(of destination: Destination, _ scope: ReadScope) async throws(ServiceError) -> [CrossOriginRule]
}

/// What a request of another origin's page is answered besides its answer.
package struct CrossOrigin: Sendable {
    private let origin: String
    private let rule: CrossOriginRule?
    /// Shared caches keep the answers to GET and HEAD only.
    private let isCached: Bool

    /// Of a request with an `Origin`; nil where nothing is to be said.
    package init?(_ request: Request, _ rules: [CrossOriginRule]) {
        guard let origin = request.headers[.origin], !rules.isEmpty else { return nil }
        self.origin = origin
        rule = rules.first { $0.allows(origin: origin, method: request.method.rawValue) }
        isCached = request.method == .get || request.method == .head
    }

    /// Adds the fields; to be called last, for what is exposed is told by the names that are there.
    package func decorate(_ headers: inout HTTPFields) {
        let isAnyone = rule?.origins.contains("*") == true
        if isCached, !isAnyone { headers[.vary] = "Origin" }
        guard let rule else { return }
        let exposed = headers.map(\.name.rawName).filter { rule.exposes($0) }
        headers[.accessControlAllowOrigin] = isAnyone ? "*" : origin
        if !isAnyone { headers[.accessControlAllowCredentials] = "true" }
        if !exposed.isEmpty { headers[.accessControlExposeHeaders] = exposed.joined(separator: ",") }
    }

    /// The answer to a preflight request (REST "Preflight Blob Request"): 200, or 403 `CorsPreflightFailure`.
    package static func preflight(_ request: Request, _ rules: [CrossOriginRule]) throws(ServiceError) -> Reply {
        guard let origin = request.headers[.origin], let method = request.headers[.accessControlRequestMethod] else {
            throw .badRequest("InvalidHeaderValue", "A required CORS header is not present.")
        }
        let asked = request.headers[.accessControlRequestHeaders]
        let names = (asked ?? "").split(separator: ",").map { $0.filter { $0 != " " } }
        let rule = rules.first { rule in
            rule.allows(origin: origin, method: method) && names.allSatisfy { rule.allows(requestHeader: $0) }
        }
        guard let rule else {
            throw ServiceError(
                403,
                "CorsPreflightFailure",
                "CORS not enabled or no matching rule found for this request."
            )
        }
        var reply = Reply(200)
        reply.headers[.accessControlAllowOrigin] = origin
        reply.headers[.accessControlAllowMethods] = method
        reply.headers[.accessControlAllowHeaders] = asked
        reply.headers[.accessControlMaxAge] = String(rule.maxAgeSeconds)
        reply.headers[.accessControlAllowCredentials] = "true"
        return reply
    }
}
