// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// The members an account's body may have: all of the REST reference's Storage Accounts - Create, Update and Get
/// Properties, so that what was read can be put back.
///
/// Any other is a mistake of the client's, which nothing would tell it if it were passed over.
enum AccountMembers {
    private static let known: Set<String> = [
        "extendedLocation", "id", "identity", "kind", "location", "name", "placement", "properties", "sku",
        "systemData", "tags", "type", "zones",
    ]
    private static let properties: Set<String> = [
        // Those a client sets.
        "accessTier", "allowBlobPublicAccess", "allowCrossTenantDelegationSas", "allowCrossTenantReplication",
        "allowSharedKeyAccess", "allowSharedKeyAccessForServices", "allowedCopyScope",
        "azureFilesIdentityBasedAuthentication", "customDomain", "dataCollaborationPolicyProperties",
        "defaultToOAuthAuthentication", "dnsEndpointType", "dualStackEndpointPreference", "enableExtendedGroups",
        "encryption", "geoPriorityReplicationStatus", "immutableStorageWithVersioning", "isHnsEnabled",
        "isLocalUserEnabled", "isNfsV3Enabled", "isSftpEnabled", "keyPolicy", "largeFileSharesState",
        "minimumTlsVersion", "networkAcls", "publicNetworkAccess", "routingPreference", "sasPolicy",
        "supportsHttpsTrafficOnly", "turboTier",
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
    /// Refuses what is no object, or has other members than `known`, in whatever case they are written.
    static func check(_ json: JSON, _ known: Set<String>, _ type: String) throws(ServiceError) {
        guard case .object(let members) = json else { throw invalid("'\(type)' must be an object") }
        let inAnyCase = Set(known.map { $0.lowercased() })
        guard let name = members.keys.sorted().first(where: { !inAnyCase.contains($0.lowercased()) }) else { return }
        throw invalid("could not find member '\(name.prefix(100))' on object of type '\(type)'")
    }
    static func invalid(_ why: String) -> ServiceError {
        .badRequest(
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: \(why)."
        )
    }
}
