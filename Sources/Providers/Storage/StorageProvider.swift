// SPDX-License-Identifier: Apache-2.0
package import Kernel

/// Microsoft.Storage: accounts over Azure Resource Manager, their Blob service and their Table service.
///
/// Nouns: `Accounts`, `AccountKeys`, `AccountSignatures`, `DelegationKeys`, `ManagedContainers`, `BlobService` on the management surface;
/// `BlobService`, `BlobBatch`, `Containers`, `ContainerPolicyAccess`, `Blobs`, `BlobReads`, `BlobCopies`, `BlobLists`,
/// `Blocks` on the blob surface; `TableService`, `Tables`, `Entities`, `EntityQueries`, `TableBatches` on the table
/// surface, `ManagedTables` beside it. `StorageDoorkeeper` signs callers in, with `SignatureCheck`. What is not built answers
/// 501: `UnbuiltOperations`.
package struct StorageProvider: ResourceProvider {
    package static let namespace = "Microsoft.Storage"

    /// The names of the region, for endpoints in answers and for sources of copies.
    let hostPlan: HostPlan
    /// Verifies bearer tokens of the blob surface.
    let tokens: any TokenAuthority
    /// Tells what role assignments allow beyond the dispatcher's check: the source of a copy.
    let access: any AccessView
    /// What this process remembers of the heads of queues.
    let lanes: QueueLanes
    /// Which share of a table's blocks the next one counts in.
    let blockTurns: BlockTurns
    /// Reads of blobs that are still to be written down.
    package let accesses = AccessNotes()

    package init(
        hostPlan: HostPlan,
        tokens: any TokenAuthority,
        access: any AccessView,
        queueHeadsMax: Int = QueueLanes.messagesMax,
        blockQuota: BlockQuota = .uncommitted
    ) {
        self.hostPlan = hostPlan
        self.tokens = tokens
        self.access = access
        lanes = QueueLanes(messagesMax: queueHeadsMax)
        blockTurns = BlockTurns(blockQuota)
    }

    /// How many messages the heads of queues remember, of all queues together; `queueHeadsMax` at most.
    package var queueHeads: Int { lanes.remembered }

    package static var operations: [Operation<StorageProvider>] {
        // Of two routes that ask for as much the first is taken: a version's policy is no version.
        accountOperations + offeredActionOperations + managedBlobOperations + containerWorkOperations
            + encryptionScopeOperations + blobServiceOperations
            + containerOperations + policyOperations + blobOperations
            + batchOperations + leaseOperations + tagOperations + searchOperations + tierOperations
            + retentionOperations + lifecycleOperations + inventoryOperations
            + queueOperations + managedQueueOperations + tableOperations + managedTableOperations + unbuiltOperations
            + refusedOperations
            + websiteOperations + filesystemOperations + pathOperations + pathAccessOperations
    }

    package static var resourceTypes: [ResourceType<StorageProvider>] {
        [
            ResourceType(
                "storageAccounts",
                apiVersions: ["2025-08-01", "2025-06-01", "2024-01-01", "2023-05-01"],
                remove: Self.removeWithGroup
            )
        ]
    }

    /// Long work this provider starts.
    package static var sagas: [any Saga] {
        [
            AccountPurge(), ContainerPurge(), PiecePurge(), BlockPurge(), PageClearing(), PageSweep(), PagePurge(),
            BlobCopy(), PastSweepSaga(), QueuePurge(), TablePurge(), DirectoryPurge(), LifecycleRun(), InventoryRun(),
            FeedBeginning(), FeedPublication(),
        ]
    }
}
