// SPDX-License-Identifier: Apache-2.0
package import HTTPTypes

/// What a verified signature lets its bearer do.
package struct SASGrant: Equatable, Sendable {
    /// What the signature was made for.
    package enum Scope: Equatable, Sendable {
        /// The account: services and resource types by their letters.
        case account(services: SASPermissions, types: SASPermissions)
        /// A container and every blob in it.
        case container
        /// One blob, one of its snapshots or one of its versions, or everything under a directory.
        case blob
        /// A queue and its messages.
        case queue
        /// A table, or a part of it.
        case table(TableBounds)

        /// The service it was made for; nil for an account signature, which names its services.
        var service: StorageService? {
            switch self {
            case .account: nil
            case .container, .blob: .blob
            case .queue: .queue
            case .table: .table
            }
        }
    }
    /// How far a permission goes.
    package enum Allowance: Equatable, Sendable {
        /// Whatever the target's state.
        case always
        /// As long as the target does not exist; else answer `unauthorizedBlobOverwrite`.
        case onlyIfAbsent
    }

    /// What the signature was made for; the request's own resource was checked against it.
    package let scope: Scope
    /// The permissions, from the signature or its stored policy.
    package let permissions: SASPermissions
    /// The encryption scope of all the bearer writes, if one is set; see `ScopeChoice`.
    package let encryptionScope: String?
    /// Headers that replace those of a read's answer (`rscc`, `rscd`, `rsce`, `rscl`, `rsct`).
    package let overrides: HTTPFields
    /// Which of the account's keys signed.
    package let keyIndex: Int

    /// A grant whose signature was verified.
    package init(
        scope: Scope,
        permissions: SASPermissions,
        encryptionScope: String?,
        overrides: HTTPFields,
        keyIndex: Int
    ) {
        self.scope = scope
        self.permissions = permissions
        self.encryptionScope = encryptionScope
        self.overrides = overrides
        self.keyIndex = keyIndex
    }

    /// Whether the bearer may do what an operation needs; throws the service's answer when not.
    package func permits(_ need: SASNeed) throws(StorageFault) -> Allowance {
        let letters: SASPermissions
        switch scope {
        case .account(let services, let types):
            guard services.contains(need.face.letter) else { throw .authorizationServiceMismatch }
            let level: SASPermissions =
                switch need.level {
                case .service: "s"
                case .container: "c"
                case .object: "o"
                case .any: types
                }
            guard types.contains(level) else { throw .authorizationResourceTypeMismatch }
            letters = need.account
        case .container, .queue, .table:
            guard need.level != .service, scope.service == need.face else { throw .authorizationFailure }
            letters = need.service
        case .blob:
            guard need.level != .service, !need.isOnContainer, need.face == .blob else { throw .authorizationFailure }
            letters = need.service
        }
        guard !letters.isEmpty else { throw .authorizationFailure }
        if !permissions.isDisjoint(with: letters) { return .always }
        if !permissions.isDisjoint(with: need.whenAbsent) { return .onlyIfAbsent }
        throw .authorizationPermissionMismatch
    }
}
