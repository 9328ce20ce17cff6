// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Kernel

/// The page on which a person approves a sign-in on another device: one form, no scripts.
extension IdentityProvider {
    /// Serves `GET /{tenant}/oauth2/deviceauth`.
    func showSignInPage(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let keys = try await signingKeys.current(scope)
        let token = try pageToken(keys.sealing, scope)
        return SignInPage(form: token, userCode: call.query("user_code") ?? "").reply(200)
    }

    /// `POST /{tenant}/oauth2/deviceauth`.
    ///
    /// Answers with a page in every case.
    func approveDevice(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let keys = try await signingKeys.current(scope)
        let form = try FormBody(call.body)
        let fresh = try pageToken(keys.sealing, scope)
        func again(_ status: Int, _ notice: SignInPage.Notice) -> Reply {
            SignInPage(form: fresh, userCode: form["user_code"] ?? "", notice: notice).reply(status)
        }
        guard isOwnPage(form["form"], keys.sealing, scope), call.request.header("Sec-Fetch-Site") != "cross-site" else {
            return again(400, .stale)
        }
        guard let found = try await deviceGrant(userCode: form["user_code"] ?? "", scope), found.grant.state == .pending
        else {
            return again(400, .unknownCode)
        }
        guard let user = form["username"], let password = form["password"] else { return again(400, .refused) }
        let outcome = try await lookAt(
            user: user,
            password: Secret(text: password),
            tenant: found.grant.tenant,
            from: call.request.remoteAddress
        )
        switch outcome {
        case .refused(let error):
            return again(401, error.number == SignInFault.locked.number ? .locked : .refused)
        case .signedIn(let person, _):
            try await Self.forgetFailures(of: person.user.id, in: person.tenant, scope)
            let approval = DeviceGrant.Approval(
                tenant: person.tenant,
                user: person.user.id,
                credentialStamp: person.credentialStamp
            )
            guard let approved = found.grant.approved(approval, at: scope.now) else { return again(400, .unknownCode) }
            try await scope.put(approved, in: .region, at: found.key)
            return SignInPage(form: nil, userCode: "", notice: .done).reply(200)
        }
    }

    /// Shows that the form was fetched here a short while ago: the time, sealed.
    private func pageToken(_ key: SealingKey, _ scope: any Scope) throws(ServiceError) -> String {
        let nonce = scope.entropy.bytes(SealingKey.nonceBytes)
        do {
            let own = SealingKey.derive(from: key, salt: nonce, info: "sign-in page")
            let time = Array(String(scope.now.seconds).utf8)
            return (nonce + (try own.seal(time, nonce: nonce, authenticating: Self.pageContext))).base64URL
        } catch { throw .unavailable("sealing a page token: \(error)") }
    }
    private func isOwnPage(_ token: String?, _ key: SealingKey, _ scope: any Scope) -> Bool {
        guard let token, token.utf8.count <= Limits.textCharactersMax, let bytes = [UInt8](base64URL: token),
            bytes.count > SealingKey.nonceBytes
        else { return false }
        let nonce = Array(bytes.prefix(SealingKey.nonceBytes))
        let own = SealingKey.derive(from: key, salt: nonce, info: "sign-in page")
        guard
            let time = try? own.open(
                bytes.dropFirst(SealingKey.nonceBytes),
                nonce: nonce,
                authenticating: Self.pageContext
            ),
            let seconds = Int64(String(decoding: time, as: UTF8.self))
        else { return false }
        return (0...Limits.deviceCodeSeconds).contains(scope.now.seconds - seconds)
    }
    private static var pageContext: [UInt8] { Array("lazuli sign-in page 1".utf8) }
}

