// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

extension StorageProvider {
    /// Removes a container at once: soft delete keeps it whole; else its blobs are no longer reachable and are removed by
    /// a saga.
    func removeContainer(
        _ name: ContainerName,
        _ container: Container,
        _ place: AccountPlace,
        _ scope: WriteScope,
        caller: Caller
    ) async throws(ServiceError) {
        try name.refuseChange()
        let data = AccountData(place.id, scope, caller: caller)
        try await data.protect(container)
        try await scope.remove(in: place.domain, at: StorageKey.container(name))
        guard let days = place.history.containerDays else { return try await data.startPurge(of: container) }
        var kept = container
        kept.lease = nil
        let deletion = BlobHistory.deletion(scope.now, days: days)
        kept.deleted = deletion
        let moment = Moment(deletion.at)
        let key = StorageKey.deletedContainer(name, moment)
        guard try await scope.get(Container.self, in: place.domain, at: key) == nil else {
            throw .unavailable("two containers of one name deleted in one moment")
        }
        try await scope.put(kept, in: place.domain, at: key)
        let row = KeptState(tenant: scope.tenant, account: place.id, name: name.text, ticks: moment.ticks)
        try await scope.put(row, in: .region, at: StorageKey.kept(deletion.until, row))
    }

    /// Restore Container (`PUT /{container}?restype=container&comp=undelete`).
    func restoreContainer(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let (nameHeader, versionHeader) = ("x-ms-deleted-container-name", "x-ms-deleted-container-version")
        let (name, version) = try checked { () throws(StorageFault) in
            guard let name = blob.headers[StorageHeader.name(nameHeader)] else {
                throw .missingRequiredHeader(nameHeader)
            }
            guard let version = blob.headers[StorageHeader.name(versionHeader)] else {
                throw .missingRequiredHeader(versionHeader)
            }
            return (try ContainerName(name), version)
        }
        // A role was looked up over the name in the path; it says nothing of a container of another name.
        if case .principal = call.caller, name != (try blob.containerName) {
            throw ServiceError(.invalidHeaderValue(nameHeader, name.text))
        }
        guard let ticks = Int64(version, radix: 16) else {
            throw ServiceError(.invalidHeaderValue(versionHeader, version))
        }
        let moment = Moment(ticks: ticks)
        let key = StorageKey.deletedContainer(name, moment)
        guard var container = try await scope.get(Container.self, in: blob.domain, at: key),
            let deletion = container.deleted
        else { throw ServiceError(.containerNotFound) }
        let home = StorageKey.container(try blob.containerName)
        guard try await scope.get(Container.self, in: blob.domain, at: home) == nil else {
            throw ServiceError(.containerAlreadyExists)
        }
        let row = KeptState(tenant: scope.tenant, account: blob.place.id, name: name.text, ticks: ticks)
        try await scope.remove(in: .region, at: StorageKey.kept(deletion.until, row))
        try await scope.remove(in: blob.domain, at: key)
        container.deleted = nil
        try await scope.put(container, in: blob.domain, at: home)
        let place = StorageKey.containerPlace(container.id)
        try await scope.put(ContainerPlace(try blob.containerName), in: blob.domain, at: place)
        return blob.reply(201)
    }
}

extension AccountData {
    /// Has the blobs of a container that is gone removed.
    func startPurge(of container: Container) async throws(ServiceError) {
        let state: JSON = [
            "account": .string(id.lowercaseText), "container": .string(container.id.lowercaseText),
        ]
        _ = try await scope.start(ContainerPurge.self, state, caller: caller)
    }
    /// Blobs, past states or tables removed in one step: up to six writes each, and one for each of ten tags.
    private static let purgedAtOnce = 50

    /// Removes some of the blobs, past states and tables of a directory, or of all; false when there were none.
    func purge(_ directory: UUID? = nil) async throws(ServiceError) -> Bool {
        let max = Self.purgedAtOnce
        let blobs = directory.map(StorageKey.blobs) ?? StorageKey.blobs
        let found = try await scope.list(Blob.self, in: domain, under: blobs, limit: max)
        for item in found {
            var reader = KeyReader(item.key, after: StorageKey.blobs)
            guard let owner = reader.uuid(), let name = reader.string().flatMap({ try? BlobName($0) }) else {
                throw .unavailable("a blob's key does not hold its place")
            }
            // What an account held goes as a whole: nothing has to be looked for in directories.
            if directory == nil {
                try await release(item.value.body, atOnce: false)
            } else {
                try await release(item.value, atOnce: false)
            }
            try await purge(item.value, at: BlobPlace(owner, name))
        }
        var left = max - found.count
        guard left > 0 else { return true }
        let states = directory.map(StorageKey.past) ?? StorageKey.allPast
        let past = try await scope.list(Blob.self, in: domain, under: states, limit: left)
        for item in past {
            var reader = KeyReader(item.key, after: StorageKey.allPast)
            guard let owner = reader.uuid(), let name = reader.string().flatMap({ try? BlobName($0) }) else { continue }
            try await unplan(item.value, at: BlobPlace(owner, name))
            try await end(item.value, at: BlobPlace(owner, name), atOnce: false)
        }
        left -= past.count
        guard left > 0 else { return true }
        let tables = directory.map(StorageKey.tables) ?? StorageKey.tables
        let open = try await scope.list(BlockTable.self, in: domain, under: tables, limit: left)
        for item in open {
            var reader = KeyReader(item.key, after: StorageKey.tables)
            guard let owner = reader.uuid(), let name = reader.string().flatMap({ try? BlobName($0) }) else { continue }
            try await end(table: BlobPlace(owner, name), atOnce: false)
        }
        return left < max || !open.isEmpty
    }
}

/// Removes the blobs and uncommitted blocks of a container that is gone.
struct ContainerPurge: Saga {
    static let kind = "storage.containerPurge"
    static let frees = true

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let container = state.uuid("container") else {
            return .done(result: nil)
        }
        let data = AccountData(account, scope, caller: .region(Self.kind))
        guard try await !data.purge(container) else { return .again(state) }
        try await scope.remove(in: data.domain, at: StorageKey.containerPlace(container))
        try await scope.remove(in: data.domain, at: StorageKey.retention(container))
        try await scope.remove(in: data.domain, at: StorageKey.rootDirectory(container))
        return .done(result: nil)
    }
}
