// SPDX-License-Identifier: Apache-2.0
import Base
import Clients

/// What a server answered.
struct Reply: Sendable, CustomStringConvertible {
    let status: Int
    /// By lower-case name.
    let headers: [String: String]
    let body: String

    /// The error code of any of the wire formats: header, ARM and Graph JSON, OAuth JSON, storage XML.
    var code: String? {
        if let code = headers["x-ms-error-code"] { return code }
        if let json = try? JSON(parsing: Array(body.utf8)) {
            return json["error"]?["code"]?.string ?? json["error"]?.string
        }
        return body.firstMatch(of: /<Code>(\w+)<\/Code>/).map { String($0.1) }
    }
    var description: String { "HTTP \(status) \(headers)\n\(body.prefix(2_000))" }
}

/// Raw requests by curl, for what no well-behaved client sends.
struct Web: Sendable {
    let home: Home
    init(_ home: Home) { self.home = home }
    private var credentials: Credentials { home.region.credentials }

    /// Sends one request.
    ///
    /// `options` are curl's own; a reply without a status, such as a cut connection, has status 0.
    func send(
        _ method: String,
        _ url: String,
        headers: [String] = [],
        body: [UInt8]? = nil,
        options: [String] = []
    ) async throws -> Reply {
        var arguments = ["--silent", "--path-as-is", "--globoff", "--max-time", "60", "--dump-header", "/dev/stderr"]
        arguments += [
            "--write-out", "\n%{http_code}", "--cookie-jar", "\(home.folder)/cookies", "--cookie",
            "\(home.folder)/cookies",
        ]
        arguments += method == "HEAD" ? ["--head", "--output", "/dev/null"] : ["--request", method]
        arguments +=
            headers.flatMap { ["--header", $0] } + (body == nil ? [] : ["--data-binary", "@-"]) + options + [url]
        let output = try await home.run("curl", arguments, input: body ?? [])
        var fields: [String: String] = [:]
        for line in output.stderr.split(whereSeparator: \.isNewline) {
            guard let colon = line.firstIndex(of: ":") else { continue }
            fields[line[..<colon].lowercased()] = line[line.index(after: colon)...].drop { $0 == " " }.description
        }
        let lines = output.text.split(separator: "\n", omittingEmptySubsequences: false)
        return Reply(
            status: Int(lines.last ?? "") ?? 0,
            headers: fields,
            body: lines.dropLast().joined(separator: "\n")
        )
    }

    /// Sends a form, as sign-in endpoints take it.
    func form(_ url: String, _ fields: [String: String]) async throws -> Reply {
        try await send(
            "POST",
            url,
            options: fields.sorted { $0.key < $1.key }.flatMap { ["--data-urlencode", "\($0.key)=\($0.value)"] }
        )
    }

    /// The token endpoint of the first tenant.
    var tokenEndpoint: String { "\(credentials.login)/\(credentials.tenantId)/oauth2/v2.0/token" }

    /// An access token of the region's service principal for a resource such as `https://storage.azure.com`.
    func token(for resource: String) async throws -> String {
        let reply = try await form(
            tokenEndpoint,
            [
                "grant_type": "client_credentials", "client_id": credentials.clientId,
                "client_secret": credentials.clientSecret, "scope": "\(resource)/.default",
            ]
        )
        guard let token = try JSON(parsing: Array(reply.body.utf8))["access_token"]?.string else {
            throw ClientError("no token: \(reply)\n\(home.region.log)")
        }
        return token
    }

    /// An access token for Resource Manager.
    func armToken() async throws -> String { try await token(for: credentials.management + "/") }

    /// Fills in the sign-in page's form as the administrator: every hidden field as the page gave it.
    func signIn(page: String, userCode: String) async throws -> Reply {
        let shown = try await send("GET", page)
        guard shown.status == 200 else { throw ClientError("the sign-in page answers \(shown)") }
        var fields = [
            "user_code": userCode, "username": credentials.userPrincipalName, "password": credentials.password,
        ]
        for match in shown.body.matches(of: /<input\b[^>]*>/) {
            let input = String(match.0)
            guard input.contains("hidden"), let name = input.firstMatch(of: /name="([^"]*)"/)?.1 else { continue }
            let value = input.firstMatch(of: /value="([^"]*)"/)?.1 ?? ""
            if fields[String(name)] == nil { fields[String(name)] = String(value) }
        }
        let action = shown.body.firstMatch(of: /<form\b[^>]*action="([^"]*)"/).map { String($0.1) } ?? ""
        let origin = page.split(separator: "/", maxSplits: 3).prefix(2).joined(separator: "//")
        let target = action.isEmpty ? page : action.hasPrefix("/") ? origin + action : action
        return try await form(target, fields)
    }
}
