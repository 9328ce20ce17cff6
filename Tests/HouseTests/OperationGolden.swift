// SPDX-License-Identifier: Apache-2.0

/// Exceptions from the rules of the operation table, by name: a new one is added here on purpose or not at all.
enum OperationGolden {
    /// Sign-in, metadata and the ledger's checkpoint.
    static let anyone: [String] = [
        "authorization.begin", "authorization.beginAdfs", "authorization.beginAdfsV1", "authorization.beginV1",
        "deviceCode.begin", "deviceCode.beginAdfs", "deviceCode.beginAdfsV1", "deviceCode.beginV1", "instance.show",
        "ledger.checkpoint", "metadata.show", "openIDConfiguration.show", "openIDConfiguration.showAdfs",
        "openIDConfiguration.showAdfsOpen", "openIDConfiguration.showAdfsV2", "openIDConfiguration.showV1",
        "portal.show", "signInPage.show", "signInPage.showShort", "signInPage.submit",
        "signInPage.submitShort", "signingKeys.list", "signingKeys.listV1", "token.grant", "token.grantAdfs",
        "token.grantAdfsV1", "token.grantV1", "userRealm.show", "website.get", "website.getHead",
        "website.home", "website.homeHead",
    ]
    /// What everyone does to oneself.
    static let memberChanges: [String] = ["me.changePassword", "me.revokeSessions"]
    /// Carry requests, each of which has to have the right it needs.
    static let otherVerbs: Set<String> = ["blobService.batch", "container.batch"]
    /// Lists of two keys, or of one signature.
    static let shortLists: Set<String> = [
        "storageAccount.listKeys", "storageAccount.listAccountSas", "storageAccount.listServiceSas",
    ]
    /// Azure's roles name them; what they are for is not built.
    static let unusedActions: Set<String> = [
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/move/action",
        "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/add/action",
        "Microsoft.Storage/storageAccounts/tableServices/tables/entities/add/action",
        "Microsoft.Storage/storageAccounts/tableServices/tables/entities/update/action",
    ]
}
