// SPDX-License-Identifier: Apache-2.0
import Base
package import Identity
package import Kernel
package import Resources
package import Storage

/// The providers and what joins them.
///
/// Adding a service adds a line here.
package struct Parts {
    package let journal: Journal
    package let identity: IdentityProvider
    package let storage: StorageProvider
    package let resources: ResourcesProvider
    package let sagas: SagaWorker
    package let dispatcher: Dispatcher
    package let catalogue: Catalogue

    package init(plan: HostPlan, journal: Journal, root: LedgerBlinding, limits: Configuration.Limits) {
        self.journal = journal
        let authorizer = Authorizer()
        identity = IdentityProvider(hostPlan: plan, world: journal.world, changes: JournaledSignIns(journal))
        storage = StorageProvider(hostPlan: plan, tokens: identity, access: authorizer)
        var catalogue = Catalogue()
        catalogue.add(identity)
        catalogue.add(storage)
        catalogue.add(LedgerProvider(journal.sequencer, root))
        catalogue.add(CustodyProvider())
        catalogue.add(FrontPage(plan))
        resources = ResourcesProvider(
            hostPlan: plan,
            catalogue: Self.rows(catalogue),
            access: authorizer,
            directory: identity,
            remover: CatalogueRemover(catalogue),
            activity: LedgerActivity(journal)
        )
        catalogue.add(resources)
        self.catalogue = catalogue
        sagas = SagaWorker(journal, resources.sagas + StorageProvider.sagas + IdentityProvider.sagas)
        let login = plan.address(plan.primary.login)
        dispatcher = Dispatcher(
            hostPlan: plan,
            journal: journal,
            catalogue: catalogue,
            authorizer: authorizer,
            doorkeepers: [
                .management: BearerDoorkeeper(tokens: identity, challenge: login) { _ in Self.managementAudiences(plan)
                },
                .graph: BearerDoorkeeper(tokens: identity, challenge: login, missing: "InvalidAuthenticationToken") {
                    _ in
                    plan.nameSets.map { plan.address($0.graph) } + ["https://graph.microsoft.com"]
                },
            ].merging(StorageDoorkeeper.all(storage)) { _, service in service },
            crossOrigins: StorageCrossOrigin.all(storage),
            sagas: sagas,
            limits: RequestLimits(perSecond: limits.requestsPerSecond, burst: limits.requestBurst),
            accountLimits: AccountLimits(
                requestsPerSecond: limits.accountRequestsPerSecond,
                ingressBytesPerSecond: limits.accountIngressBytesPerSecond,
                egressBytesPerSecond: limits.accountEgressBytesPerSecond
            )
        )
    }

    /// SDKs given only a base URL ask for Azure's own audience (azure-clients: fixed audiences).
    private static func managementAudiences(_ plan: HostPlan) -> [String] {
        plan.nameSets.map { plan.address($0.management) }
            + [
                "https://management.azure.com", "https://management.core.windows.net", plan.address("localhost"),
                plan.address(plan.domain),
            ]
    }
    private static func rows(_ catalogue: Catalogue) -> [ProviderRow] {
        Dictionary(grouping: catalogue.types, by: \.namespace).map { namespace, types in
            ProviderRow(namespace: namespace, types: types.map { ($0.name, $0.apiVersions) })
        }
    }
}
