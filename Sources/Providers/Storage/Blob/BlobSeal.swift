// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// What the bytes of a blob lie under, besides the key of its account: the key of an encryption scope, a key that the
/// customer provides with each request, or nothing.
struct BlobSeal {
    let customerKey: CustomerKey?
    /// The name of the encryption scope.
    let scope: String?
    /// What bytes are taken in and read under.
    let secret: Secret?
}

extension BlobCall {
    /// What the request says of encryption scopes.
    private var scopeChoice: ScopeChoice {
        get throws(ServiceError) {
            try checked { () throws(StorageFault) in
                try ScopeChoice(
                    header: head.text("x-ms-encryption-scope"),
                    signed: call.caller.signature?.grant.encryptionScope,
                    hasCustomerKey: try CustomerKey(head) != nil
                )
            }
        }
    }
    /// What a new blob of the container, or a block, is to lie under.
    func seal(in container: Container, _ scope: some Scope) async throws(ServiceError) -> BlobSeal {
        let choice = try scopeChoice
        let name = try checked { () throws(StorageFault) in try choice.scope(in: container.encryption) }
        return try await seal(under: name, try customerKey, scope)
    }
    /// What a blob lies under that the request may write to, its scope or key being the one the request states.
    func admitSeal(
        _ record: Blob,
        in container: Container,
        _ scope: some Scope
    ) async throws(ServiceError) -> BlobSeal {
        let key = try admitKey(record)
        let choice = try scopeChoice
        try checked { () throws(StorageFault) in
            try choice.check(against: record.encryptionScope, in: container.encryption)
        }
        return try await seal(under: record.encryptionScope, key, scope)
    }
    private func seal(
        under name: String?,
        _ key: CustomerKey?,
        _ scope: some Scope
    ) async throws(ServiceError) -> BlobSeal {
        // The container may have been replaced since the bytes were taken in, by one of another scope.
        if let received = (scope as? WriteScope)?.received, ScopeNote.scope(of: received) != name {
            throw ServiceError(.serverBusy)
        }
        guard let name else { return BlobSeal(customerKey: key, scope: nil, secret: key?.secret) }
        let secret = try await scope.secret(ofEncryptionScope: name, in: domain)
        return BlobSeal(customerKey: nil, scope: name, secret: secret)
    }
}

extension Container {
    /// What it says of the scopes of its blobs.
    var encryption: ScopeChoice.Home {
        get { ScopeChoice.Home(standard: encryptionScope, isFixed: deniesScopeOverride) }
        set {
            encryptionScope = newValue.standard
            deniesScopeOverride = newValue.isFixed
        }
    }
}

/// Remembers which encryption scope bytes were taken in under.
final class ScopeNote: ContentObserver {
    private let scope: String?
    init(_ scope: String?) { self.scope = scope }
    func observe(_ bytes: ArraySlice<UInt8>) {}
    func digests() -> [String: [UInt8]] { scope.map { ["scope": Array($0.utf8)] } ?? [:] }
    static func scope(of received: Received) -> String? {
        received.digests["scope"].map { String(decoding: $0, as: UTF8.self) }
    }
}
