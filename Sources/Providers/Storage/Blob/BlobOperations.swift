// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel

/// Azure's names of what the blob surface does: role definitions hold them.
enum BlobAction {
    private static let service = "Microsoft.Storage/storageAccounts/blobServices"
    private static let containers = "\(service)/containers"
    static let read = "\(containers)/blobs/read"
    static let write = "\(containers)/blobs/write"
    static let delete = "\(containers)/blobs/delete"
    static let deleteVersion = "\(containers)/blobs/deleteBlobVersion/action"
    static let deletePermanently = "\(containers)/blobs/permanentDelete/action"
    static let add = "\(containers)/blobs/add/action"
    static let filter = "\(containers)/blobs/filter/action"
    static let tagsRead = "\(containers)/blobs/tags/read"
    static let tagsWrite = "\(containers)/blobs/tags/write"
    static let modifyPermissions = "\(containers)/blobs/modifyPermissions/action"
    static let manageOwnership = "\(containers)/blobs/manageOwnership/action"
    static let immutability = "\(containers)/blobs/immutableStorage/runAsSuperUser/action"
    static let containerRead = "\(containers)/read"
    static let containerWrite = "\(containers)/write"
    static let containerDelete = "\(containers)/delete"
    static let getACL = "\(containers)/getAcl/action"
    static let setACL = "\(containers)/setAcl/action"
    static let serviceRead = "\(service)/read"
    static let serviceWrite = "\(service)/write"
    static let information = "\(service)/getInfo/action"
    static let delegationKey = "\(service)/generateUserDelegationKey/action"
}

extension StorageProvider {
    typealias Row = Operation<StorageProvider>

    /// One row for each of GET and HEAD; the second one's name ends in `Head`.
    static func looks(
        _ name: String,
        _ path: String,
        query: [String: String],
        _ access: Access,
        pageMax: Int? = nil,
        proof: Proof,
        _ run: @escaping Row.Reads
    ) -> [Row] {
        [
            .reads(name, .blob, .get(path, query: query), access, pageMax: pageMax, proof: proof, run),
            .reads(name + "Head", .blob, .head(path, query: query), access, pageMax: pageMax, proof: proof, run),
        ]
    }

    static var blobServiceOperations: [Row] {
        let service = ["restype": "service", "comp": "properties"]
        let account = ["restype": "account", "comp": "properties"]
        var rows: [Row] = [
            .reads(
                "containers.list",
                .blob,
                .get("/", query: ["comp": "list"]),
                .control(BlobAction.containerRead),
                pageMax: ListQuery.resultsMax,
                proof: .client("az storage container list"),
                listContainers
            ),
            .reads(
                "blobService.getProperties",
                .blob,
                .get("/", query: service),
                .control(BlobAction.serviceRead),
                proof: .client("az storage cors list"),
                getServiceProperties
            ),
            .writes(
                "blobService.setProperties",
                .blob,
                .put("/", query: service),
                .control(BlobAction.serviceWrite),
                bodyMax: BlobLimits.xmlBytesMax,
                proof: .client("az storage cors add"),
                setServiceProperties
            ),
            .reads(
                "blobService.getUserDelegationKey",
                .blob,
                Route(.post, "/", query: ["restype": "service", "comp": "userdelegationkey"]),
                .control(BlobAction.delegationKey),
                bodyMax: BlobLimits.xmlBytesMax,
                proof: .client("az storage blob copy start --auth-mode login"),
                getUserDelegationKey
            ),
        ]
        for (name, path) in [
            ("blobService", "/"), ("container", "/{container}"), ("blob", "/{container}/{blob*}"),
        ] {
            rows += looks(
                "\(name).getAccountInformation",
                path,
                query: account,
                .control(BlobAction.information),
                proof: .none(because: "SDKs only: BlobServiceClient.get_account_information"),
                getAccountInformation
            )
        }
        return rows
    }

    static var containerOperations: [Row] {
        let path = "/{container}"
        let plain = ["restype": "container"]
        let metadata = ["restype": "container", "comp": "metadata"]
        let acl = ["restype": "container", "comp": "acl"]
        return [
            .writes(
                "container.create",
                .blob,
                .put(path, query: plain),
                .control(BlobAction.containerWrite),
                bodyMax: 0,
                proof: .client("az storage container create"),
                createContainer
            ),
            .writes(
                "container.setMetadata",
                .blob,
                .put(path, query: metadata),
                .control(BlobAction.containerWrite),
                bodyMax: 0,
                proof: .client("az storage container metadata update"),
                setContainerMetadata
            ),
            .writes(
                "container.setACL",
                .blob,
                .put(path, query: acl),
                .control(BlobAction.setACL),
                bodyMax: BlobLimits.xmlBytesMax,
                proof: .client("az storage container policy create"),
                setContainerACL
            ),
            .writes(
                "container.delete",
                .blob,
                .delete(path, query: plain),
                .control(BlobAction.containerDelete),
                bodyMax: 0,
                proof: .client("az storage container delete"),
                deleteContainer
            ),
            .writes(
                "container.undelete",
                .blob,
                .put(path, query: ["restype": "container", "comp": "undelete"]),
                .control(BlobAction.containerWrite),
                bodyMax: 0,
                proof: .none(because: "SDKs only: BlobServiceClient.undelete_container"),
                restoreContainer
            ),
            .reads(
                "blobs.list",
                .blob,
                .get(path, query: ["restype": "container", "comp": "list"]),
                .data(BlobAction.read),
                pageMax: ListQuery.resultsMax,
                proof: .client("az storage blob list"),
                listBlobs
            ),
        ] + containerLooks
    }
    private static var containerLooks: [Row] {
        let path = "/{container}"
        let plain = ["restype": "container"]
        let metadata = ["restype": "container", "comp": "metadata"]
        let acl = ["restype": "container", "comp": "acl"]
        return looks(
            "container.get",
            path,
            query: plain,
            .control(BlobAction.containerRead),
            proof: .client("az storage container show"),
            getContainer
        )
            + looks(
                "container.getMetadata",
                path,
                query: metadata,
                .control(BlobAction.containerRead),
                proof: .client("az storage container metadata show"),
                getContainer
            )
            + looks(
                "container.getACL",
                path,
                query: acl,
                .control(BlobAction.getACL),
                proof: .client("az storage container policy list"),
                getContainerACL
            )
    }

