// SPDX-License-Identifier: Apache-2.0
package import Base
import FoundationEssentials
import Store

/// What a step of a saga says.
package enum SagaOutcome: Sendable {
    /// There is more to do; the next step is given this state.
    case again(JSON)
    /// All is done; the client may read `result`.
    case done(result: JSON?)
}

/// Work in steps that survives restarts: each step is one commit with its ledger entry, and the commit also says where
/// the work stands, so that a crash repeats nothing and forgets nothing.
package protocol Saga: Sendable {
    /// Names the kind of work in stored records.
    static var kind: String { get }
    /// Does a bounded part of the work. May run several times before it commits. A `ServiceError` ends the saga as
    /// failed, except 503, which is tried again later, and 500 where `endsOnDamage` does not say otherwise.
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome
    /// Whether stored data that cannot be read (500) ends the work as failed; otherwise it is tried again later, for what
    /// is to be taken away must go in the end.
    static var endsOnDamage: Bool { get }
    /// Whether its steps give room back: then a nearly full disk still takes them.
    static var frees: Bool { get }
    /// Runs in the commit that ends the work as failed: says so where others see it, lets go of what was held.
    func end(_ state: JSON, with error: ServiceError, _ scope: WriteScope) async throws(ServiceError)
}
extension Saga {
    package static var endsOnDamage: Bool { false }
    package static var frees: Bool { false }
    package func end(_ state: JSON, with error: ServiceError, _ scope: WriteScope) async throws(ServiceError) {}
}

/// A saga whose steps bring bytes in: each step takes them in first, then commits what refers to them.
package protocol ReceivingSaga: Saga {
    /// Takes in what the next step keeps, or nothing. May run several times; what no commit refers to is given back.
    func receive(_ state: JSON, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError)
}

/// A saga that acts for something the customer set up: its entries name that and not the region.
package protocol ActingSaga: Saga {
    /// What the ledger is told of the next step.
    func note(_ state: JSON) -> ChangeNote
}

/// A saga as it is stored, and as a client asks after it.
package struct SagaRecord: Stored, Codable {
    package enum Status: String, Codable, Sendable {
        case inProgress = "InProgress", succeeded = "Succeeded", failed = "Failed"
    }
    package var id: String
    package var kind: String
    package var tenant: TenantID
    /// The provider whose keys the steps see.
    package var namespace: String
    package var status: Status
    package var state: JSON
    package var result: JSON?
    package var errorCode: String?
    package var errorMessage: String?
    package var started: Timestamp
    package var ended: Timestamp?
    /// Who began it.
    package var caller: String
}
/// Points to a saga: to an unfinished one, so that a restart finds all of them without looking at the finished, or to one
/// that ended, by the time of its end.
struct OpenSaga: Stored, Codable { var tenant: TenantID, id: String }

extension WriteScope {
    /// Begins a saga with this commit.
    ///
    /// The reply should carry `PendingWork` with the returned id.
    package func start<Work: Saga>(_ saga: Work.Type, _ state: JSON, caller: Caller) async throws(ServiceError)
        -> String
    {
        let id = entropy.uuid().lowercaseText
        let record = SagaRecord(
            id: id,
            kind: saga.kind,
            tenant: tenant,
            namespace: frame.namespace,
            status: .inProgress,
            state: state,
            started: now,
            caller: caller.name
        )
        try await kernel.put(record, at: Key("saga", id))
        try await kernel.put(OpenSaga(tenant: tenant, id: id), in: .region, at: Key("saga-open", id))
        started.append(id)
        return id
    }
    func save(_ record: SagaRecord) async throws(ServiceError) {
        try await kernel.put(record, at: Key("saga", record.id))
        guard record.status != .inProgress else { return }
        try await kernel.remove(in: .region, at: Key("saga-open", record.id))
        let ended = EndedSagas.ended.appending(record.ended ?? now, record.id)
        try await kernel.put(OpenSaga(tenant: record.tenant, id: record.id), in: .region, at: ended)
    }
}

extension Scope {
    /// A saga of the scope's tenant by its id; nil when there is none.
    package func saga(_ id: String) async throws(ServiceError) -> SagaRecord? {
        try await kernelView.get(SagaRecord.self, at: Key("saga", id))
    }
}
