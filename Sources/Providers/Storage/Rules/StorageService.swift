// SPDX-License-Identifier: Apache-2.0
package import Kernel

/// The services of a storage account, each with a host name of its own.
package enum StorageService: String, Hashable, Sendable, CaseIterable {
    case blob
    /// Data Lake: another face of the Blob service, with its rights and signatures.
    case dfs
    case queue
    case table

    /// The surface it answers on.
    package var surface: Surface {
        switch self {
        case .blob: .blob
        case .dfs: .dfs
        case .queue: .queue
        case .table: .table
        }
    }
    /// Its letter in `ss` of an account signature (REST "Create an account SAS", signed services).
    package var letter: SASPermissions {
        switch self {
        case .blob, .dfs: "b"
        case .queue: "q"
        case .table: "t"
        }
    }
    /// The letters `sp` of a service signature may have (REST "Create a service SAS", signed permissions).
    package var permissions: SASPermissions {
        switch self {
        case .blob, .dfs: .service
        case .queue: "raup"
        case .table: "raud"
        }
    }
    /// What the service's containers are called where a message names one.
    package var noun: String {
        switch self {
        case .blob, .dfs: "container"
        case .queue: "queue"
        case .table: "table"
        }
    }
}
