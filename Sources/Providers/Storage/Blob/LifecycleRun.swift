// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// Where a run of a lifecycle policy stands, and what it did so far.
struct LifecycleCursor {
    let account: UUID
    /// The account's ARM id.
    let resource: ResourceID
    var walk = AccountWalk()
    /// How many states were tiered, deleted, kept by what protects them, or could not be read.
    var counts: [LifecycleOutcome: Int64] = [:]

    init(account: UUID, resource: ResourceID) {
        self.account = account
        self.resource = resource
    }
    init?(_ state: JSON) {
        guard let account = state.uuid("account"), let resource = state["resource"]?.string else { return nil }
        self.init(account: account, resource: ResourceID(resource))
        walk = AccountWalk(state["walk"] ?? .null)
        for outcome in LifecycleOutcome.allCases { counts[outcome] = state[outcome.rawValue]?.integer }
    }
    /// The state of the saga.
    var json: JSON {
        var state = result
        state["account"] = .string(account.lowercaseText)
        state["resource"] = .string(resource.text)
        state["walk"] = .object(walk.json)
        return .object(state)
    }
    /// What was done in all.
    var result: [String: JSON] {
        Dictionary(uniqueKeysWithValues: counts.map { ($0.key.rawValue, .integer($0.value)) })
    }
}

/// What became of a state that a rule meant.
enum LifecycleOutcome: String, CaseIterable {
    case tiered
    case deleted
    /// A lease, a copy, a policy, a hold, snapshots or versions keep it as it is.
    case kept
    /// Its record does not open.
    case unreadable
}

/// One run of an account's lifecycle policy over all blobs its rules may mean (docs/decisions/0022).
struct LifecycleRun: ActingSaga {
    static let kind = "storage.lifecycle"
    /// States and containers looked at in one step.
    private static let seenMax = 2_000
    /// States changed in one step: up to twenty writes each.
    private static let changedMax = 40
    /// States read at once.
    private static let pageMax = 250

    func note(_ state: JSON) -> ChangeNote {
        let account = state["resource"]?.string ?? ""
        return ChangeNote(
            actor: "policy:managementPolicies/default",
            action: Self.kind,
            operation: Self.kind,
            resource: ResourceID(account + "/managementPolicies/default")
        )
    }
    /// Goes by the policy as it is now: one that is gone ends the run.
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard var cursor = LifecycleCursor(state) else { return .done(result: nil) }
        guard let work = try await LifecycleWork(cursor.account, scope) else {
            return .done(result: .object(cursor.result))
        }
        var (seen, changed) = (0, 0)
        while seen < Self.seenMax, changed < Self.changedMax {
            guard let (name, container) = try await work.container(at: &cursor.walk) else {
                return .done(result: .object(cursor.result))
            }
            seen += 1
            guard let container else {
                cursor.counts[.unreadable, default: 0] += cursor.walk.takeUnreadable()
                continue
            }
            let page = try await work.page(of: container, name, cursor.walk, limit: Self.pageMax)
            var left = page.count
            for spot in page where changed < Self.changedMax {
                cursor.walk.pass(spot)
                left -= 1
                guard let outcome = try await work.settle(spot, in: container, name) else { continue }
                cursor.counts[outcome, default: 0] += 1
                if outcome == .tiered || outcome == .deleted { changed += 1 }
            }
            seen += page.count
            if left == 0, page.count < Self.pageMax { cursor.walk.endPart(hasPast: work.looksAtPast) }
        }
        return .again(cursor.json)
    }
}
