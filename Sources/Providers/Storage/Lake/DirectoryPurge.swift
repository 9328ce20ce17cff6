// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

extension Scope {
    /// Whether a directory holds nothing; what has expired is nothing, as far as one look reaches.
    func isEmpty(
        _ directory: UUID,
        under retention: Retention,
        in domain: Domain
    ) async throws(ServiceError) -> Bool {
        let first = try await list(Blob.self, in: domain, under: StorageKey.blobs(directory), limit: 1)
        guard first.first?.value.hasExpired(at: now, under: retention) == true else { return first.isEmpty }
        let limit = 1000
        let found = try await list(Blob.self, in: domain, under: StorageKey.blobs(directory), limit: limit)
        return found.count < limit && found.allSatisfy { $0.value.hasExpired(at: now, under: retention) }
    }
}

extension AccountData {
    /// Ends what a state of a place holds: its bytes or, of a directory, everything below it.
    func release(_ state: Blob, atOnce: Bool = true) async throws(ServiceError) {
        try await release(state.body, atOnce: atOnce)
        guard let directory = state.directory else { return }
        try await unsettle(state)
        try await startPurge(directory)
    }
    /// Has what lies below a directory removed, which nobody can reach any more.
    func startPurge(_ directory: UUID) async throws(ServiceError) {
        let state: JSON = [
            "account": .string(id.lowercaseText), "directory": .string(directory.lowercaseText),
        ]
        _ = try await scope.start(DirectoryPurge.self, state, caller: caller)
    }
}

/// Removes what a directory held that is gone; each directory in it becomes a purge of its own.
struct DirectoryPurge: Saga {
    static let kind = "storage.directoryPurge"
    static let frees = true

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let directory = state.uuid("directory") else {
            return .done(result: nil)
        }
        let data = AccountData(account, scope, caller: .region(Self.kind))
        let purged = try await data.purge(directory)
        return purged.hasMore ? .again(purged.counted(state)) : .done(result: AccountData.Purged.result(state))
    }
}
