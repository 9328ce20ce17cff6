// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// What a client asks of an account: the body of Create, Update and PUT-as-update.
///
/// What is absent stays as it is.
struct AccountRequest {
    let body: JSON
    private var properties: JSON { body["properties"] ?? [:] }

    /// What this region has: one copy on its own disks.
    ///
    /// Offering replication it does not do would be a lie.
    static let skus: [(name: String, tier: String, kinds: [String])] = [
        ("Standard_LRS", "Standard", ["StorageV2", "Storage", "BlobStorage"]),
        ("Premium_LRS", "Premium", ["BlockBlobStorage", "StorageV2"]),
    ]
    static let tagsMax = 50

    /// The SKU as it is shown, checked against the kind; nil when the body names none.
    func sku(kind: String?) throws(ServiceError) -> JSON? {
        guard let name = body["sku"]?["name"]?.string else { return nil }
        guard let sku = Self.skus.first(where: { $0.name.lowercased() == name.lowercased() }) else {
            let known = Self.skus.map(\.name).joined(separator: ", ")
            // The default of az; accepting it would promise a copy in a second region.
            let isGeo = ["grs", "gzrs"].contains { name.lowercased().contains($0) }
            throw .badRequest(
                "SkuNotAvailable",
                "The SKU '\(name)' is not available in this region\(isGeo ? ", which has no second one to copy to" : ""). "
                    + "Use one of: \(known); with az, add --sku Standard_LRS."
            )
        }
        if let kind, !sku.kinds.contains(kind) {
            throw .badRequest("InvalidValuesForRequestParameters", "The kind '\(kind)' does not go with '\(sku.name)'.")
        }
        return ["name": .string(sku.name), "tier": .string(sku.tier)]
    }
    /// The kind with the service's spelling; nil when the body names none.
    func kind() throws(ServiceError) -> String? {
        guard let text = body["kind"]?.string else { return nil }
        if let kind = Self.skus.flatMap(\.kinds).first(where: { $0.lowercased() == text.lowercased() }) { return kind }
        if text.lowercased() == "filestorage" { throw .notImplemented("FileStorage accounts") }
        throw .badRequest("InvalidValuesForRequestParameters", "'\(text)' is not a kind of storage account.")
    }
    /// The tags; nil when the body has none.
    func tags() throws(ServiceError) -> [String: String]? {
        guard let tags = body["tags"], tags != .null else { return nil }
        guard let given = tags.object else { throw AccountMembers.invalid("'tags' must be an object") }
        guard given.count <= Self.tagsMax else {
            throw .badRequest("TooManyTags", "A resource has at most \(Self.tagsMax) tags.")
        }
        var texts: [String: String] = [:]
        for (name, value) in given {
            guard value == .null || value.string != nil else {
                throw AccountMembers.invalid("the value of the tag '\(name.prefix(100))' must be a text")
            }
            texts[name] = value.string ?? ""
        }
        return texts
    }

    /// Whether the account has a hierarchical namespace; nil when the body does not say.
    func isHierarchical() throws(ServiceError) -> Bool? { try flag("isHnsEnabled") }

    /// Brings the account's own record up to date.
    func apply(to account: inout Account, isNew: Bool) throws(ServiceError) {
        try AccountMembers.check(body)
        try refuseUnbuilt()
        account.allowsSharedKey = try flag("allowSharedKeyAccess") ?? account.allowsSharedKey
        account.allowsPublicAccess = try flag("allowBlobPublicAccess") ?? account.allowsPublicAccess
        switch properties["publicNetworkAccess"].map({ $0.string?.lowercased() ?? "?" }) {
        case nil: break
        case "enabled": account.allowsPublicNetwork = true
        case "disabled": account.allowsPublicNetwork = false
        case "securedbyperimeter": throw .notImplemented("publicNetworkAccess=SecuredByPerimeter")
        case .some(let other): throw Self.invalid("publicNetworkAccess", other)
        }
        let network = try properties["networkAcls"].map { rules throws(ServiceError) in try NetworkRequest(rules) }
        if let network { account.network = try network.rules(after: account.network) }
        if let policy = properties["sasPolicy"] { account.signatureSecondsMax = try signatureSecondsMax(policy) }
        var options = account.options.object ?? [:]
        for name in Self.options {
            guard let value = properties[name] else { continue }
            if let allowed = Self.choices[name] {
                options[name] = .string(try choice(name, value, allowed))
            } else if Self.truths.contains(name) {
                options[name] = .bool(try flag(name) ?? false)
            } else {
                if name == "keyPolicy" { try Self.checkKeyPolicy(value) }
                options[name] = value
            }
        }
        if let bypass = try network?.bypass() { options["bypass"] = bypass }
        try keepKeyTypes(in: &options, isNew: isNew)
        account.options = .object(options)
    }

