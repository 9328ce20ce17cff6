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
        caller: Caller,
        isManaged: Bool = false
    ) async throws(ServiceError) {
        try name.refuseChange()
        let data = AccountData(place.id, scope, caller: caller)
        try await data.protect(container, isManaged: isManaged)
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
        // Under its old name it comes back whatever that is; under another it is made there.
        if name != (try blob.containerName) { try blob.containerName.refuseMaking() }
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
        try await scope.keepPlace(of: container, try blob.containerName, in: blob.domain)
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

    /// What one step of a purge came to.
    struct Purged {
        /// Whether there may be more.
        var hasMore = true
        /// Records that lay under keys which hold no name; they go like all others, but nothing that goes by their name does.
        var unnamed = 0

        /// The state of the next step, which counts them.
        func counted(_ state: JSON) -> JSON {
            guard unnamed > 0, var members = state.object else { return state }
            members["unnamed"] = .integer((state["unnamed"]?.integer ?? 0) + Int64(unnamed))
            return .object(members)
        }
        /// What the end of the work tells whoever looks into its record: nothing, unless something was odd.
        static func result(_ state: JSON) -> JSON? { state["unnamed"].map { ["unnamed": $0] } }
    }
    /// Removes some of the blobs, past states and tables of a directory, or of all.
    func purge(_ directory: UUID? = nil) async throws(ServiceError) -> Purged {
        var purged = Purged()
        let max = Self.purgedAtOnce
        let blobs = directory.map(StorageKey.blobs) ?? StorageKey.blobs
        let found = try await scope.list(Blob.self, in: domain, under: blobs, limit: max)
        for item in found {
            // What an account held goes as a whole: nothing has to be looked for in directories.
            if directory == nil {
                try await release(item.value.body, atOnce: false)
            } else {
                try await release(item.value, atOnce: false)
            }
            if let place = Self.place(item.key, after: StorageKey.blobs) {
                try await purge(item.value, at: place)
            } else {
                try await scope.remove(in: domain, at: item.key)
                purged.unnamed += 1
            }
        }
        var left = max - found.count
        guard left > 0 else { return purged }
        let states = directory.map(StorageKey.past) ?? StorageKey.allPast
        let past = try await scope.list(Blob.self, in: domain, under: states, limit: left)
        for item in past {
            guard let place = Self.place(item.key, after: StorageKey.allPast) else {
                try await release(item.value, atOnce: false)
                try await scope.remove(in: domain, at: item.key)
                purged.unnamed += 1
                continue
            }
            try await unplan(item.value, at: place)
            try await end(item.value, at: place, atOnce: false)
        }
        left -= past.count
        guard left > 0 else { return purged }
        let tables = directory.map(StorageKey.tables) ?? StorageKey.tables
        let open = try await scope.list(BlockTable.self, in: domain, under: tables, limit: left)
        for item in open {
            guard let place = Self.place(item.key, after: StorageKey.tables) else {
                try await scope.remove(in: domain, at: item.key)
                try await end(blocksOf: item.value, taken: nil, atOnce: false)
                purged.unnamed += 1
                continue
            }
            try await end(table: place, atOnce: false)
        }
        purged.hasMore = left < max || !open.isEmpty
        return purged
    }
    /// The place in a key; nil where what lies there has no name that could be one.
    private static func place(_ key: Key, after prefix: Key) -> BlobPlace? {
        var reader = KeyReader(key, after: prefix)
        guard let owner = reader.uuid(), let name = reader.string().flatMap({ try? BlobName($0) }) else { return nil }
        return BlobPlace(owner, name)
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
        let purged = try await data.purge(container)
        guard !purged.hasMore else { return .again(purged.counted(state)) }
        try await scope.remove(in: data.domain, at: StorageKey.containerPlace(container))
        try await scope.remove(in: data.domain, at: StorageKey.retention(container))
        try await scope.remove(in: data.domain, at: StorageKey.policyHistory(container))
        try await scope.remove(in: data.domain, at: StorageKey.rootDirectory(container))
        return .done(result: AccountData.Purged.result(state))
    }
}
