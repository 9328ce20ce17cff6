// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
package import Kernel
import Store

/// Something soft delete keeps, in the region's list of such by the time they end.
struct KeptState: Stored, Codable {
    var tenant: TenantID
    var account: UUID
    /// Of a blob; nil for a container.
    var directory: UUID?
    /// The blob's or the container's name.
    var name: String
    /// The moment it is named by.
    var ticks: Int64
    var moment: Moment { Moment(ticks: ticks) }
}

/// Ends what soft delete kept long enough, in all tenants.
struct KeptStates: DueWork {
    let name = "kept.expire"
    let namespace = StorageProvider.namespace

    func due(after key: Key?, limit: Int, _ scope: ReadScope) async throws(ServiceError) -> [Key] {
        let range = KeyRange(from: key?.next ?? StorageKey.kept.children.from, to: StorageKey.kept.appending(scope.now))
        return try await scope.keys(in: .region, range, limit: limit)
    }
    func settle(_ key: Key, _ scope: WriteScope) async throws(ServiceError) {
        guard let kept = try await scope.get(KeptState.self, in: .region, at: key) else { return }
        try await scope.remove(in: .region, at: key)
        let data = AccountData(kept.account, scope.of(kept.tenant), caller: .region("storage.softDelete"))
        if let directory = kept.directory {
            guard let name = try? BlobName(kept.name) else { return }
            try await data.expire(BlobPlace(directory, name), kept.moment)
        } else {
            guard let name = try? ContainerName(kept.name) else { return }
            try await data.expire(name, kept.moment)
        }
    }
}

extension StorageProvider {
    /// What comes due in storage.
    package var dueWorks: [any DueWork] {
        [UncommittedBlocks(), KeptStates(), ExpiredFiles(), DuePolicies(), ExpiringMessages(lanes: lanes)]
    }
}

extension AccountData {
    /// Ends a state whose time is over, if it is still there and still deleted.
    fileprivate func expire(_ place: BlobPlace, _ moment: Moment) async throws(ServiceError) {
        let key = StorageKey.past(place, moment)
        guard let state = try await scope.get(Blob.self, in: domain, at: key), let deletion = state.past?.deleted,
            deletion.until < scope.now
        else { return }
        try await end(state, at: place, atOnce: false)
    }
    fileprivate func expire(_ name: ContainerName, _ moment: Moment) async throws(ServiceError) {
        let key = StorageKey.deletedContainer(name, moment)
        guard let container = try await scope.get(Container.self, in: domain, at: key) else { return }
        try await scope.remove(in: domain, at: key)
        try await startPurge(of: container)
    }
}
