// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

extension StorageProvider {
    /// Verifies a shared access signature of an account, whichever key it was made with, and answers what it opens.
    ///
    /// `circumstances` name what is opened by it: the request's own target, or the source of a copy.
    func verify(
        _ signature: SharedAccessSignature,
        _ circumstances: SharedAccessSignature.Circumstances,
        of account: Account,
        at place: AccountPlace,
        _ scope: ReadScope
    ) async throws(ServiceError) -> SignatureGrant {
        var circumstances = circumstances
        circumstances.secondsMax = account.signatureSecondsMax
        let target = circumstances.target
        let key = try checked { () throws(StorageFault) in try signature.delegatedKey }
        if let key {
            guard let service = DelegatedKey.Service(target) else {
                throw ServiceError(.notImplemented("User delegation signatures of tables."))
            }
            guard service == key.service else {
                throw ServiceError(.authenticationFailed("sks is not this service: the key was made for another one."))
            }
            let secret = try await delegationSecret(for: key, at: place, scope)
            let grant = try checked { () throws(StorageFault) in
                try signature.verify(circumstances, keys: [key.value(under: secret)])
            }
            let delegator = Principal(
                id: key.principal,
                tenant: key.tenant,
                application: nil,
                userPrincipalName: nil,
                audience: "https://storage.azure.com"
            )
            var opened = SignatureGrant(grant: grant, target: target, delegator: delegator)
            opened.agent = PrincipalID(text: signature.value("saoid"))
            opened.bearer = PrincipalID(text: signature.value("suoid"))
            return opened
        }
        var policy: StoredPolicy?
        if let identifier = signature.policyIdentifier {
            policy = try await policies(signature, of: target, at: place, scope).first { $0.identifier == identifier }
        }
        let grant = try checked { () throws(StorageFault) in
            let grant = try signature.verify(circumstances, keys: account.keys.map(\.secret), policy: policy)
            guard account.allowsSharedKey else { throw .keyBasedAuthenticationNotPermitted }
            return grant
        }
        return SignatureGrant(grant: grant, target: target)
    }
    /// The stored access policies of what a target names.
    private func policies(
        _ signature: SharedAccessSignature,
        of target: StorageTarget,
        at place: AccountPlace,
        _ scope: ReadScope
    ) async throws(ServiceError) -> [StoredPolicy] {
        switch target {
        case .blob(let blob):
            guard let name = blob.container else { return [] }
            let container = try await scope.get(Container.self, in: place.domain, at: StorageKey.container(name))
            return container?.policies ?? []
        case .queue(let queue):
            guard let name = queue.queue else { return [] }
            let record = try await scope.get(Queue.self, in: place.domain, at: StorageKey.queue(name))
            return record?.policies ?? []
        case .table(let table):
            // A batch names its table inside; the signature names it outside.
            guard let name = try? TableName(table.table ?? signature.value("tn")) else { return [] }
            let record = try await scope.get(TableRecord.self, in: place.domain, at: TableKey.table(name))
            return record?.policies ?? []
        }
    }
    /// Keys of other tenants were never handed out, and an account without a secret has handed out none.
    private func delegationSecret(
        for key: DelegatedKey,
        at place: AccountPlace,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Secret {
        guard key.tenant == place.tenant else {
            throw ServiceError(.authenticationFailed("sktid is not the tenant of the account."))
        }
        let stored = try await scope.get(DelegationSecret.self, in: place.domain, at: StorageKey.delegation)
        guard let stored else {
            throw ServiceError(.authenticationFailed("The account has no user delegation key."))
        }
        return stored.secret
    }

    /// Whether the roles of the principal whose key signed allow this too; always, for signatures of account keys.
    ///
    /// A delegated signature opens what both its letters and its principal's roles open, at the time of the request. One
    /// whose user access lists bind as well (`suoid`) opens nothing but what it was asked for.
    func delegatorMay(
        _ access: Access,
        _ grant: SignatureGrant,
        at resource: ResourceID,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Bool {
        guard grant.bearer == nil else { return false }
        return try await delegatorHasRole(access, grant, at: resource, scope)
    }
    /// The same, whoever else has to be asked.
    func delegatorHasRole(
        _ access: Access,
        _ grant: SignatureGrant,
        at resource: ResourceID,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Bool {
        guard let delegator = grant.delegator else { return true }
        guard try await tokens.mayAct(delegator.id, asking: scope) else { return false }
        let caller = Caller.principal(delegator)
        switch access {
        case .control(let action):
            return try await self.access.allows(action, at: resource, caller: caller, scope: scope)
        case .data(let action):
            return try await self.access.allowsData(action, at: resource, caller: caller, scope: scope)
        case .dataBelow(let actions):
            return try await self.access.allowsDataBelow(actions, at: resource, caller: caller, scope: scope)
        case .member, .anyone: return false
        }
    }
}