/// The page as data.
///
/// French first, for that is where the region stands, then English.
struct SignInPage: Sendable {
    /// What the person is told.
    enum Notice: Hashable, Sendable, CaseIterable {
        case refused, locked, unknownCode, stale, done
        var texts: (french: String, english: String) {
            switch self {
            case .refused:
                ("Nom d’utilisateur ou mot de passe incorrect.", "The user name or the password is wrong.")
            case .locked:
                ("Trop d’essais. Attendez une minute.", "Too many attempts. Wait a minute.")
            case .unknownCode:
                (
                    "Ce code est inconnu ou a expiré. Recommencez sur votre appareil.",
                    "This code is unknown or has expired. Begin again on your device."
                )
            case .stale:
                ("La page a expiré. Réessayez.", "The page has expired. Try again.")
            case .done:
                ("Vous êtes connecté. Vous pouvez fermer cette page.", "You are signed in. You may close this page.")
            }
        }
    }
    /// The form's token; nil shows no form.
    var form: String?
    var userCode: String
    var notice: Notice?

    func reply(_ status: Int) -> Reply {
        var reply = Reply(status, content: .bytes(Array(html.utf8)))
        reply.headers[.contentType] = "text/html; charset=utf-8"
        reply.headers[.cacheControl] = "no-store"
        reply.set("Content-Security-Policy", Self.policy)
        reply.set("X-Frame-Options", "DENY")
        reply.set("X-Content-Type-Options", "nosniff")
        reply.set("Referrer-Policy", "no-referrer")
        reply.set("Cross-Origin-Opener-Policy", "same-origin")
        return reply
    }

    private static let style = """
        body{font:1rem/1.5 system-ui,sans-serif;max-width:26rem;margin:3rem auto;padding:0 1rem;color:#14213d}
        label{display:block;margin-top:1rem}small{color:#56617a}
        input{font:inherit;width:100%;box-sizing:border-box;padding:.5rem;border:1px solid #8a94a8;border-radius:.25rem}
        button{font:inherit;margin-top:1.5rem;padding:.5rem 1.5rem;border:0;border-radius:.25rem;background:#26428b;color:#fff}
        p[role]{padding:.75rem;border-left:.25rem solid #26428b;background:#eef1f8}
        """
    /// Only this page's own style, no script, no frame, and the form goes nowhere else.
    private static let policy =
        "default-src 'none'; style-src 'sha256-\(SHA256Digest.of(Array(style.utf8)).base64)'; form-action 'self'; "
        + "frame-ancestors 'none'; base-uri 'none'"

    private var html: String {
        """
        <!DOCTYPE html>
        <html lang="fr">
        <head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
        <title>Connexion – Sign in</title><style>\(Self.style)</style></head>
        <body><h1>Connexion <small lang="en">Sign in</small></h1>
        \(noticeHTML)\(formHTML)</body></html>
        """
    }
    private var noticeHTML: String {
        guard let texts = notice?.texts else { return "" }
        return "<p role=\"status\">\(texts.french)<br><small lang=\"en\">\(texts.english)</small></p>\n"
    }
    private var formHTML: String {
        guard let form else { return "" }
        return """
            <p>N’entrez ici que le code affiché par un appareil ou un programme que vous avez lancé vous-même.<br>
            <small lang="en">Enter only a code shown by a device or program that you started yourself.</small></p>
            <form method="post" autocomplete="off">
            <input type="hidden" name="form" value="\(Self.escaped(form))">
            <label>Code <small lang="en">Code</small>
            <input name="user_code" value="\(Self.escaped(userCode))" required maxlength="32" autocapitalize="characters"></label>
            <label>Nom d’utilisateur <small lang="en">User name</small>
            <input name="username" required autocomplete="username" inputmode="email"></label>
            <label>Mot de passe <small lang="en">Password</small>
            <input type="password" name="password" required autocomplete="current-password"></label>
            <button>Se connecter – Sign in</button></form>
            """
    }
    /// The text for an attribute: HTML §13.1.2.3.
    static func escaped(_ text: String) -> String {
        text.reduce(into: "") { out, character in
            switch character {
            case "&": out += "&amp;"
            case "<": out += "&lt;"
            case ">": out += "&gt;"
            case "\"": out += "&quot;"
            case "'": out += "&#39;"
            default: out.append(character)
            }
        }
    }
}
