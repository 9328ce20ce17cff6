// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Kernel

/// Who signed in, by whatever means.
struct SignedIn: Sendable {
    let tenant: TenantID
    let user: User
    let credentialStamp: Int64
}

/// What came of looking at a password.
enum PasswordOutcome: Sendable {
    /// `failures` are the wrong passwords before it, to be forgotten.
    case signedIn(SignedIn, failures: Int)
    case refused(ServiceError)
}

extension IdentityProvider {
    /// Looks at a user's name and password, one at a time in the region.
    ///
    /// It looks at the directory as it is when its turn comes, not at the version its request began with: a request may
    /// be held back by its body, or by the queue, while others guess. A wrong password is counted before the next one is
    /// looked at, in a commit of its own, for the request itself is refused.
    func lookAt(
        user name: String,
        password: Secret,
        tenant hint: TenantID?,
        from address: String
    ) async throws(ServiceError) -> PasswordOutcome {
        try await passwordChecks.inTurn(from: IPAddressText.network(of: address)) {
            () async throws(ServiceError) in
            try await lookInTurn(name, password, hint)
        }
    }
    private func lookInTurn(
        _ name: String,
        _ password: Secret,
        _ hint: TenantID?
    ) async throws(ServiceError) -> PasswordOutcome {
        guard let name = UserPrincipalName(name) else { return try await nobody(password) }
        let region = try await changes.look(at: KeyRing.regionTenant)
        guard let home = try await tenant(domain: name.domain, region) else { return try await nobody(password) }
        if let hint, hint != home { return .refused(SignInFault.foreignUser(hint.text)) }
        let view = region.of(home)
        guard
            let pointer = try await view.get(Pointer.self, at: DirectoryKey.userPrincipalName(name.canonical)),
            let user = try await view.get(User.self, at: DirectoryKey.object(.user, pointer.id)),
            let state = try await view.get(ObjectState.self, at: DirectoryKey.state(pointer.id)),
            let credential = try await view.get(UserCredential.self, at: DirectoryKey.credential(pointer.id))
        else { return try await nobody(password) }
        let attempts = try await view.get(SignInAttempts.self, at: DirectoryKey.attempts(user.id)) ?? SignInAttempts()
        guard !attempts.isLocked(at: view.now), !passwordChecks.isClosed(user.id, at: view.now) else {
            return .refused(SignInFault.locked)
        }
        guard try await passwordChecks.check(password, against: credential.hash) else {
            do throws(ServiceError) {
                try await changes.commit("signIn.fail", of: home) { scope throws(ServiceError) in
                    try await Self.countFailure(of: user.id, scope)
                }
            } catch {
                passwordChecks.close(user.id, at: view.now)
                throw error
            }
            return .refused(SignInFault.wrongPassword)
        }
        // Only who knows the password learns more about the account.
        guard state.isEnabled else { return .refused(SignInFault.disabledUser) }
        guard !credential.mustChange else { return .refused(SignInFault.passwordMustChange) }
        let person = SignedIn(tenant: home, user: user, credentialStamp: state.credentialStamp)
        return .signedIn(person, failures: attempts.failures)
    }

    private static func countFailure(of user: PrincipalID, _ scope: WriteScope) async throws(ServiceError) {
        let key = DirectoryKey.attempts(user)
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
        return .refused(SignInFault.wrongPassword)
    }
}
