// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
package import Kernel
import Store

/// Finds accounts whose change feed has something to publish, to close or to end, and begins that.
///
/// It goes over the accounts that have a feed: a row for each change in a list of its own would make every commit write
/// twice, and one row for an account would make its writers conflict.
struct FeedWork: DueWork {
    let name = "changeFeed.publish"
    let namespace = StorageProvider.namespace

    func due(after key: Key?, limit: Int, _ scope: ReadScope) async throws(ServiceError) -> [Key] {
        var (after, due): (Key?, [Key]) = (key, [])
        while due.count < limit {
            let page = try await scope.list(
                FeedAccount.self,
                in: .region,
                under: StorageKey.feedAccounts,
                after: after,
                limit: Self.pageMax
            )
            for item in page where due.count < limit {
                if try await hasWork(item.value, scope.of(item.value.tenant)) { due.append(item.key) }
                after = item.key
            }
            guard page.count == Self.pageMax else { break }
        }
        return due
    }
    /// Accounts looked at in one read.
    private static let pageMax = 100

    private func hasWork(_ row: FeedAccount, _ scope: ReadScope) async throws(ServiceError) -> Bool {
        let domain = Domain.account(row.account)
        guard try await scope.feed(of: row.account) != nil,
            let progress = try await scope.get(FeedProgress.self, in: domain, at: StorageKey.feedProgress)
        else { return false }
        if let wake = progress.wake, wake <= scope.now { return true }
        let told = try await scope.list(ChangeEvent.self, in: domain, under: StorageKey.changeEvents, limit: 1)
        if !told.isEmpty { return true }
        return try await !scope.plannedEvents(in: domain, limit: 1).isEmpty
    }
    /// Starts the publication unless one is under way; the row stays as long as the account.
    func settle(_ key: Key, _ scope: WriteScope) async throws(ServiceError) {
        guard let row = try await scope.get(FeedAccount.self, in: .region, at: key) else { return }
        let own = scope.of(row.tenant)
        let data = AccountData(row.account, own, caller: .region(FeedPublication.kind))
        guard try await own.feed(of: row.account) != nil, var progress = try await data.feedProgress() else { return }
        if let saga = progress.saga, try await own.saga(saga)?.status == .inProgress { return }
        let state = FeedPublication.state(row.account)
        progress.saga = try await own.start(FeedPublication.self, state, caller: data.caller)
        progress.wake = nil
        try await own.put(progress, in: data.domain, at: StorageKey.feedProgress)
    }
}

extension StorageProvider {
    /// What comes due in storage within moments.
    package var promptWorks: [any DueWork] { [FeedWork()] }
}

extension AccountData {
    /// Removes some of what the feed of an account that is gone did not publish; false when there was nothing.
    func purgeFeed() async throws(ServiceError) -> Bool {
        for table in [StorageKey.changeEvents, StorageKey.plannedEvents] {
            let found = try await scope.list(ChangeEvent.self, in: domain, under: table, limit: Self.eventsPurgedAtOnce)
            for item in found { try await scope.remove(in: domain, at: item.key) }
            guard found.isEmpty else { return true }
        }
        try await scope.remove(in: domain, at: StorageKey.changeFeed)
        try await scope.remove(in: domain, at: StorageKey.feedProgress)
        try await scope.remove(in: .region, at: StorageKey.feedAccount(id))
        return false
    }
    private static let eventsPurgedAtOnce = 500
}