    /// Properties that are kept and shown and change nothing else.
    private static let options = [
        "accessTier", "minimumTlsVersion", "allowCrossTenantReplication", "defaultToOAuthAuthentication", "keyPolicy",
        "sasPolicy", "allowedCopyScope", "largeFileSharesState",
    ]
    private static let truths: Set<String> = ["allowCrossTenantReplication", "defaultToOAuthAuthentication"]
    private static let choices = [
        "accessTier": ["Hot", "Cool", "Cold"], "minimumTlsVersion": ["TLS1_0", "TLS1_1", "TLS1_2"],
        "allowedCopyScope": ["AAD"], "largeFileSharesState": ["Disabled", "Enabled"],
    ]
    /// `keyPolicy` is shown to whoever looks for keys that are too old; it ends none.
    private static func checkKeyPolicy(_ policy: JSON) throws(ServiceError) {
        try AccountMembers.check(policy, ["keyExpirationPeriodInDays"], "KeyPolicy")
        guard let days = policy["keyExpirationPeriodInDays"]?.integer, (0...Int64(daysMax)).contains(days) else {
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "Values for request parameters are invalid: keyPolicy.keyExpirationPeriodInDays is a number of days."
            )
        }
    }
    private static let sasPolicy: Set<String> = [
        "expirationAction", "requireUserBoundUserDelegationSas", "requireUserBoundUserDelegationSasAction",
        "sasExpirationPeriod",
    ]
    /// What `sasPolicy` blocks; one that only logs blocks nothing.
    private func signatureSecondsMax(_ policy: JSON) throws(ServiceError) -> Int? {
        try AccountMembers.check(policy, Self.sasPolicy, "SasPolicy")
        let period = policy["sasExpirationPeriod"]?.string ?? ""
        guard let seconds = Self.seconds(of: period), seconds > 0 else {
            throw Self.invalid("sasPolicy.sasExpirationPeriod", period)
        }
        let action = policy["expirationAction"]?.string ?? "Log"
        switch action.lowercased() {
        case "log": return nil
        case "block": return seconds
        default: throw Self.invalid("sasPolicy.expirationAction", action)
        }
    }
    /// Reads `days.hours:minutes:seconds`; nil for anything else.
    private static func seconds(of period: String) -> Int? {
        let halves = period.split(separator: ".", omittingEmptySubsequences: false)
        guard halves.count == 2, let days = Int(halves[0]), (0...daysMax).contains(days) else { return nil }
        let parts = halves[1].split(separator: ":", omittingEmptySubsequences: false).map { Int($0) }
        guard parts.count == 3, let hours = parts[0], let minutes = parts[1], let seconds = parts[2],
            (0..<24).contains(hours), (0..<60).contains(minutes), (0..<60).contains(seconds)
        else { return nil }
        return ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    }
    private static let daysMax = 100_000
    private func choice(_ name: String, _ value: JSON, _ allowed: [String]) throws(ServiceError) -> String {
        let text = value.string ?? ""
        if name == "minimumTlsVersion", text.uppercased() == "TLS1_3" {
            throw .notImplemented("minimumTlsVersion=TLS1_3")
        }
        guard let found = allowed.first(where: { $0.lowercased() == text.lowercased() }) else {
            throw Self.invalid(name, text)
        }
        return found
    }
    private func flag(_ name: String) throws(ServiceError) -> Bool? {
        guard let value = properties[name] else { return nil }
        guard let truth = value.bool else { throw Self.invalid(name, value.string ?? "") }
        return truth
    }
    private static func invalid(_ name: String, _ value: String) -> ServiceError {
        .badRequest(
            "InvalidValuesForRequestParameters",
            "Values for request parameters are invalid: \(name)='\(value)'."
        )
    }

    /// Features whose quiet acceptance would be a false promise.
    private func refuseUnbuilt() throws(ServiceError) {
        let truths = ["isSftpEnabled", "isNfsV3Enabled", "isLocalUserEnabled", "enableExtendedGroups"]
        for name in truths where properties[name]?.bool == true { throw .notImplemented("The property \(name)=true") }
        let encryption = properties["encryption"]
        let routing = properties["routingPreference"]
        let later = ["allowSharedKeyAccessForServices", "dataCollaborationPolicyProperties", "turboTier"]
        for name in later where properties[name] != nil { throw .notImplemented("The property \(name)") }
        let refused: [(Bool, String)] = [
            (properties["supportsHttpsTrafficOnly"]?.bool == false, "Plain HTTP (supportsHttpsTrafficOnly=false)"),
            (
                encryption?["keySource"]?.string?.lowercased() == "microsoft.keyvault",
                "Keys in a vault (encryption.keySource)"
            ),
            (
                encryption?["requireInfrastructureEncryption"]?.bool == true,
                "encryption.requireInfrastructureEncryption"
            ),
            (properties["customDomain"]?["name"]?.string?.isEmpty == false, "A custom domain"),
            (properties["immutableStorageWithVersioning"]?["enabled"]?.bool == true, "immutableStorageWithVersioning"),
            (properties["dnsEndpointType"]?.string?.lowercased() == "azurednszone", "dnsEndpointType=AzureDnsZone"),
            (!["none", nil].contains(identityBased), "azureFilesIdentityBasedAuthentication"),
            (routing?["routingChoice"]?.string?.lowercased() == "internetrouting", "routingChoice=InternetRouting"),
            (routing?["publishMicrosoftEndpoints"]?.bool == true, "routingPreference.publishMicrosoftEndpoints"),
            (routing?["publishInternetEndpoints"]?.bool == true, "routingPreference.publishInternetEndpoints"),
            (
                properties["dualStackEndpointPreference"]?["publishIpv6Endpoint"]?.bool == true,
                "dualStackEndpointPreference.publishIpv6Endpoint"
            ),
            (properties["allowCrossTenantDelegationSas"]?.bool == true, "allowCrossTenantDelegationSas=true"),
            (
                properties["geoPriorityReplicationStatus"]?["isBlobEnabled"]?.bool == true,
                "geoPriorityReplicationStatus.isBlobEnabled"
            ),
            (
                properties["sasPolicy"]?["requireUserBoundUserDelegationSas"]?.bool == true,
                "sasPolicy.requireUserBoundUserDelegationSas"
            ),
            (body["placement"]?["zonePlacementPolicy"]?.string?.isEmpty == false, "placement.zonePlacementPolicy"),
            (body["zones"]?.array?.isEmpty == false, "Availability zones"),
            (!["none", nil].contains(body["identity"]?["type"]?.string?.lowercased()), "An identity of the account"),
            (body["extendedLocation"] != nil, "An extended location"),
            // No source has a private link here: it would refuse every copy.
            (properties["allowedCopyScope"]?.string?.lowercased() == "privatelink", "allowedCopyScope=PrivateLink"),
        ]
        if let (_, what) = refused.first(where: \.0) { throw .notImplemented(what) }
    }
    private var identityBased: String? {
        properties["azureFilesIdentityBasedAuthentication"]?["directoryServiceOptions"]?.string?.lowercased()
    }
}
