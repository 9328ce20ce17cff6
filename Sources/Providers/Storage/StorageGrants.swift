// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// What an account key opens: everything on the surfaces of its account.
struct KeyGrant: Grant {
    func permit(operation: String, access: Access, call: Call) throws(ServiceError) {
        try StorageNeeds.refuseUnlessSignedIn(operation)
    }
}

/// What a shared access signature opens.
struct SignatureGrant: Grant {
    let grant: SASGrant
    /// What the signature was checked against: a call that names something else is not the one that was signed.
    let target: StorageTarget
    /// Whose user delegation key signed; nil when a key of the account did.
    var delegator: Principal?
    /// Whom the signature says it is used by (`saoid`): the owner of what it makes.
    var agent: PrincipalID?
    /// Whom the signature says it is used by (`suoid`) without trusting her: access lists must let her in as well.
    var bearer: PrincipalID?
    /// Access lists that let the delegator in, where no role does.
    var appeals: [ListAppeal] = []

    func permit(operation: String, access: Access, call: Call) throws(ServiceError) {
        try StorageNeeds.refuseUnlessSignedIn(operation)
        guard let need = StorageNeeds.need(of: operation, call.request) else { throw .permissionMismatch() }
        do { _ = try grant.permits(need) } catch { throw ServiceError(error) }
        for appeal in appeals { try appeal.permit(operation: operation, access: access, call: call) }
    }
    /// Whether a write may replace what is there; a signature that may only create may not.
    func mayOverwrite(_ blob: BlobCall) -> Bool {
        guard let need = StorageNeeds.need(of: blob.call.operation, blob.call.request) else { return false }
        return (try? grant.permits(need)) == .always
    }
    /// Whether the signature also opens a blob of the same account as the source of a copy, its tags too if these are
    /// asked for.
    func mayRead(_ source: BlobTarget, withTags: Bool = false) -> Bool {
        guard (try? grant.permits(.readBlob)) != nil else { return false }
        if withTags, (try? grant.permits(.blobTags)) == nil { return false }
        switch grant.scope {
        case .account: return true
        case .container: return source.container == target.blob?.container
        case .blob: return source.container == target.blob?.container && source.blob == target.blob?.blob
        case .queue, .table: return false
        }
    }
}

/// What a public container opens for everyone.
struct PublicGrant: Grant {
    let level: PublicAccess
    private static let blobs: Set<String> = [
        "blob.get", "blob.getProperties", "blob.getMetadata", "blob.getBlockList", "blob.getPageRanges",
    ]
    private static let container: Set<String> = ["container.get", "container.getMetadata", "blobs.list"]

    func permit(operation: String, access: Access, call: Call) throws(ServiceError) {
        let name = StorageNeeds.plain(operation)
        if Self.blobs.contains(name) || (level == .container && Self.container.contains(name)) { return }
        throw .permissionMismatch()
    }
}

extension Caller {
    /// The shared access signature the caller came with; nil for every other caller.
    var signature: SignatureGrant? {
        guard case .holder(_, let grant) = self else { return nil }
        return grant as? SignatureGrant
    }
    /// Whether the caller signed with the account's key.
    var hasKey: Bool {
        guard case .holder(_, let grant) = self else { return false }
        return grant is KeyGrant
    }
}

