// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// The members an account's body may have: all of the REST reference's Storage Accounts - Create, Update and Get
/// Properties, so that what was read can be put back.
///
/// Any other is a mistake of the client's, which nothing would tell it if it were passed over.
enum AccountMembers {
    private static let known: Set<String> = [
        "extendedLocation", "id", "identity", "kind", "location", "name", "properties", "sku", "systemData", "tags",
        "type", "zones",
    ]
    private static let properties: Set<String> = [
        // Those a client sets.
        "accessTier", "allowBlobPublicAccess", "allowCrossTenantReplication", "allowSharedKeyAccess",
        "allowedCopyScope", "azureFilesIdentityBasedAuthentication", "customDomain", "defaultToOAuthAuthentication",
        "dnsEndpointType", "dualStackEndpointPreference", "enableExtendedGroups", "encryption",
        "immutableStorageWithVersioning", "isHnsEnabled", "isLocalUserEnabled", "isNfsV3Enabled", "isSftpEnabled",
        "keyPolicy", "largeFileSharesState", "minimumTlsVersion", "networkAcls", "publicNetworkAccess",
        "routingPreference", "sasPolicy", "supportsHttpsTrafficOnly",
        // Those the service alone sets: read, and sent back as they were.
        "accountMigrationInProgress", "blobRestoreStatus", "creationTime", "failoverInProgress", "geoReplicationStats",
        "isSkuConversionBlocked", "keyCreationTime", "lastGeoFailoverTime", "primaryEndpoints", "primaryLocation",
        "privateEndpointConnections", "provisioningState", "secondaryEndpoints", "secondaryLocation", "statusOfPrimary",
        "statusOfSecondary", "storageAccountSkuConversionStatus",
    ]

    /// Refuses a body with a member or property that no account has: 400.
    static func check(_ body: JSON) throws(ServiceError) {
        try check(body, known, "StorageAccount")
        guard let given = body["properties"], given != .null else { return }
        try check(given, properties, "StorageAccountProperties")
    }
    private static func check(_ json: JSON, _ known: Set<String>, _ type: String) throws(ServiceError) {
        guard case .object(let members) = json else { throw invalid("'\(type)' must be an object") }
        guard let name = members.keys.sorted().first(where: { !known.contains($0) }) else { return }
        throw invalid("could not find member '\(name.prefix(100))' on object of type '\(type)'")
    }
    static func invalid(_ why: String) -> ServiceError {
        .badRequest(
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: \(why)."
        )
    }
}
