// SPDX-License-Identifier: Apache-2.0
package import Kernel

extension StorageProvider {
    /// What this provider keeps.
    package static let storedFormats: [StoredFormat] = [
        StoredFormat(Account.self), StoredFormat(AccountMember.self), StoredFormat(AccountPlace.self),
        StoredFormat(Blob.self), StoredFormat(BlobServiceSettings.self), StoredFormat(Block.self),
        StoredFormat(BlockShare.self),
        StoredFormat(BlockTable.self), StoredFormat(ChangeEvent.self), StoredFormat(ChangeFeed.self),
        StoredFormat(Container.self), StoredFormat(ContainerPlace.self), StoredFormat(FeedAccount.self),
        StoredFormat(EncryptionScope.self), StoredFormat(FeedProgress.self),
        StoredFormat(ContainerRetention.self), StoredFormat(DelegationSecret.self),
        StoredFormat(DirectoryHome.self), StoredFormat(ExpiringFile.self), StoredFormat(ExpiringQueue.self),
        StoredFormat(InventoryPolicyRecord.self),
        StoredFormat(KeptState.self), StoredFormat(LifecyclePolicyRecord.self), StoredFormat(LongText.self),
        StoredFormat(MessageCount.self),
        StoredFormat(PageMark.self), StoredFormat(PageRow.self), StoredFormat(PageTable.self),
        StoredFormat(PieceChunk.self),
        StoredFormat(PieceList.self), StoredFormat(PolicyDue.self), StoredFormat(PolicyHistory.self),
        StoredFormat(Queue.self),
        StoredFormat(QueueServiceSettings.self),
        StoredFormat(QueuedMessage.self), StoredFormat(ReadyMark.self), StoredFormat(RetentionMark.self),
        StoredFormat(TableEntity.self),
        StoredFormat(TableRecord.self), StoredFormat(TableServiceSettings.self), StoredFormat(TagHit.self),
        StoredFormat(TakenPlaces.self), StoredFormat(WaitingTable.self),
    ]
}
