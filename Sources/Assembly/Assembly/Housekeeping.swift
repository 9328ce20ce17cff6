// SPDX-License-Identifier: Apache-2.0
import Base
import Identity
import Kernel
import Storage

/// What has to be looked at from time to time.
///
/// Takes no input: each part goes by what is stored (invariant 9).
struct Housekeeping {
    private static let period = Duration.seconds(15)
    /// Rounds of what comes due within moments for one of all the rest: an hour.
    private static let promptRounds = 240
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
    func run(report: @escaping @Sendable (String) -> Void) async {
        while !Task.isCancelled {
            await hourly(report)
            for _ in 0..<Self.promptRounds where !Task.isCancelled {
                for due in storage.promptWorks {
                    await Reconciler(journal).pass(due) { report("housekeeping: \($0)") }
                }
                try? await journal.world.clock.sleep(for: Self.period)
            }
        }
    }
    private func hourly(_ report: @escaping @Sendable (String) -> Void) async {
        let (identity, storage) = (identity, storage)
        // First and apart: a store that refuses must not let the certificate run out.
        do { try renewal.renew(at: journal.world.clock.now) } catch { report("housekeeping: \(error)") }
        await work("signingKeys.rotate", IdentityProvider.namespace, report) {
            scope async throws(ServiceError) in
            _ = try await identity.rotateSigningKeys(scope)
            return false
        }
        await work("messages.expire", StorageProvider.namespace, report) { scope async throws(ServiceError) in
            try await storage.expireMessages(scope)
        }
        for due in storage.dueWorks {
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
