// SPDX-License-Identifier: Apache-2.0
package import Base

/// Whose load a request is: what takes turns with others of its kind.
///
/// Known once a request is admitted, so that nobody spends another's turns.
package enum Party: Hashable, Sendable {
    /// An account of a data plane, by its name.
    case account(String)
    /// A tenant, on the surfaces where no account is addressed.
    case tenant(TenantID)
    /// Whoever has not been admitted yet.
    case newcomers
}
