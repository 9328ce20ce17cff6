// SPDX-License-Identifier: Apache-2.0
// Foundation: the file is read with FileManager's path rules.
import Base
import Foundation

/// What a region's `credentials.json` says, and the addresses that follow from its domain and port.
package struct Credentials: Sendable {
    /// The domain of every region under test.
    package static let domain = "lazuli.localhost"

    /// The address of Resource Manager as the file gives it.
    package let armEndpoint: String
    /// The sign-in authority as the file gives it.
    package let authority: String
    /// The first tenant and subscription.
    package let tenantId: String
    /// The first subscription.
    package let subscriptionId: String
    /// The administrator's sign-in name.
    package let userPrincipalName: String
    /// The administrator's password.
    package let password: String
    /// The first service principal's application id.
    package let clientId: String
    /// Its secret.
    package let clientSecret: String
    /// Its object id.
    package let objectId: String
    /// The path of the region's certificate authority.
    package let caCertificate: String
    /// The path of the file itself.
    package let file: String
    /// Domain and port, as they stand in every host name of the region.
    package let authorityOfHosts: String

    /// Reads the file of a data folder; throws when a key is missing or strangers may read it.
    init(folder: String) throws {
        file = "\(folder)/credentials.json"
        let mode = try FileManager.default.attributesOfItem(atPath: file)[.posixPermissions] as? Int
        guard mode == 0o600 else { throw ClientError("\(file) has mode \(String(mode ?? 0, radix: 8)), not 600") }
        let json = try JSON(parsing: Array(Data(contentsOf: URL(fileURLWithPath: file))))
        func text(_ keys: String...) throws -> String {
            var value: JSON? = json
            for key in keys { value = value?[key] }
            guard let text = value?.string else {
                throw ClientError("\(keys.joined(separator: ".")) is not in credentials.json")
            }
            return text
        }
        guard let port = json["port"]?.integer else { throw ClientError("port is not in credentials.json") }
        authorityOfHosts = port == 443 ? try text("domain") : "\(try text("domain")):\(port)"
        armEndpoint = try text("armEndpoint")
        authority = try text("authority")
        tenantId = try text("tenantId")
        subscriptionId = try text("subscriptionId")
        userPrincipalName = try text("administrator", "userPrincipalName")
        password = try text("administrator", "password")
        clientId = try text("servicePrincipal", "clientId")
        clientSecret = try text("servicePrincipal", "clientSecret")
        objectId = try text("servicePrincipal", "objectId")
        caCertificate =
            URL(fileURLWithPath: try text("caCertificate"), relativeTo: URL(fileURLWithPath: folder + "/")).path
    }

    /// The address of Resource Manager.
    package var management: String { "https://management.\(authorityOfHosts)" }
    /// The address of the sign-in service, without a tenant.
    package var login: String { "https://login.\(authorityOfHosts)" }
    /// The address of Microsoft Graph.
    package var graph: String { "https://graph.\(authorityOfHosts)" }
    /// The storage suffix: an account's blobs are at `https://{account}.blob.{suffix}`.
    package var storageSuffix: String { "core.\(authorityOfHosts)" }
    /// The first subscription's resource id.
    package var subscription: String { "/subscriptions/\(subscriptionId)" }
}
