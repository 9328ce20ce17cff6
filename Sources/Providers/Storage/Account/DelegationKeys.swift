// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Markup
import Store

/// What the user delegation keys of one account are derived from; another one ends them all.
struct DelegationSecret: Stored {
    let secret: Secret

    static let format: UInt8 = 1
    static let isReadOften = true
    private static let sizeBytes = 32

    init(_ scope: WriteScope) { secret = Secret(scope.entropy.bytes(Self.sizeBytes)) }
    func storedBody() -> [UInt8] { secret.reveal() }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) { secret = Secret(Array(storedBody)) }
}

extension WriteScope {
    /// Gives an account the secret of its user delegation keys, unless it has one.
    func ensureDelegationSecret(_ domain: Domain) async throws(ServiceError) {
        guard try await get(DelegationSecret.self, in: domain, at: StorageKey.delegation) == nil else { return }
        try await put(DelegationSecret(self), in: domain, at: StorageKey.delegation)
    }
}

extension StorageProvider {
    /// Get User Delegation Key (`POST /?restype=service&comp=userdelegationkey`): a key of the caller's own.
    func getUserDelegationKey(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let key = try await delegationKey(for: .blob, call, blob.version, of: blob.place, scope)
        return try blob.xml { () throws(StorageFault) in try key.body() }
    }
    /// The same for signatures of queues.
    func getQueueDelegationKey(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let queue = try await openQueue(call, scope)
        let key = try await delegationKey(for: .queue, call, queue.version, of: queue.place, scope)
        return try queue.xml { () throws(StorageFault) in try key.body() }
    }
    private func delegationKey(
        for service: DelegatedKey.Service,
        _ call: Call,
        _ version: ServiceVersion,
        of place: AccountPlace,
        _ scope: ReadScope
    ) async throws(ServiceError) -> MadeKey {
        guard let principal = call.caller.principal else { throw .permissionMismatch() }
        guard version.isAtLeast(service.firstVersion) else {
            throw ServiceError(.invalidHeaderValue("x-ms-version", version.text))
        }
        let info = try checked { () throws(StorageFault) in try KeyInfo(call.body, now: scope.now) }
        guard info.userTenant ?? principal.tenant == principal.tenant else {
            throw ServiceError(.notImplemented("user delegation keys for users of another tenant (DelegatedUserTid)."))
        }
        let stored = try await scope.get(DelegationSecret.self, in: place.domain, at: StorageKey.delegation)
        guard let stored else { throw Self.noDelegationSecret }
        let key = DelegatedKey(
            principal: principal.id,
            tenant: principal.tenant,
            start: info.start,
            expiry: info.expiry,
            version: version,
            userTenant: info.userTenant,
            service: service
        )
        return MadeKey(key: key, value: key.value(under: stored.secret))
    }
    /// A key as it is handed out.
    private struct MadeKey {
        let key: DelegatedKey
        let value: Secret

        func body() throws(StorageFault) -> [UInt8] {
            try XMLBody.write { writer in
                writer.open("UserDelegationKey")
                writer.leaf("SignedOid", key.principal.text)
                writer.leaf("SignedTid", key.tenant.text)
                writer.leaf("SignedStart", key.start.iso8601Seconds)
                writer.leaf("SignedExpiry", key.expiry.iso8601Seconds)
                writer.leaf("SignedService", key.service.rawValue)
                writer.leaf("SignedVersion", key.version.text)
                writer.optional("SignedDelegatedUserTid", key.userTenant?.text)
                writer.leaf("Value", value.reveal().base64)
                writer.close()
            }
        }
    }
    private static let noDelegationSecret = ServiceError(
        409,
        "OperationNotAllowed",
        "The account was made before user delegation keys were. Update it once (az storage account update), then ask again."
    )

    /// Revoke User Delegation Keys: a fresh secret, under which no earlier key signs anything.
    func revokeUserDelegationKeys(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let domain = try await existing(call, scope).account.domain
        try await scope.put(DelegationSecret(scope), in: domain, at: StorageKey.delegation)
        return Reply(200)
    }
}
