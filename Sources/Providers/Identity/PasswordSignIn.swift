// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// Who signed in, by whatever means.
struct SignedIn: Sendable {
    let tenant: TenantID
    let user: User
    let credentialStamp: Int64
}

/// What came of looking at a password.
enum PasswordOutcome: Sendable {
    case signedIn(SignedIn)
    /// Refused; `recording` is what must be kept of it, nil when nothing.
    case refused(ServiceError, recording: Recording?)
    /// A count of wrong passwords that moved.
    struct Recording: Sendable {
        let tenant: TenantID
        let user: PrincipalID
    }
}

extension IdentityProvider {
    /// Looks at a user's name and password.
    ///
    /// Reads only: what a wrong one changes is told in the outcome.
    func lookAt(
        user name: String,
        password: Secret,
        tenant hint: TenantID?,
        _ scope: any Scope
    ) async throws(ServiceError) -> (outcome: PasswordOutcome, attempts: SignInAttempts) {
        let none = SignInAttempts()
        guard let name = UserPrincipalName(name) else { return (try await nobody(password), none) }
        guard let home = try await tenant(domain: name.domain, scope) else { return (try await nobody(password), none) }
        if let hint, hint != home { return (.refused(SignInFault.foreignUser(hint.text), recording: nil), none) }
        let view = Self.view(scope, of: home)
        guard
            let pointer = try await view.get(Pointer.self, at: DirectoryKey.userPrincipalName(name.canonical)),
            let user = try await view.get(User.self, at: DirectoryKey.object(.user, pointer.id)),
            let state = try await view.get(ObjectState.self, at: DirectoryKey.state(pointer.id)),
            let credential = try await view.get(UserCredential.self, at: DirectoryKey.credential(pointer.id))
        else { return (try await nobody(password), none) }
        let attempts = try await view.get(SignInAttempts.self, at: DirectoryKey.attempts(user.id)) ?? none
        if attempts.isLocked(at: scope.now) { return (.refused(SignInFault.locked, recording: nil), attempts) }
        guard try await passwordChecks.check(password, against: credential.hash) else {
            let recording = PasswordOutcome.Recording(tenant: home, user: user.id)
            return (.refused(SignInFault.wrongPassword, recording: recording), attempts)
        }
        // Only who knows the password learns more about the account.
        guard state.isEnabled else { return (.refused(SignInFault.disabledUser, recording: nil), attempts) }
        guard !credential.mustChange else {
            return (.refused(SignInFault.passwordMustChange, recording: nil), attempts)
        }
        return (.signedIn(SignedIn(tenant: home, user: user, credentialStamp: state.credentialStamp)), attempts)
    }

    /// Counts one wrong password.
    static func countFailure(_ recording: PasswordOutcome.Recording, _ scope: WriteScope) async throws(ServiceError) {
        let scope = scope.of(recording.tenant)
        let key = DirectoryKey.attempts(recording.user)
        let attempts = try await scope.get(SignInAttempts.self, at: key) ?? SignInAttempts()
        try await scope.put(attempts.afterFailure(at: scope.now), at: key)
    }
    /// Forgets wrong passwords after a right one.
    static func forgetFailures(of user: PrincipalID, in tenant: TenantID, _ scope: WriteScope)
        async throws(ServiceError)
    {
        try await scope.of(tenant).remove(at: DirectoryKey.attempts(user))
    }

    private func nobody(_ password: Secret) async throws(ServiceError) -> PasswordOutcome {
        _ = try await passwordChecks.check(password, against: nil)
        return .refused(SignInFault.wrongPassword, recording: nil)
    }
    /// A scope seen for another tenant, whichever way it goes.
    static func view(_ scope: any Scope, of tenant: TenantID) -> any Scope {
        switch scope {
        case let scope as ReadScope: scope.of(tenant)
        case let scope as WriteScope: scope.of(tenant)
        default: preconditionFailure("a scope reads or writes")
        }
    }
}