/// Which permission of a signature each operation needs.
///
/// An operation that is not here is closed to signatures.
enum StorageNeeds {
    /// Refuses what no key and no signature of the account opens (REST "Get User Delegation Key": a bearer token is needed).
    ///
    /// Code and reason as the service answers a key (azure-storage-net-data-movement issue 176, azure-sdk-for-net issue
    /// 12052); of signatures none was found, and they are as little that scheme.
    static func refuseUnlessSignedIn(_ operation: String) throws(ServiceError) {
        guard operation.hasSuffix(".getUserDelegationKey") else { return }
        throw ServiceError(.authenticationFailed("Only authentication scheme Bearer is supported"))
    }
    /// Operations on blobs of `$root` have the names of those on other blobs, with this before.
    static let rootPrefix = "root."
    /// The name without what tells HEAD and `$root` apart.
    static func plain(_ operation: String) -> String {
        var name = operation[...]
        if name.hasPrefix(rootPrefix) { name = name.dropFirst(rootPrefix.count) }
        if name.hasSuffix("Head") { name = name.dropLast(4) }
        return String(name)
    }
    static func need(of operation: String, _ request: Request) -> SASNeed? {
        let name = plain(operation)
        if name == "tableEntity.tunnel", request.header("x-http-method")?.uppercased() == "DELETE" {
            return .deleteEntity
        }
        if let need = SASNeed.tables[name] { return need }
        if name.hasSuffix(".lease"), request.header("x-ms-lease-action")?.lowercased() == "break" {
            return name.hasPrefix("container") ? .breakContainerLease : .breakBlobLease
        }
        if name.hasSuffix(".batch") { return .carry }
        if blocks.contains(name) {
            return .putBlocks(request.header("x-ms-version").flatMap { ServiceVersion($0) })
        }
        if name.hasSuffix(".getAccountInformation") { return .getAccountInformation }
        return blobs[name] ?? paths[name] ?? queues[name]
    }
    private static let blocks: Set<String> = ["blob.putBlock", "blob.putBlockFromURL", "blob.putBlockList"]
    private static let blobs: [String: SASNeed] = [
        "container.createUnnamed": .createContainer, "container.getUnnamed": .getContainerProperties,
        "container.deleteUnnamed": .deleteContainer,
        "containers.list": .listContainers, "blobService.getProperties": .getServiceProperties,
        "blobService.setProperties": .setServiceProperties, "blobService.getStats": .getServiceProperties,
        "blobService.findByTags": .findBlobsByTags, "container.create": .createContainer,
        "container.get": .getContainerProperties, "container.getMetadata": .getContainerProperties,
        "container.setMetadata": .setContainerMetadata, "container.delete": .deleteContainer,
        "container.lease": .leaseContainer, "blobs.list": .listBlobs, "container.findByTags": .findBlobsInContainer,
        "blob.put": .putBlob, "blob.get": .readBlob, "blob.getProperties": .readBlob, "blob.getMetadata": .readBlob,
        "blob.setProperties": .writeBlob, "blob.setMetadata": .writeBlob, "blob.delete": .deleteBlob,
        "blob.getBlockList": .readBlob,
        "blob.copy": .putBlob, "blob.abortCopy": .writeBlob, "blob.lease": .leaseBlob, "blob.snapshot": .snapshotBlob,
        "blob.appendBlockFromURL": .appendBlock, "blob.putPageFromURL": .writeBlob,
        "blob.seal": .appendBlock, "blob.incrementalCopy": .putBlob, "blob.undelete": .writeBlob,
        "blob.deleteVersion": .deleteVersion,
        "blob.deletePermanently": .deletePermanently, "blob.deleteVersionPermanently": .deletePermanently,
        "container.undelete": .restoreContainer, "blob.setTier": .writeBlob, "blob.setExpiry": .writeBlob,
        "blob.setImmutability": .immutability, "blob.deleteImmutability": .immutability,
        "blob.setLegalHold": .immutability, "blob.getTags": .blobTags, "blob.setTags": .blobTags,
        "blob.appendBlock": .appendBlock,
        "blob.putPage": .writeBlob, "blob.getPageRanges": .readBlob, "blob.query": .readBlob,
    ]
    private static let paths: [String: SASNeed] = [
        "filesystems.list": .listContainers, "filesystem.create": .createContainer,
        "filesystem.get": .getContainerProperties, "filesystem.setProperties": .setContainerMetadata,
        "filesystem.delete": .deleteContainer, "paths.list": .listBlobs, "path.createFile": .putBlob,
        "path.createDirectory": .putBlob, "path.rename": .putBlob, "path.delete": .deleteBlob,
        "path.append": .appendBlock, "path.flush": .appendBlock, "path.setProperties": .writeBlob,
        "path.read": .readBlob, "path.getProperties": .readBlob, "path.getStatus": .readBlob,
        "path.getAccessControl": .getAccess, "path.checkAccess": .getAccess, "path.setAccessControl": .setAccess,
        "path.setAccessControlRecursive": .setAccess, "path.lease": .leaseBlob,
    ]
    private static let queues: [String: SASNeed] = [
        "queues.list": .listQueues, "queueService.getProperties": .getQueueServiceProperties,
        "queueService.setProperties": .setQueueServiceProperties, "queueService.getStats": .getQueueServiceProperties,
        "queue.create": .createQueue, "queue.delete": .deleteQueue, "queue.getMetadata": .getQueueMetadata,
        "queue.setMetadata": .setQueueMetadata, "messages.put": .putMessage, "messages.get": .getMessages,
        "messages.peek": .peekMessages, "messages.clear": .clearMessages, "message.delete": .deleteMessage,
        "message.update": .updateMessage,
    ]
}