    /// Twice: under a container, and for blobs of `$root`, which are addressed without one.
    static var blobOperations: [Row] {
        blobOperations("/{container}/{blob*}", "") + blobOperations("/{blob}", StorageNeeds.rootPrefix)
    }
    private static func blobOperations(_ path: String, _ prefix: String) -> [Row] {
        contentWrites(path, prefix) + otherWrites(path, prefix) + pastWrites(path, prefix)
            + queryOperations(path, prefix)
            + growingRows(path, prefix) + copyRows(path, prefix) + expiryOperations(path, prefix) + [
                .reads(
                    "\(prefix)blob.get",
                    .blob,
                    .get(path),
                    .data(BlobAction.read),
                    proof: .client("az storage blob download"),
                    getBlob
                ),
                .reads(
                    "\(prefix)blob.getProperties",
                    .blob,
                    .head(path),
                    .data(BlobAction.read),
                    proof: .client("az storage blob show"),
                    getBlobProperties
                ),
                .reads(
                    "\(prefix)blob.getBlockList",
                    .blob,
                    .get(path, query: ["comp": "blocklist"]),
                    .data(BlobAction.read),
                    proof: .none(because: "SDKs only: BlobClient.get_block_list"),
                    getBlockList
                ),
            ]
            + looks(
                "\(prefix)blob.getMetadata",
                path,
                query: ["comp": "metadata"],
                .data(BlobAction.read),
                proof: .client("az storage blob metadata show"),
                getBlobMetadata
            )
    }
    private static func contentWrites(_ path: String, _ prefix: String) -> [Row] {
        [
            .receives(
                "\(prefix)blob.put",
                .blob,
                .put(path),
                .data(BlobAction.write),
                proof: .client("az storage blob upload"),
                receiveBlob,
                then: putBlob
            ),
            .receives(
                "\(prefix)blob.putBlock",
                .blob,
                .put(path, query: ["comp": "block"]),
                .data(BlobAction.write),
                proof: .client("rclone copies a tree up"),
                receiveBlock,
                then: putBlock
            ),
            .writes(
                "\(prefix)blob.putBlockList",
                .blob,
                .put(path, query: ["comp": "blocklist"]),
                .data(BlobAction.write),
                bodyMax: BlobLimits.blockListBytesMax,
                proof: .client("rclone copies a tree up"),
                putBlockList
            ),
        ]
    }
    private static func otherWrites(_ path: String, _ prefix: String) -> [Row] {
        [
            .writes(
                "\(prefix)blob.setProperties",
                .blob,
                .put(path, query: ["comp": "properties"]),
                .data(BlobAction.write),
                bodyMax: 0,
                proof: .client("az storage blob update"),
                setBlobProperties
            ),
            .writes(
                "\(prefix)blob.setMetadata",
                .blob,
                .put(path, query: ["comp": "metadata"]),
                .data(BlobAction.write),
                bodyMax: 0,
                proof: .client("az storage blob metadata update"),
                setBlobMetadata
            ),
            .writes(
                "\(prefix)blob.delete",
                .blob,
                .delete(path),
                .data(BlobAction.delete),
                bodyMax: 0,
                proof: .client("az storage blob delete"),
                deleteBlob
            ),
            .receives(
                "\(prefix)blob.copy",
                .blob,
                .put(path, header: "x-ms-copy-source"),
                .data(BlobAction.write),
                proof: .client("az storage blob copy start"),
                checkCopy,
                then: copyBlob
            ),
        ]
    }
    private static func pastWrites(_ path: String, _ prefix: String) -> [Row] {
        [
            .writes(
                "\(prefix)blob.deleteVersion",
                .blob,
                .delete(path, query: ["versionid": ""]),
                .data(BlobAction.deleteVersion),
                bodyMax: 0,
                proof: .none(because: "SDKs only: BlobClient.delete_blob(version_id=…)"),
                deletePastBlob
            ),
            .writes(
                "\(prefix)blob.deletePermanently",
                .blob,
                .delete(path, query: ["deletetype": ""]),
                .data(BlobAction.deletePermanently),
                bodyMax: 0,
                proof: .none(because: "our own tests only: no client sends deletetype"),
                deletePastBlob
            ),
            .writes(
                "\(prefix)blob.deleteVersionPermanently",
                .blob,
                .delete(path, query: ["versionid": "", "deletetype": ""]),
                .data(BlobAction.deletePermanently),
                bodyMax: 0,
                proof: .none(because: "our own tests only: no client sends deletetype"),
                deletePastBlob
            ),
            .writes(
                "\(prefix)blob.snapshot",
                .blob,
                .put(path, query: ["comp": "snapshot"]),
                .data(BlobAction.write),
                bodyMax: 0,
                proof: .none(because: "SDKs only: BlobClient.create_snapshot"),
                snapshotBlob
            ),
            .writes(
                "\(prefix)blob.undelete",
                .blob,
                .put(path, query: ["comp": "undelete"]),
                .data(BlobAction.write),
                bodyMax: 0,
                proof: .none(because: "SDKs only: BlobClient.undelete_blob"),
                undeleteBlob
            ),
        ]
    }
}
