// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// An encryption scope of an account: a data key of its own, under the key of the tenant as the account's data key is.
///
/// What lies in a scope is sealed under the keys of the account and of the scope; see `BlobSeal`.
struct EncryptionScope: Stored {
    /// Names the domain whose key is the scope's.
    let id: UUID
    var isEnabled = true
    /// What the client said of a second layer of encryption, to be shown again: there is none.
    var infrastructure: Bool?
    let created: Timestamp
    var modified: Timestamp

    static let format: UInt8 = 1
    static let isReadOften = true
    /// Scopes of one account: each is a data key, which a rotation of the tenant's key wraps anew in one commit.
    static let countMax = 250
    var domain: Domain { .encryptionScope(id) }

    /// A new one.
    init(_ scope: WriteScope) {
        id = scope.entropy.uuid()
        created = scope.now
        modified = scope.now
    }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.uuid(id)
        writer.flag(isEnabled)
        writer.number(infrastructure.map { $0 ? 2 : 1 } ?? 0)
        writer.time(created)
        writer.time(modified)
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        id = try reader.uuid()
        isEnabled = try reader.flag()
        let infrastructure = try reader.number()
        self.infrastructure = infrastructure == 0 ? nil : infrastructure == 2
        created = try reader.time()
        modified = try reader.time()
    }
}

extension Domain {
    /// The key of one encryption scope; nothing lies in it but that.
    static func encryptionScope(_ id: UUID) -> Domain { .own("encryption-scope/\(id.lowercaseText)") }
}

extension StorageKey {
    // Account.
    static let encryptionScopes = Key("encryption-scope")
    static func encryptionScope(_ name: String) -> Key { encryptionScopes.appending(name) }
}

extension Scope {
    /// The secret of an account's encryption scope; throws where there is none of the name, or it is disabled.
    func secret(ofEncryptionScope name: String, in account: Domain) async throws(ServiceError) -> Secret {
        let known = try await get(EncryptionScope.self, in: account, at: StorageKey.encryptionScope(name))
        guard let known else { throw ServiceError(.noSuchEncryptionScope(name)) }
        guard known.isEnabled else { throw ServiceError(.encryptionScopeDisabled(name)) }
        guard let secret = try await secret(of: known.domain) else {
            throw .unavailable("encryption scope \(name) has no key")
        }
        return secret
    }
    /// What a blob's bytes are sealed under besides the account's key; nil for nothing.
    ///
    /// `key` is the customer's, where the request brought one that was looked at.
    func contentKey(
        of record: Blob,
        in account: Domain,
        customer key: Secret? = nil
    ) async throws(ServiceError) -> Secret? {
        guard let name = record.encryptionScope else { return key }
        return try await secret(ofEncryptionScope: name, in: account)
    }
}

extension AccountData {
    /// Takes scopes of an account that is gone away, with their keys; true while there may be more.
    func purgeEncryptionScopes() async throws(ServiceError) -> Bool {
        let found = try await scope.list(
            EncryptionScope.self,
            in: domain,
            under: StorageKey.encryptionScopes,
            limit: EncryptionScope.countMax
        )
        for item in found {
            scope.shred(item.value.domain)
            try await scope.remove(in: domain, at: item.key)
        }
        return !found.isEmpty
    }
}
