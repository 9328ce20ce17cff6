// SPDX-License-Identifier: Apache-2.0
package import Base

/// A stored access policy of a container (REST "Define a stored access policy"): what a signature that names it takes
/// from it.
package struct StoredPolicy: Equatable, Hashable, Sendable {
    /// The most policies a container has.
    package static let countMax = 5
    /// The most characters of an id.
    package static let identifierCharactersMax = 64

    /// The id signatures give in `si`.
    package let identifier: String
    /// From when, unless the signature says so.
    package let start: Timestamp?
    /// Until when, unless the signature says so.
    package let expiry: Timestamp?
    /// The permission letters, unless the signature gives them.
    package let permissions: String?

    /// Names a policy.
    package init(identifier: String, start: Timestamp? = nil, expiry: Timestamp? = nil, permissions: String? = nil) {
        self.identifier = identifier
        self.start = start
        self.expiry = expiry
        self.permissions = permissions
    }
}
