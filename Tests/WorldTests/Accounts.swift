// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Simulation
import Store

/// The accounts of simulated worlds of blobs; blobs of `branch` may be read by anyone.
enum Accounts {
    static let archive = "archive"
    static let branch = "branch"
    /// One with a hierarchical namespace.
    static let lake = "lake"
    static func host(_ account: String) -> String { "\(account).blob.\(Clerk.plan.primary.storage)" }
    static func path(_ account: String) -> String {
        "\(Clerk.group)/providers/Microsoft.Storage/storageAccounts/\(account)"
    }

    /// A founded region with both accounts, each with the container `docs`, made once.
    static let founded = Result { try found([archive, branch]) }
    /// One whose only account has a hierarchical namespace.
    static let hierarchy = Result { try found([lake]) }

    private static func found(_ accounts: [String]) throws -> [Pair] {
        let simulation = Simulation(seed: 0)
        let region = try TestRegion()
        try simulation.run {
            let journal = try await region.open(simulation.world)
            try await journal.found(TestRegion.tenant, [Clerk.founding])
            let desk = Clerk.dispatcher(journal)
            for account in accounts {
                let body: JSON = [
                    "location": "francecentral", "kind": "StorageV2", "sku": ["name": "Standard_LRS"],
                    "properties": [
                        "allowBlobPublicAccess": .bool(account == branch), "isHnsEnabled": .bool(account == lake),
                    ],
                ]
                let management = Clerk.plan.primary.management
                let made = await Clerk.send(
                    .put,
                    management,
                    path(account),
                    "api-version=2025-08-01",
                    body.bytes,
                    desk,
                    simulation
                )
                let docs = await Clerk.send(
                    .put,
                    host(account),
                    "/docs",
                    "restype=container",
                    [],
                    desk,
                    simulation,
                    headers: account == branch ? ["x-ms-blob-public-access": "blob"] : [:]
                )
                if let error = made.error ?? docs.error { throw Unprepared(description: "no container: \(error)") }
            }
        }
        return region.rows
    }
}

/// Why a world could not begin.
struct Unprepared: Error, CustomStringConvertible { let description: String }
