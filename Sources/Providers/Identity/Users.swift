// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Kernel

/// `/users` and `/me` of Microsoft Graph.
extension IdentityProvider {
    /// Serves `GET /users`.
    func listUsers(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await list(User.self, call, scope)
    }
    /// `GET /users/{user}`, by id or user principal name.
    func showUser(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await entityReply(200, call, try await user(call["user"], scope), scope)
    }
    /// Serves `GET /me`.
    func showMe(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await entityReply(200, call, try await me(call, scope), scope)
    }

    /// Serves `POST /users`.
    func createUser(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var body = try GraphBody(call.body, .user)
        guard let accountEnabled = try body.truth("accountEnabled") else {
            throw GraphFault.required("accountEnabled", .user)
        }
        let name = try await freeName(
            try body.requiredText("userPrincipalName", charactersMax: Limits.userPrincipalNameCharactersMax),
            nil,
            scope
        )
        guard let nickname = try body.mailNickname() else { throw GraphFault.required("mailNickname", .user) }
        var user = User(
            id: PrincipalID(scope.entropy.uuid()),
            userPrincipalName: name.text,
            displayName: try body.requiredText("displayName"),
            mailNickname: nickname,
            accountEnabled: accountEnabled,
            created: scope.now
        )
        try Self.takeDetails(&body, &user)
        guard let profile = body.take("passwordProfile") else { throw GraphFault.required("passwordProfile", .user) }
        try Self.check(profile)
        try body.finish()
        let credential = try await self.credential(profile, scope)
        try await scope.insert(user, isEnabled: accountEnabled)
        try await scope.put(credential, at: DirectoryKey.credential(user.id))
        return try await entityReply(201, call, user, scope)
    }

    /// Serves `PATCH /users/{user}`.
    func changeUser(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let old = try await user(call["user"], scope)
        var body = try GraphBody(call.body, .user)
        var new = old
        if let text = try body.changedText("userPrincipalName") {
            new.userPrincipalName = try await freeName(text, old.id, scope).text
        }
        if let name = try body.changedText("displayName") { new.displayName = name }
        if let name = try body.mailNickname() { new.mailNickname = name }
        if let enabled = try body.truth("accountEnabled") { new.accountEnabled = enabled }
        try Self.takeDetails(&body, &new)
        let profile = body.take("passwordProfile").flatMap { $0 == .null ? nil : $0 }
        if let profile { try Self.check(profile) }
        try body.finish()
        if !new.accountEnabled { try await keepAdministered(without: new.id, scope) }
        try await scope.replace(old, with: new)
        if let profile { try await change(profile, of: new.id, scope) }
        try await scope.changeState(new.id, isEnabled: new.accountEnabled, voidsSessions: profile?["password"] != nil)
        return Reply(204)
    }

    /// Serves `DELETE /users/{user}`.
    func deleteUser(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let user = try await user(call["user"], scope)
        // Nobody locks everyone out by deleting the account they sit in.
        guard call.caller.principal?.id != user.id else {
            throw GraphFault.invalid("You cannot delete the account you are signed in with.")
        }
        try await keepAdministered(without: user.id, scope)
        try await scope.erase(user)
        try await scope.remove(at: DirectoryKey.credential(user.id))
        try await scope.remove(at: DirectoryKey.attempts(user.id))
        try await removeEdges(of: user.id, scope, caller: call.caller)
        return Reply(204)
    }

    /// `POST /users/{user}/revokeSignInSessions`: every refresh token is void from now on.
    func revokeSessions(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let user = try await user(call["user"], scope)
        try await scope.changeState(user.id, voidsSessions: true)
        return .json(200, ["value": true])
    }
    /// Serves `POST /me/revokeSignInSessions`.
    func revokeMySessions(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await scope.changeState(try await me(call, scope).id, voidsSessions: true)
        return .json(200, ["value": true])
    }
    /// `POST /me/changePassword`: the one change of the directory that everyone may make, of their own password.
    func changeMyPassword(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let user = try await me(call, scope)
        var body = try GraphBody(call.body, .user)
        let current = try body.requiredText("currentPassword")
        let fresh = try body.requiredText("newPassword")
        try body.finish()
        guard let name = UserPrincipalName(user.userPrincipalName) else { throw GraphFault.missing(user.id.text) }
        // Guesses count here too.
        let outcome = try await lookAt(
            user: name.text,
            password: Secret(text: current),
            tenant: scope.tenant,
            from: call.request.remoteAddress
        )
        guard case .signedIn = outcome else {
            throw GraphFault.invalid(
                "The specified password does not match the current one. Parameter: currentPassword."
            )
        }
        try await change(["password": .string(fresh)], of: user.id, scope)
        try await scope.changeState(user.id, voidsSessions: true)
        return Reply(204)
    }
}

