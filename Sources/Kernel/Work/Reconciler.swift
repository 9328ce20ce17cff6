// SPDX-License-Identifier: Apache-2.0
package import Store

/// Rows of the region that come due, and what is done with one of them.
///
/// Goes by what is stored (invariant 9): nothing but keys it listed itself is ever given to it.
package protocol DueWork: Sendable {
    /// Names the work in the ledger, like `blocks.expire`.
    var name: String { get }
    /// The provider whose keys the steps see.
    var namespace: String { get }
    /// Up to `limit` keys of rows due now, in order, after `key`: by the keys alone (`Scope.keys`), so that a row that
    /// does not open hides no other.
    func due(after key: Key?, limit: Int, _ scope: ReadScope) async throws(ServiceError) -> [Key]
    /// Does what one row asks for, in at most 20 writes, and removes the row.
    ///
    /// May run several times before it commits. A row that is gone is no error. Where a row is a commit of its own, it may
    /// make 1,000 writes and leave the row for another, until nothing is left of it.
    func settle(_ key: Key, _ scope: WriteScope) async throws(ServiceError)
    /// Whether each row is settled in a commit of its own, or several of them.
    var hasLongRows: Bool { get }
}
extension DueWork {
    package var hasLongRows: Bool { false }
}

/// An ordered pass over due rows: a page of them is one commit with its entry.
///
/// Where a page fails, each of its rows gets a commit of its own, so that a bad row stops no other, of no tenant. What
/// is done stands in the store alone: after a restart a new pass begins and finds what is left. A row that failed stays
/// and is tried by the next pass.
package struct Reconciler: Sendable {
    /// Rows of one commit, which writes 1,000 keys at most.
    static let pageMax = 50
    /// Rows of one pass; what is due beyond them waits for the next period.
    static let passMax = 1_000_000

    private let journal: Journal

    package init(_ journal: Journal) { self.journal = journal }

    /// One pass over all that is due now.
    package func pass(_ work: any DueWork, report: @Sendable (String) -> Void) async {
        var after: Key?
        var failures = 0
        var first: ServiceError?
        for _ in 0..<(Self.passMax / Self.pageMax) where !Task.isCancelled {
            let keys: [Key]
            let limit = work.hasLongRows ? 1 : Self.pageMax
            var isDone = true
            do throws(ServiceError) {
                let scope = try await journal.reader(work.namespace, KeyRing.regionTenant)
                keys = try await work.due(after: after, limit: limit, scope)
            } catch {
                failures += 1
                first = first ?? error
                break
            }
            do throws(ServiceError) {
                try await settle(keys, work)
                // A long row that is still there comes again.
                isDone = !work.hasLongRows
            } catch {
                for key in keys where !Task.isCancelled {
                    do throws(ServiceError) { try await settle([key], work) } catch {
                        failures += 1
                        first = first ?? error
                    }
                }
            }
            if isDone { after = keys.last }
            guard keys.count == limit else { break }
        }
        // One line a pass: a full disk refuses every row.
        guard let first else { return }
        report("\(work.name): \(failures) failed, the first: \(first.message) \(first.detail)")
    }

    private func settle(_ keys: [Key], _ work: any DueWork) async throws(ServiceError) {
        guard !keys.isEmpty else { return }
        var note = ChangeNote(actor: "region:housekeeping", action: work.name, operation: work.name)
        note.frees = true
        _ = try await journal.change(note, work.namespace, KeyRing.regionTenant) { scope async throws(ServiceError) in
            for key in keys { try await work.settle(key, scope) }
        }
    }
}
