// SPDX-License-Identifier: Apache-2.0

/// Which encryption scope a request chooses (REST "Put Blob", header `x-ms-encryption-scope`; "Create a service SAS", field
/// `ses`).
package struct ScopeChoice: Equatable, Sendable {
    /// What a container says of the scopes of its blobs.
    package struct Home: Equatable, Sendable {
        /// The scope of blobs that name none; nil for the account's own key.
        package var standard: String?
        /// Whether blobs may not name another scope, nor bring a key of their own.
        package var isFixed: Bool

        /// What a container says.
        package init(standard: String? = nil, isFixed: Bool = false) {
            self.standard = standard
            self.isFixed = isFixed
        }
        /// Reads what Create Container states; both headers come together.
        package init(_ head: RequestHead) throws(StorageFault) {
            let names = ("x-ms-default-encryption-scope", "x-ms-deny-encryption-scope-override")
            switch (head.text(names.0), head.text(names.1)) {
            case (nil, nil): self.init()
            case (nil, .some): throw .missingRequiredHeader(names.0)
            case (.some, nil): throw .missingRequiredHeader(names.1)
            case (.some(let scope), .some(let text)):
                guard let denies = ["true": true, "false": false][text.lowercased()] else {
                    throw .invalidHeaderValue(names.1, text)
                }
                self.init(standard: scope == ContainerEntry.accountScope ? nil : scope, isFixed: denies)
            }
        }
    }

    /// What the request or its signature states; nil when neither states a scope.
    package let stated: String?
    /// Whether the request brings a key of the customer's instead.
    package let hasCustomerKey: Bool

    /// Takes the header, and the scope a signature holds its bearer to.
    package init(header: String?, signed: String?, hasCustomerKey: Bool) throws(StorageFault) {
        if let header, let signed, header != signed { throw .invalidHeaderValue("x-ms-encryption-scope", header) }
        stated = header ?? signed
        self.hasCustomerKey = hasCustomerKey
        guard stated == nil || !hasCustomerKey else {
            throw .invalidInput("an encryption scope and a customer-provided key exclude each other.")
        }
    }

    /// The scope of a new blob, or of a block; nil for the account's own key.
    package func scope(in home: Home) throws(StorageFault) -> String? {
        if home.isFixed {
            guard !hasCustomerKey, stated ?? home.shown == home.shown else { throw .forbiddenByContainerEncryption }
        }
        guard let stated else { return hasCustomerKey ? nil : home.standard }
        return stated == ContainerEntry.accountScope ? nil : stated
    }
    /// Whether the request may write to a blob that lies in the scope `stored`.
    ///
    /// A blob older than its container's standard, or restored into it, is not bound by that standard.
    package func check(against stored: String?, in home: Home) throws(StorageFault) {
        let chosen = try scope(in: home)
        if stated == nil, !hasCustomerKey, stored == nil { return }
        try Self.check(chosen, against: stored)
    }
    /// Whether bytes of one scope may join those of another.
    package static func check(_ chosen: String?, against stored: String?) throws(StorageFault) {
        switch (chosen, stored) {
        case (nil, nil): return
        case (nil, .some): throw .blobUsesCustomerSpecifiedEncryption
        case (.some, nil): throw .blobDoesNotUseCustomerSpecifiedEncryption
        case (.some(let chosen), .some(let stored)):
            guard chosen == stored else { throw .customerSpecifiedEncryptionMismatch }
        }
    }
}

extension ScopeChoice.Home {
    /// How the standard is written.
    package var shown: String { standard ?? ContainerEntry.accountScope }
}

extension StorageFault {
    /// 403: the container has one scope for all of its blobs.
    package static let forbiddenByContainerEncryption = StorageFault(
        403,
        "RequestForbiddenByContainerEncryptionPolicy",
        "The request is forbidden by the container encryption policy."
    )
    /// 400: the account has no encryption scope of that name.
    package static func noSuchEncryptionScope(_ name: String) -> StorageFault {
        StorageFault(
            400,
            "InvalidHeaderValue",
            "The value for one of the HTTP headers is not in the correct format.",
            [
                ("HeaderName", "x-ms-encryption-scope"), ("HeaderValue", name),
                ("Reason", "The account has no encryption scope of this name."),
            ]
        )
    }
    /// 403: the scope is there, but whoever manages the account has switched it off.
    ///
    /// The status is documented ("Disable an encryption scope"), the code is not.
    package static func encryptionScopeDisabled(_ name: String) -> StorageFault {
        StorageFault(
            403,
            "EncryptionScopeDisabled",
            "The encryption scope '\(name)' is disabled: what lies in it is neither read nor written until it is enabled."
        )
    }
}
