// SPDX-License-Identifier: Apache-2.0

/// One of the faces the region shows: a family of host names with one way to sign in and one form of errors.
package enum Surface: String, Hashable, Sendable, CaseIterable {
    /// Azure Resource Manager: `management.D`.
    case management
    /// The security token service: `login.D`.
    case login
    /// Microsoft Graph: `graph.D`.
    case graph
    /// Blob storage: `{account}.blob.core.D`.
    case blob
    /// Queues and tables of storage accounts.
    case queue, table
    /// Data Lake, another face of blob storage: `{account}.dfs.core.D`.
    case dfs
    /// A storage service that is not built yet answers 501 under its own name.
    case file
    /// Static websites of storage accounts: `{account}.web.core.D`.
    case web
    /// Key Vault, `{vault}.vault.D`, and Container Registry, `{registry}.azurecr.D`: not built yet either.
    case vault, registry
    /// `D` and `portal.D`.
    case portal

    /// The form of the surface's error bodies.
    package var errorForm: ErrorForm {
        switch self {
        case .management, .portal, .vault: .resourceManager
        case .login: .token
        case .graph: .graph
        case .blob, .queue, .file: .storage
        case .web: .page
        case .table: .table
        case .dfs: .dataLake
        case .registry: .registry
        }
    }
}

/// How an error is written for the client.
package enum ErrorForm: Sendable {
    /// `{"error":{"code","message"}}`.
    case resourceManager
    /// `{"error","error_description","error_codes",…}`: RFC 6749 §5.2 with Entra's additions.
    case token
    /// `{"error":{"code","message","innerError"}}`.
    case graph
    /// `<Error><Code/><Message/></Error>` and `x-ms-error-code`.
    case storage
    /// `{"odata.error":{"code","message"}}` or Atom's `<error>`, as the client accepts, and `x-ms-error-code`.
    case table
    /// `{"error":{"code","message"}}` and `x-ms-error-code`.
    case dataLake
    /// A page for a person, and `x-ms-error-code`.
    case page
    /// `{"errors":[{"code","message","detail"}]}`: OCI distribution specification, "Error codes".
    case registry

    /// Whether it is one of a storage service, with the storage services' own codes.
    package var isStorage: Bool { [.storage, .table, .dataLake, .page].contains(self) }
}
