// SPDX-License-Identifier: Apache-2.0
import Kernel

extension StorageProvider {
    static let groupPath =
        "/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.Storage/storageAccounts"
    static let accountPath = groupPath + "/{account}"
    private static let subscriptionPath = "/subscriptions/{subscription}/providers/Microsoft.Storage"
    static let accountAction = "Microsoft.Storage/storageAccounts"
    /// Accounts of one page.
    static let accountsPageMax = 100

    static var accountOperations: [Row] {
        accounts + accountKeyOperations + [
            .reads(
                "storage.checkName",
                .management,
                .post(subscriptionPath + "/checkNameAvailability"),
                .member,
                proof: .client("az storage account check-name"),
                checkName
            ),
            .reads(
                "storage.usages",
                .management,
                .get(subscriptionPath + "/locations/{location}/usages"),
                .member,
                proof: .client("storage.usages.list_by_location"),
                listUsages
            ),
            .reads(
                "storage.skus",
                .management,
                .get(subscriptionPath + "/skus"),
                .member,
                proof: .client("az storage sku list"),
                listSKUs
            ),
        ]
    }
    private static var accountKeyOperations: [Row] {
        [
            .reads(
                "storageAccount.listKeys",
                .management,
                .post(accountPath + "/listKeys"),
                .control("\(accountAction)/listkeys/action"),
                proof: .client("az storage account keys list"),
                listKeys
            ),
            .writes(
                "storageAccount.regenerateKey",
                .management,
                .post(accountPath + "/regenerateKey"),
                .control("\(accountAction)/regeneratekey/action"),
                proof: .client("az storage account keys renew"),
                regenerateKey
            ),
            .writes(
                "storageAccount.revokeUserDelegationKeys",
                .management,
                .post(accountPath + "/revokeUserDelegationKeys"),
                .control("\(accountAction)/revokeUserDelegationKeys/action"),
                proof: .none(because: "az storage account revoke-delegation-keys is not among the client tests"),
                revokeUserDelegationKeys
            ),
            .reads(
                "storageAccount.listAccountSas",
                .management,
                .post(accountPath + "/listAccountSas"),
                .control("\(accountAction)/listAccountSas/action"),
                proof: .none(because: "SDKs only: storage_accounts.list_account_sas"),
                listAccountSas
            ),
            .reads(
                "storageAccount.listServiceSas",
                .management,
                .post(accountPath + "/listServiceSas"),
                .control("\(accountAction)/listServiceSas/action"),
                proof: .none(because: "SDKs only: storage_accounts.list_service_sas"),
                listServiceSas
            ),
        ]
    }
    private static var accounts: [Row] {
        [
            .writes(
                "storageAccount.put",
                .management,
                .put(accountPath),
                .control("\(accountAction)/write"),
                residency: .placed,
                proof: .client("az storage account create"),
                putAccount
            ),
            .reads(
                "storageAccount.get",
                .management,
                .get(accountPath),
                .control("\(accountAction)/read"),
                proof: .client("az storage account show"),
                getAccount
            ),
            .writes(
                "storageAccount.patch",
                .management,
                .patch(accountPath),
                .control("\(accountAction)/write"),
                proof: .client("az storage account update"),
                patchAccount
            ),
            .writes(
                "storageAccount.delete",
                .management,
                .delete(accountPath),
                .control("\(accountAction)/delete"),
                proof: .client("az storage account delete"),
                deleteAccount
            ),
            .reads(
                "storageAccounts.listByGroup",
                .management,
                .get(groupPath),
                .control("\(accountAction)/read"),
                pageMax: accountsPageMax,
                proof: .client("az storage account list -g"),
                listAccounts
            ),
            .reads(
                "storageAccounts.list",
                .management,
                .get(subscriptionPath + "/storageAccounts"),
                .member,
                pageMax: accountsPageMax,
                proof: .client("az storage account list"),
                listAccounts
            ),
        ]
    }

    static var managedBlobOperations: [Row] {
        let service = accountPath + "/blobServices"
        return [
            .reads(
                "managedBlobServices.list",
                .management,
                .get(service),
                .control(BlobAction.serviceRead),
                pageMax: 1,
                proof: .none(because: "SDKs only: blob_services.list"),
                listBlobServices
            ),
            .reads(
                "managedBlobService.get",
                .management,
                .get(service + "/default"),
                .control(BlobAction.serviceRead),
                proof: .client("storage.blob_services.get_service_properties"),
                getBlobService
            ),
            .writes(
                "managedBlobService.put",
                .management,
                .put(service + "/default"),
                .control(BlobAction.serviceWrite),
                proof: .client("az storage account blob-service-properties update"),
                putBlobService
            ),
        ] + managedContainerOperations
    }
    private static var managedContainerOperations: [Row] {
        let containers = accountPath + "/blobServices/default/containers"
        return [
            .reads(
                "managedContainers.list",
                .management,
                .get(containers),
                .control(BlobAction.containerRead),
                pageMax: managedContainersPageMax,
                proof: .client("containers.list(group"),
                listManagedContainers
            ),
            .reads(
                "managedContainer.get",
                .management,
                .get(containers + "/{container}"),
                .control(BlobAction.containerRead),
                proof: .client("containers.get(group"),
                getManagedContainer
            ),
            .writes(
                "managedContainer.put",
                .management,
                .put(containers + "/{container}"),
                .control(BlobAction.containerWrite),
                proof: .client("containers.create(group"),
                putManagedContainer
            ),
            .writes(
                "managedContainer.patch",
                .management,
                .patch(containers + "/{container}"),
                .control(BlobAction.containerWrite),
                proof: .client("az storage container-rm update"),
                patchManagedContainer
            ),
            .writes(
                "managedContainer.delete",
                .management,
                .delete(containers + "/{container}"),
                .control(BlobAction.containerDelete),
                proof: .client("containers.delete(group"),
                deleteManagedContainer
            ),
        ]
    }
}
