// SPDX-License-Identifier: Apache-2.0
package import Base
package import Kernel

/// The document from which clients learn a cloud's addresses, of the form of api-version 2022-09-01.
package enum MetadataDocument {
    /// First version that answers one object; older ones answer an array of them, as `ARM_CLOUD_METADATA_URL` needs.
    package static let objectSince = "2022-09-01"

    /// The document of one set of names.
    package static func json(_ names: NameSet, _ hostPlan: HostPlan) -> JSON {
        // Services without a name in the set lie beside Resource Manager.
        let domain = names.management.split(separator: ".", maxSplits: 1).dropFirst().first.map(String.init) ?? ""
        func address(_ host: String) -> JSON { .string(hostPlan.address(host)) }
        func beside(_ label: String, _ end: String = "") -> JSON {
            .string(hostPlan.address("\(label).\(domain)") + end)
        }
        func suffix(_ name: String) -> JSON { .string(hostPlan.port.map { "\(name):\($0)" } ?? name) }
        let graph = JSON.string(hostPlan.address(names.graph) + "/")
        return [
            "name": "Lazuli",
            "portal": address(names.portal),
            "authentication": [
                // The path makes az and MSAL skip instance discovery without any setting; the root works as well.
                "loginEndpoint": .string(hostPlan.address(names.login) + "/adfs"),
                "audiences": [.string(hostPlan.address(names.management) + "/")],
                "tenant": "common",
                "identityProvider": "AAD",
            ],
            "resourceManager": address(names.management),
            "graphAudience": graph,
            "graph": graph,
            "microsoftGraphResourceId": graph,
            "media": beside("media"),
            "batch": beside("batch", "/"),
            "gallery": beside("gallery", "/"),
            "sqlManagement": beside("sqlmgmt", "/"),
            "activeDirectoryDataLake": beside("datalake", "/"),
            "vmImageAliasDoc": .string(hostPlan.address(names.management) + "/aliases.json"),
            "ossrdbmsResourceId": beside("ossrdbms-aad.database"),
            "logAnalyticsResourceId": beside("api.loganalytics"),
            "appInsightsResourceId": beside("api.applicationinsights"),
            "suffixes": [
                "acrLoginServer": suffix(names.registry),
                "keyVaultDns": suffix(names.vault),
                "mhsmDns": suffix("managedhsm.\(domain)"),
                "storage": suffix(names.storage),
                "sqlServerHostname": suffix("database.\(domain)"),
                "postgresqlServerEndpoint": suffix("postgres.database.\(domain)"),
                "mysqlServerEndpoint": suffix("mysql.database.\(domain)"),
                "mariadbServerEndpoint": suffix("mariadb.database.\(domain)"),
                "storageSyncEndpointSuffix": suffix("afs.\(domain)"),
                "attestationEndpoint": suffix("attest.\(domain)"),
            ],
        ]
    }
}
