// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Identity
import Kernel
import Merkle
import Resources
import Synchronization

/// What a region was founded as; kept beside the store, and never changed.
struct RegionRecord: Codable {
    static let formatVersion = 1
    var format: Int
    var domain: String
    /// The name its ledger signs under.
    var origin: String
    /// The ledger's verifier key (C2SP signed note): hand it to auditors.
    var ledgerKey: String

    static func origin(_ configuration: Configuration) -> String { "\(configuration.domain)/ledger" }

    static func missing(_ folder: DataFolder) -> StartError {
        StartError("\(folder.region) is missing from a region that was founded; restore it from the backup.")
    }
    /// Reads the record of a region that is to be of the configuration's domain; nil when the folder holds none yet.
    static func load(_ folder: DataFolder, _ configuration: Configuration) throws(StartError) -> RegionRecord? {
        guard let record = try load(folder) else { return nil }
        guard record.domain == configuration.domain else {
            throw StartError(
                "\(folder.region) is of the domain '\(record.domain)', the configuration says '\(configuration.domain)': "
                    + "set domain back, or add the new names under 'names'."
            )
        }
        return record
    }
    private static func load(_ folder: DataFolder) throws(StartError) -> RegionRecord? {
        guard folder.exists(folder.region) else {
            guard !folder.exists(folder.credentials) else { throw missing(folder) }
            return nil
        }
        let record: RegionRecord
        do { record = try JSONCoding.decode(RegionRecord.self, from: try folder.read(folder.region)) } catch {
            throw StartError("\(folder.region) cannot be read; restore it from the backup of this region.")
        }
        guard record.format == formatVersion else {
            throw StartError(
                "\(folder.region) is of format \(record.format), which this release does not read; use a newer one."
            )
        }
        return record
    }
    /// The domain that a region was founded with; nil when the folder holds none.
    static func domain(_ folder: DataFolder) throws(StartError) -> String? { try load(folder)?.domain }
}

/// Makes the first tenant, subscription, administrator and service principal, and writes the credentials.
struct Founding {
    let folder: DataFolder
    let plan: HostPlan
    let parts: Parts
    let signer: LedgerSigner

    /// Founds the region where there is none, and takes up a founding that was cut short.
    ///
    /// A crash may come between any two of these steps: the pending credentials tell until the last one that the founding
    /// goes on.
    func finish(founded: Bool, _ configuration: Configuration) async throws {
        if !founded {
            try Remains(folder).refuseFounding()
            try await found()
        }
        if !folder.exists(folder.region) {
            guard folder.exists(folder.credentialsPending) else { throw RegionRecord.missing(folder) }
            // A founded region has published a checkpoint, by which a start tells that its store was not taken back.
            while try await parts.journal.sequencer.sequence() {}
            try await parts.journal.sequencer.publish()
            let record = RegionRecord(
                format: RegionRecord.formatVersion,
                domain: configuration.domain,
                origin: signer.key.name,
                ledgerKey: signer.key.verifierText
            )
            try folder.write(try JSONCoding.encode(record) + [10], to: folder.region, mode: 0o644)
        }
        // The names and secrets in it are the ones in force, because the commit came after it was written.
        if folder.exists(folder.credentialsPending) {
            try folder.rename(folder.credentialsPending, to: folder.credentials)
        }
    }

    private func found() async throws {
        let entropy = parts.journal.world.entropy
        let tenant = TenantID(entropy.uuid())
        let password = Credentials.password(entropy)
        let secret = Credentials.clientSecret(entropy)
        let made = Made()
        let (identity, resources, plan, folder) = (parts.identity, parts.resources, plan, folder)
        try await parts.journal.found(
            tenant,
            [
                FoundingStep(IdentityProvider.namespace) { scope async throws(ServiceError) in
                    made.identity.withLock { $0 = nil }
                    let done = try await identity.bootstrap(
                        tenantName: "Lazuli",
                        domainName: plan.domain,
                        administratorPassword: password,
                        clientSecret: secret,
                        scope
                    )
                    made.identity.withLock { $0 = done }
                },
                FoundingStep(ResourcesProvider.namespace) { scope async throws(ServiceError) in
                    guard let principals = made.identity.withLock({ $0 }) else { return }
                    let subscription = try await resources.bootstrap(
                        subscription: "Lazuli",
                        tenant: tenant,
                        administrators: [
                            (principals.administratorId, "User"), (principals.servicePrincipalId, "ServicePrincipal"),
                        ],
                        scope
                    )
                    let credentials = Credentials(
                        domain: plan.domain,
                        port: plan.port ?? 443,
                        armEndpoint: plan.address(plan.primary.management),
                        authority: plan.address(plan.primary.login),
                        tenant: tenant,
                        subscription: subscription.id,
                        administrator: (principals.userPrincipalName, password),
                        servicePrincipal: (principals.clientId, secret, principals.servicePrincipalId)
                    )
                    // Before the commit, so that no crash loses the only copy; a retry overwrites it.
                    do {
                        try folder.write(credentials.fileBytes(), to: folder.credentialsPending, mode: 0o600)
                    } catch { throw .unavailable("\(error)") }
                },
            ]
        )
    }

    private final class Made: Sendable {
        let identity = Mutex<Bootstrapped?>(nil)
    }
}