extension IdentityProvider {
    /// A user by id or user principal name, or Graph's 404.
    func user(_ name: String, _ scope: any Scope) async throws(ServiceError) -> User {
        let found: User? =
            if let id = PrincipalID(text: name) {
                try await scope.object(User.self, id)
            } else {
                try await scope.object(
                    User.self,
                    named: DirectoryKey.userPrincipalName(String(name.prefix(Limits.textCharactersMax)))
                )
            }
        guard let found else { throw GraphFault.missing(name) }
        return found
    }
    /// The user who asks.
    func me(_ call: Call, _ scope: any Scope) async throws(ServiceError) -> User {
        guard let id = call.caller.principal?.id, let user = try await scope.object(User.self, id) else {
            throw .badRequest("BadRequest", "/me request is only valid with delegated authentication flow.")
        }
        return user
    }
    /// A name in one of the tenant's domains that nobody else has.
    private func freeName(
        _ text: String,
        _ id: PrincipalID?,
        _ scope: WriteScope
    ) async throws(ServiceError) -> UserPrincipalName {
        guard let name = UserPrincipalName(text) else { throw GraphFault.value("userPrincipalName", .user) }
        guard try await tenant(domain: name.domain, scope) == scope.tenant else {
            throw GraphFault.invalid(
                "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain "
                    + "names in your organization."
            )
        }
        try await scope.requireFree(
            [DirectoryKey.userPrincipalName(name.canonical)],
            for: id,
            property: "userPrincipalName"
        )
        return name
    }
    /// The members without rules of their own.
    ///
    /// A null takes a text away.
    private static func takeDetails(_ body: inout GraphBody, _ user: inout User) throws(ServiceError) {
        for name in User.textNames.sorted() where body.has(name) { user.texts[name] = try body.text(name) }
        if let phones = try body.texts("businessPhones", max: 1) { user.businessPhones = phones }
    }
    /// A password that must be changed could be neither used nor changed, for there is no page that changes it at
    /// sign-in: such an account would never sign in.
    private static func check(_ profile: JSON) throws(ServiceError) {
        guard case .object(let members) = profile else { throw GraphFault.value("passwordProfile", .user) }
        for (name, value) in members.sorted(by: { $0.key < $1.key }) where !name.hasPrefix("@odata.") {
            switch name {
            case "password": continue
            case "forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa":
                guard value == .null || value.bool != nil else { throw GraphFault.value(name, .user) }
                guard value.bool != true else {
                    throw .notImplemented("A password that must be changed at the next sign-in (\(name)=true)")
                }
            default: throw GraphFault.value("passwordProfile", .user)
            }
        }
    }
    private func credential(_ profile: JSON, _ scope: WriteScope) async throws(ServiceError) -> UserCredential {
        guard let password = profile["password"]?.string else { throw GraphFault.required("password", .user) }
        guard PasswordPolicy.accepts(password) else {
            throw GraphFault.invalid(
                "The specified password does not comply with password complexity requirements. Use \(PasswordPolicy.charactersMin) "
                    + "to \(PasswordPolicy.charactersMax) characters of three of four kinds: small, capital, digit, other."
            )
        }
        return try await credential(Secret(text: password), mustChange: false, scope)
    }
    func credential(_ password: Secret, mustChange: Bool, _ scope: WriteScope) async throws(ServiceError)
        -> UserCredential
    {
        let hash = try await passwordChecks.hash(password, salt: scope.entropy.bytes(PasswordHash.saltBytes))
        return UserCredential(hash: hash, changed: scope.now, mustChange: mustChange)
    }
    /// A profile with a password sets it; one without only says that the present one need not be changed.
    private func change(_ profile: JSON, of user: PrincipalID, _ scope: WriteScope) async throws(ServiceError) {
        let key = DirectoryKey.credential(user)
        if profile["password"] != nil {
            try await scope.put(try await credential(profile, scope), at: key)
            try await scope.remove(at: DirectoryKey.attempts(user))
        } else if let mustChange = profile["forceChangePasswordNextSignIn"]?.bool,
            var credential = try await scope.get(UserCredential.self, at: key)
        {
            credential.mustChange = mustChange
            try await scope.put(credential, at: key)
        }
    }
}
