// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials
package import Kernel

/// A request at the token endpoint, checked for form but not yet believed.
package struct TokenRequest: Sendable {
    /// What the client shows for a token.
    package enum Grant: Sendable {
        /// RFC 6749 §4.4: the application's own secret.
        case clientCredentials
        /// RFC 6749 §4.3.
        case password(user: String, password: Secret)
        /// RFC 6749 §6.
        case refreshToken(String)
        /// RFC 8628 §3.4.
        case deviceCode(String)
    }
    package let client: UUID
    package let clientSecret: Secret?
    package let grant: Grant
    package let scope: RequestedScope
    /// Whether the answer carries `client_info`, by which MSAL names the account.
    package let wantsClientInfo: Bool

    /// Reads the form, and HTTP Basic credentials where the client sends its secret so (RFC 6749 §2.3.1).
    package init(_ form: FormBody, authorization: String?) throws(ServiceError) {
        let name = try form.required("grant_type")
        let basic = authorization.flatMap(Self.basic)
        let clientText: String
        guard let id = form["client_id"] ?? basic?.client else { throw SignInFault.missing("client_id") }
        clientText = id
        guard let client = UUID(uuidString: clientText) else {
            throw SignInFault.unknownClient(clientText, in: nil)
        }
        self.client = client
        clientSecret = (form["client_secret"] ?? basic?.secret).map { Secret(text: $0) }
        if form["client_assertion"] != nil || form["client_assertion_type"] != nil {
            throw SignInFault.assertionsNotBuilt
        }
        wantsClientInfo = form["client_info"] == "1"
        grant = try Self.grant(name, form)
        scope = try Self.scope(form, grant)
        if case .clientCredentials = grant, !scope.isVersionOne, !scope.isDefault {
            throw SignInFault.scopeWithoutDefault(form["scope"] ?? "")
        }
    }

    private static func grant(_ name: String, _ form: FormBody) throws(ServiceError) -> Grant {
        switch name {
        case "client_credentials": return .clientCredentials
        case "password":
            return .password(user: try form.required("username"), password: Secret(text: try form.required("password")))
        case "refresh_token": return .refreshToken(try form.required("refresh_token"))
        // The v1 endpoint's name, and that of RFC 8628 §3.4.
        case "device_code", "urn:ietf:params:oauth:grant-type:device_code":
            // MSAL sends the code under both names.
            guard let code = form["device_code"] ?? form["code"] else { throw SignInFault.missing("device_code") }
            return .deviceCode(code)
        case "authorization_code": throw SignInFault.browserNotBuilt
        case "urn:ietf:params:oauth:grant-type:jwt-bearer": throw SignInFault.assertionsNotBuilt
        default: throw SignInFault.unsupportedGrant(name)
        }
    }
    private static func scope(_ form: FormBody, _ grant: Grant) throws(ServiceError) -> RequestedScope {
        if let scope = form["scope"] { return try RequestedScope(scope: scope) }
        if let resource = form["resource"] { return RequestedScope(resource: resource) }
        switch grant {
        case .clientCredentials, .password: throw SignInFault.missing("scope")
        // RFC 6749 §6, RFC 8628 §3.4: what was granted first is meant.
        case .refreshToken, .deviceCode: return try RequestedScope(scope: "openid offline_access")
        }
    }
    /// RFC 6749 §2.3.1: both halves are form-encoded before they are joined.
    private static func basic(_ header: String) -> (client: String, secret: String)? {
        guard header.lowercased().hasPrefix("basic "), let bytes = [UInt8](base64: header.dropFirst("basic ".count)),
            let text = String(validating: bytes, as: UTF8.self), let colon = text.firstIndex(of: ":"),
            let client = FormBody.decoded(text[..<colon]),
            let secret = FormBody.decoded(text[text.index(after: colon)...])
        else { return nil }
        return (client, secret)
    }
}
