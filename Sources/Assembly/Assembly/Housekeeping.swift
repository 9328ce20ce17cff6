// SPDX-License-Identifier: Apache-2.0
import Base
import Identity
import Kernel
import Storage

/// What has to be looked at from time to time.
///
/// Takes no input: each part goes by what is stored (invariant 9).
struct Housekeeping {
    /// How often is looked at what comes due within moments, and at all the rest.
    private static let periods = (prompt: Duration.seconds(15), rest: Duration.seconds(3600))
    private let journal: Journal
    private let identity: IdentityProvider
    private let storage: StorageProvider
    private let renewal: LeafRenewal

    init(_ journal: Journal, _ identity: IdentityProvider, _ storage: StorageProvider, _ renewal: LeafRenewal) {
        self.journal = journal
        self.identity = identity
        self.storage = storage
        self.renewal = renewal
    }
    /// `passed` hears of every time that all was looked after.
    func run(report: @escaping @Sendable (String) -> Void, passed: @escaping @Sendable () -> Void) async {
        await withDiscardingTaskGroup { group in
            group.addTask { await renew(report) }
            group.addTask { await lookAfter(report, passed) }
        }
    }
    /// Apart from all the rest: a store that refuses, or has much to do, must not let the certificate run out.
    private func renew(_ report: @Sendable (String) -> Void) async {
        let clock = journal.world.clock
        while !Task.isCancelled {
            do { try renewal.renew(at: clock.now) } catch { report("housekeeping: \(error)") }
            try? await clock.sleep(for: Self.periods.rest)
        }
    }
    private func lookAfter(_ report: @escaping @Sendable (String) -> Void, _ passed: @Sendable () -> Void) async {
        let clock = journal.world.clock
        var next = clock.now
        while !Task.isCancelled {
            if clock.now >= next {
                await hourly(report)
                next = clock.now + Self.periods.rest
            }
            for due in storage.promptWorks {
                await Reconciler(journal).pass(due) { report("housekeeping: \($0)") }
            }
            passed()
            try? await clock.sleep(for: Self.periods.prompt)
        }
    }
    private func hourly(_ report: @escaping @Sendable (String) -> Void) async {
        let (identity, storage) = (identity, storage)
        await work("signingKeys.rotate", IdentityProvider.namespace, report) {
            scope async throws(ServiceError) in
            _ = try await identity.rotateSigningKeys(scope)
            return false
        }
        for due in storage.dueWorks + [EndedSagas()] {
            await Reconciler(journal).pass(due) { report("housekeeping: \($0)") }
        }
    }
    /// Commits one part's steps until it says that nothing is left; where it fails, the other parts go on.
    private func work(
        _ name: String,
        _ namespace: String,
        _ report: @Sendable (String) -> Void,
        _ step: @escaping @Sendable (WriteScope) async throws(ServiceError) -> Bool
    ) async {
        let note = ChangeNote(actor: "region:housekeeping", action: name, operation: name)
        do throws(ServiceError) {
            while try await journal.change(note, namespace, KeyRing.regionTenant, step).result {}
        } catch { report("housekeeping: \(name): \(error)") }
    }
}
