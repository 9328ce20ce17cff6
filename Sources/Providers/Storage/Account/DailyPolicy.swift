// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// What Azure calls a kind of policy.
struct PolicyNames {
    /// In its path and type.
    let collection: String
    /// Its own name, which clients do not choose.
    let name: String
    /// What is not found where there is none.
    let missing: String
}

/// The one policy of its kind that an account has, as it is kept: once a day it is looked at, and may begin a run.
protocol DailyPolicy: Stored {
    /// Where it lies among the account's data.
    static var key: Key { get }
    static var kind: PolicyDue.Kind { get }
    static var names: PolicyNames { get }

    /// What clients get back as `policy`.
    var shown: JSON { get }
    var modified: Timestamp { get }
    /// When the next run begins.
    var due: Timestamp { get set }
    /// The saga of the last run.
    var run: String? { get set }
    /// Starts the run of the day and gives its saga; nil when there is nothing to be done.
    func start(_ account: UUID, at resource: ResourceID, _ scope: WriteScope) async throws(ServiceError) -> String?
}

extension DailyPolicy {
    /// Begins a run, unless the last is still going on, and says when the next is due.
    static func begin(_ due: PolicyDue, _ scope: WriteScope) async throws(ServiceError) {
        let domain = Domain.account(due.account)
        guard var policy = try await scope.get(Self.self, in: domain, at: key),
            let account = try await scope.get(Account.self, at: StorageKey.account(due.account)),
            let place = try await scope.place(of: account)
        else { return }
        policy.due = scope.now + .seconds(24 * 3600)
        try await scope.put(due, in: .region, at: StorageKey.policy(policy.due, due))
        var isGoingOn = false
        if let run = policy.run { isGoingOn = try await scope.saga(run)?.status == .inProgress }
        if !isGoingOn, let run = try await policy.start(due.account, at: place.resourceID, scope) { policy.run = run }
        try await scope.put(policy, in: domain, at: key)
    }
}

/// What all policies of an account have in common where Azure Resource Manager sets them.
extension StorageProvider {
    /// The account of a call that names its one policy.
    func policyAccount(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> AccountView {
        let view = try await existing(call, scope)
        guard call["policy"].lowercased() == "default" else {
            throw .badRequest("InvalidResourceName", "The only policy of this kind of an account is 'default'.")
        }
        return view
    }
    func getPolicy<Policy: DailyPolicy>(
        _ type: Policy.Type,
        _ call: Call,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Reply {
        let view = try await policyAccount(call, scope)
        guard let policy = try await scope.get(type, in: view.place.domain, at: type.key) else {
            let missing = type.names.missing
            throw .notFound("\(missing)NotFound", "No \(missing) found for account \(view.account.name).")
        }
        return .json(200, shown(policy, of: view))
    }
    /// Puts a policy in the place of the one before; it is looked at next when it says, its last run goes on.
    func putPolicy<Policy: DailyPolicy>(
        _ policy: Policy,
        of view: AccountView,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        var policy = policy
        let due = PolicyDue(tenant: scope.tenant, account: view.place.id, kind: Policy.kind)
        if let old = try await scope.get(Policy.self, in: view.place.domain, at: Policy.key) {
            policy.run = old.run
            try await scope.remove(in: .region, at: StorageKey.policy(old.due, due))
        }
        try await scope.put(policy, in: view.place.domain, at: Policy.key)
        try await scope.put(due, in: .region, at: StorageKey.policy(policy.due, due))
        return .json(200, shown(policy, of: view))
    }
    func deletePolicy<Policy: DailyPolicy>(
        _ type: Policy.Type,
        _ call: Call,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        let view = try await policyAccount(call, scope)
        guard let old = try await scope.get(type, in: view.place.domain, at: type.key) else { return Reply(204) }
        let due = PolicyDue(tenant: scope.tenant, account: view.place.id, kind: type.kind)
        try await scope.remove(in: .region, at: StorageKey.policy(old.due, due))
        try await scope.remove(in: view.place.domain, at: type.key)
        return Reply(200)
    }
    /// A policy as ARM shows it.
    func shown<Policy: DailyPolicy>(_ policy: Policy, of view: AccountView) -> JSON {
        let names = Policy.names
        return [
            "id": .string("\(view.record.id)/\(names.collection)/default"),
            "name": .string(names.name),
            "type": .string("Microsoft.Storage/storageAccounts/\(names.collection)"),
            "properties": ["lastModifiedTime": .string(policy.modified.iso8601), "policy": policy.shown],
        ]
    }
}

extension Scope {
    /// Where an account lies, if the name still leads to it.
    func place(of account: Account) async throws(ServiceError) -> AccountPlace? {
        guard let name = AccountName(account.name) else { return nil }
        let place = try await get(AccountPlace.self, in: .region, at: StorageKey.place(name))
        return place?.id == account.id ? place : nil
    }
}
