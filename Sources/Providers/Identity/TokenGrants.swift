// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// The token endpoint, for every address style: RFC 6749 §3.2, RFC 8628 §3.4.
///
/// It looks only, so that a grant costs a few reads and a signature. The few things a grant must leave behind – a used
/// device code, a wrong password – go through `changes`, each in a commit of its own.
extension IdentityProvider {
    /// Serves `POST /{tenant}/oauth2[/v2.0]/token`.
    func grantToken(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let request = try TokenRequest(try FormBody(call.body), authorization: call.request.headers[.authorization])
        let hint = TenantHint(call["tenant"])
        return switch request.grant {
        case .clientCredentials: try await grantToClient(request, hint, call, scope)
        case .password(let user, let password): try await grant(request, hint, user, password, call, scope)
        case .refreshToken(let token): try await renew(request, hint, token, call, scope)
        case .deviceCode(let code): try await redeem(request, hint, code, call, scope)
        }
    }

    private func grantToClient(
        _ request: TokenRequest,
        _ hint: TenantHint,
        _ call: Call,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Reply {
        let tenant = try await tenantOfClient(request.client, hint, scope)
        let view = scope.of(tenant)
        guard let client = try await view.get(Client.self, at: Client.key(request.client)) else {
            // Looked up only now: the usual grant needs no tenant record.
            _ = try await self.tenant(.id(tenant), scope)
            throw SignInFault.unknownClient(request.client.lowercaseText, in: tenant)
        }
        try Self.authenticate(client, request, required: true, now: scope.now)
        guard let principal = client.servicePrincipal,
            let state = try await view.get(ObjectState.self, at: DirectoryKey.state(principal))
        else { throw SignInFault.noServicePrincipal(request.client.lowercaseText, in: tenant.text) }
        guard state.isEnabled else { throw SignInFault.disabledClient(request.client.lowercaseText) }
        return try await answer(issue(request, .application(principal), tenant, call, scope), scope)
    }

    private func grant(
        _ request: TokenRequest,
        _ hint: TenantHint,
        _ user: String,
        _ password: Secret,
        _ call: Call,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Reply {
        let named = try await tenant(hint, scope)?.id
        let home = if let named { named as TenantID? } else { try await tenantOfUser(user, scope) }
        try await admitClient(request, home, scope)
        let address = call.request.remoteAddress
        switch try await lookAt(user: user, password: password, tenant: named, from: address) {
        case .refused(let error): throw error
        case .signedIn(let person, let failures):
            if failures > 0 { try await forgetFailures(of: person) }
            return try await answerUser(person, request, session: scope.entropy.uuid(), call, scope)
        }
    }

    /// Where the store takes no change now they are forgotten later: whoever is to free a full disk must get in.
    private func forgetFailures(of person: SignedIn) async throws(ServiceError) {
        do throws(ServiceError) {
            try await changes.commit("signIn.succeed", of: person.tenant) { scope throws(ServiceError) in
                try await Self.forgetFailures(of: person.user.id, in: person.tenant, scope)
            }
        } catch {
            guard error.status == 503 else { throw error }
        }
    }

    private func renew(
        _ request: TokenRequest,
        _ hint: TenantHint,
        _ token: String,
        _ call: Call,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Reply {
        let keys = try await signingKeys.current(scope)
        guard let grant = RefreshGrant(token, under: keys.sealing) else { throw SignInFault.badRefreshToken }
        if let named = try await tenant(hint, scope), named.id != grant.tenant {
            throw SignInFault.foreignUser(named.id.text)
        }
        let sameFamily = KnownClients.isFamily(request.client) && KnownClients.isFamily(grant.client)
        guard grant.client == request.client || sameFamily else { throw SignInFault.badRefreshToken }
        try await admitClient(request, grant.tenant, scope)
        guard !grant.isExpired(at: scope.now) else { throw SignInFault.expiredRefreshToken }
        let person = try await person(grant.user, in: grant.tenant, stamp: grant.credentialStamp, scope)
        // A renewal renews the right to renew, whether the client says so again or not.
        var asked = request.scope
        asked.offline = true
        return try await answerUser(person, request, scope: asked, session: grant.session, call, scope)
    }

    private func redeem(
        _ request: TokenRequest,
        _ hint: TenantHint,
        _ code: String,
        _ call: Call,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Reply {
        let digest = Self.digest(deviceCode: code)
        guard let grant = try await scope.get(DeviceGrant.self, in: .region, at: DeviceGrant.key(digest)) else {
            throw SignInFault.unknownDeviceCode
        }
        let approval: DeviceGrant.Approval
        switch grant.poll(by: request.client, at: scope.now) {
        case .pending: throw SignInFault.pending
        case .expired: throw SignInFault.expiredDeviceCode
        case .redeemed: throw SignInFault.usedDeviceCode
        case .foreign: throw SignInFault.unknownDeviceCode
        case .approved(let given): approval = given
        }
        if let named = try await tenant(hint, scope), named.id != approval.tenant {
            throw SignInFault.foreignUser(named.id.text)
        }
        try await admitClient(request, approval.tenant, scope)
        let person = try await person(approval.user, in: approval.tenant, stamp: approval.credentialStamp, scope)
        // RFC 8628 §3.4 sends no scope with the code: the one asked for at the beginning counts.
        let asked = request.scope.isVersionOne || !request.scope.words.isEmpty ? request.scope : grant.scope
        // Of two clients with the same code, the commit lets one through; the other meets a redeemed code.
        try await changes.commit("deviceCode.redeem", of: approval.tenant) { scope throws(ServiceError) in
            try await Self.markRedeemed(digest, by: request.client, scope)
        }
        return try await answerUser(person, request, scope: asked, session: scope.entropy.uuid(), call, scope)
    }
}

extension IdentityProvider {
    /// The user of a refresh token or a device code, if the account still is what it was when they were given.
    private func person(
        _ user: PrincipalID,
        in tenant: TenantID,
        stamp: Int64,
        _ scope: ReadScope
    ) async throws(ServiceError) -> SignedIn {
        let view = scope.of(tenant)
        guard let state = try await view.get(ObjectState.self, at: DirectoryKey.state(user)),
            let found = try await view.get(User.self, at: DirectoryKey.object(.user, user))
        else { throw SignInFault.revokedRefreshToken }
        guard state.isEnabled else { throw SignInFault.disabledUser }
        guard state.credentialStamp == stamp else { throw SignInFault.revokedRefreshToken }
        return SignedIn(tenant: tenant, user: found, credentialStamp: stamp)
    }
    private func answerUser(
        _ person: SignedIn,
        _ request: TokenRequest,
        scope asked: RequestedScope? = nil,
        session: UUID,
        _ call: Call,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Reply {
        let subject = TokenSubject.user(person.user, credentialStamp: person.credentialStamp, session: session)
        return try await answer(issue(request, subject, person.tenant, scope: asked, call, scope), scope)
    }
    private func issue(
        _ request: TokenRequest,
        _ subject: TokenSubject,
        _ tenant: TenantID,
        scope asked: RequestedScope? = nil,
        _ call: Call,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Issue {
        let asked = asked ?? request.scope
        if let resource = asked.resource { try await requireKnown(resource, tenant, scope) }
        return Issue(
            subject: subject,
            tenant: tenant,
            client: request.client,
            scope: asked,
            wantsClientInfo: request.wantsClientInfo,
            address: address(call),
            graph: audiences.graph(call.destination.names),
            now: scope.now
        )
    }
    /// One of the region's own resources, or an application of the tenant by its id or one of its URIs.
    private func requireKnown(_ resource: String, _ tenant: TenantID, _ scope: ReadScope) async throws(ServiceError) {
        if audiences.knows(resource) { return }
        var name = resource
        if name.lowercased().hasPrefix("api://"), UUID(uuidString: String(name.dropFirst(6))) != nil {
            name.removeFirst(6)
        }
        guard name.utf8.count <= Limits.textCharactersMax,
            try await scope.of(tenant).get(Pointer.self, at: ServicePrincipal.key(name: name)) != nil
        else { throw SignInFault.unknownResource(resource, in: tenant.text) }
    }

    /// The tenant a client signs in to by itself: the one the address names, or the one it is registered in.
    private func tenantOfClient(
        _ client: UUID,
        _ hint: TenantHint,
        _ scope: ReadScope
    ) async throws(ServiceError) -> TenantID {
        switch hint {
        case .id(let id): return id
        case .domain:
            guard let named = try await tenant(hint, scope) else { throw SignInFault.tenantUnclear }
            return named.id
        case .open, .adfs:
            guard let home = try await scope.get(ClientHome.self, in: .region, at: ClientHome.key(client)) else {
                throw SignInFault.unknownClient(client.lowercaseText, in: nil)
            }
            return home.tenant
        }
    }
    private func tenantOfUser(_ name: String, _ scope: ReadScope) async throws(ServiceError) -> TenantID? {
        guard let domain = UserPrincipalName(name)?.domain else { return nil }
        return try await tenant(domain: domain, scope)
    }

    /// Lets a client ask for a user's tokens: one that every directory knows, or one that is registered and is public or
    /// shows its secret.
    func admitClient(_ request: TokenRequest, _ tenant: TenantID?, _ scope: ReadScope) async throws(ServiceError) {
        if KnownClients.names[request.client] != nil { return }
        guard let tenant, let client = try await scope.of(tenant).get(Client.self, at: Client.key(request.client))
        else {
            throw SignInFault.unknownClient(request.client.lowercaseText, in: tenant)
        }
        try Self.authenticate(client, request, required: !client.isPublic, now: scope.now)
    }
    private static func authenticate(
        _ client: Client,
        _ request: TokenRequest,
        required: Bool,
        now: Timestamp
    ) throws(ServiceError) {
        guard let secret = request.clientSecret else {
            if required { throw SignInFault.noClientSecret }
            return
        }
        switch client.check(secret, at: now) {
        case .right: return
        case .wrong: throw SignInFault.wrongSecret(request.client.lowercaseText)
        case .expired: throw SignInFault.expiredSecret(request.client.lowercaseText)
        }
    }
}
