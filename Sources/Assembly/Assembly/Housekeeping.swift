// SPDX-License-Identifier: Apache-2.0
import Base
import Identity
import Kernel
import Storage

/// What has to be looked at from time to time.
///
/// Takes no input: each part goes by what is stored (invariant 9).
struct Housekeeping {
    private static let period = Duration.seconds(3600)
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
    func run(report: @Sendable (String) -> Void) async {
        while !Task.isCancelled {
            // First and apart: a store that refuses must not let the certificate run out.
            do { try renewal.renew(at: journal.world.clock.now) } catch { report("housekeeping: \(error)") }
            do {
                let note = ChangeNote(
                    actor: "region:housekeeping",
                    action: "signingKeys.rotate",
                    operation: "signingKeys.rotate"
                )
                _ = try await journal.change(note, IdentityProvider.namespace, KeyRing.regionTenant) {
                    scope async throws(ServiceError) in try await identity.rotateSigningKeys(scope)
                }
                try await expireBlocks()
                try await expireMessages()
                try await expireKeptStates()
            } catch { report("housekeeping: \(error)") }
            try? await journal.world.clock.sleep(for: Self.period)
        }
    }
    private func expireMessages() async throws(ServiceError) {
        let note = ChangeNote(actor: "region:housekeeping", action: "messages.expire", operation: "messages.expire")
        let storage = storage
        while try await journal.change(
            note,
            StorageProvider.namespace,
            KeyRing.regionTenant,
            { scope async throws(ServiceError) in try await storage.expireMessages(scope) }
        ).result {}
    }
    private func expireBlocks() async throws(ServiceError) {
        let note = ChangeNote(actor: "region:housekeeping", action: "blocks.expire", operation: "blocks.expire")
        let storage = storage
        while try await journal.change(
            note,
            StorageProvider.namespace,
            KeyRing.regionTenant,
            { scope async throws(ServiceError) in try await storage.expireUncommittedBlocks(scope) }
        ).result {}
    }
    private func expireKeptStates() async throws(ServiceError) {
        let note = ChangeNote(actor: "region:housekeeping", action: "kept.expire", operation: "kept.expire")
        let storage = storage
        while try await journal.change(
            note,
            StorageProvider.namespace,
            KeyRing.regionTenant,
            { scope async throws(ServiceError) in try await storage.expireKeptStates(scope) }
        ).result {}
    }
}
