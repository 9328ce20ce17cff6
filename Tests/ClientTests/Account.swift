// SPDX-License-Identifier: Apache-2.0
import Base
import Clients

/// A storage account in a resource group of its own name, made by raw requests.
struct Account: Sendable {
    let name: String
    let key: String
    let home: Home
    let web: Web
    private let arm: String
    private let group: String

    /// Where its blobs are.
    var url: String { "https://\(name).blob.\(home.region.credentials.storageSuffix)" }
    /// rclone's settings for a remote named `laz`, by key.
    var rclone: [String: String] {
        [
            "RCLONE_CONFIG_LAZ_TYPE": "azureblob", "RCLONE_CONFIG_LAZ_ACCOUNT": name, "RCLONE_CONFIG_LAZ_KEY": key,
            "RCLONE_CONFIG_LAZ_ENDPOINT": "blob.\(home.region.credentials.storageSuffix)",
        ]
    }

    /// Creates the account in the shared region.
    static func make(_ name: String) async throws -> Account {
        let home = try Home(await Region.shared())
        let web = Web(home)
        let it = home.region.credentials
        let group = "\(it.management)\(it.subscription)/resourceGroups/\(name)"
        let arm = "\(group)/providers/Microsoft.Storage/storageAccounts/\(name)"
        try await web.arm("PUT", group, ["location": "francecentral"], expecting: 201)
        try await web.arm(
            "PUT",
            arm,
            ["location": "francecentral", "kind": "StorageV2", "sku": ["name": "Standard_LRS"]],
            expecting: 200
        )
        let keys = try await web.arm("POST", "\(arm)/listKeys", [:], expecting: 200)
        guard let key = keys["keys"]?.array?.first?["value"]?.string else { throw ClientError("no key in \(keys)") }
        return Account(name: name, key: key, home: home, web: web, arm: arm, group: group)
    }

    /// An account signature for everything in its services, far into the future.
    func signature() async throws -> String {
        let wish: JSON = [
            "signedServices": "bqt", "signedResourceTypes": "sco", "signedPermission": "rwdlacup",
            "signedExpiry": "2100-01-01T00:00:00Z",
        ]
        let answer = try await web.arm("POST", "\(arm)/ListAccountSas", wish, expecting: 200)
        guard let token = answer["accountSasToken"]?.string else { throw ClientError("no signature in \(answer)") }
        return token.hasPrefix("?") ? String(token.dropFirst()) : token
    }

    /// Deletes the group and so the account.
    func remove() async throws {
        let reply = try await web.armReply("DELETE", group, nil)
        guard [200, 202].contains(reply.status) else {
            throw ClientError("the group stays: \(reply)\n\(home.region.log)")
        }
    }
}

extension Web {
    /// One request to Resource Manager as the service principal; `url` has no query.
    func armReply(_ method: String, _ url: String, _ body: JSON?) async throws -> Reply {
        try await send(
            method,
            "\(url)?api-version=2025-08-01",
            headers: ["Authorization: Bearer \(try await armToken())", "Content-Type: application/json"],
            body: body?.bytes
        )
    }

    /// The same, with a status it must have; gives the body.
    @discardableResult
    func arm(_ method: String, _ url: String, _ body: JSON?, expecting status: Int) async throws -> JSON {
        let reply = try await armReply(method, url, body)
        guard reply.status == status else {
            throw ClientError("\(method) \(url): expected \(status), got \(reply)\n\(home.region.log)")
        }
        return try JSON(parsing: Array(reply.body.utf8))
    }
}
