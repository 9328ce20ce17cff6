// SPDX-License-Identifier: Apache-2.0
package import Kernel

/// Azure Resource Manager itself: the cloud's addresses, subscriptions, resource groups, what all resources have in
/// common (lists, tags, locks, role assignments) and the activity log.
///
/// Resources of concrete types are their own providers'.
package struct ResourcesProvider: ResourceProvider {
    package static let namespace = "Microsoft.Resources"
    /// Groups are no rows of the resource index, so the kernel never removes one through this.
    package static let resourceTypes: [ResourceType<ResourcesProvider>] = []

    let hostPlan: HostPlan
    /// Every provider of the region, by namespace.
    let catalogue: [ProviderRow]
    let access: any AccessView
    let directory: any PrincipalDirectory
    let activity: any ActivitySource
    private let remover: any ResourceRemover

    /// `catalogue` names the other providers' types, for clients that look a type up before they use it.
    package init(
        hostPlan: HostPlan,
        catalogue: [ProviderRow],
        access: any AccessView,
        directory: any PrincipalDirectory,
        remover: any ResourceRemover,
        activity: any ActivitySource
    ) {
        self.hostPlan = hostPlan
        self.catalogue = (catalogue + ProviderRow.own).sorted { $0.namespace < $1.namespace }
        self.access = access
        self.directory = directory
        self.remover = remover
        self.activity = activity
    }

    /// The work that goes on after an answer.
    package var sagas: [any Saga] { [GroupDeletion(remover: remover)] }

    package static let operations: [Operation<ResourcesProvider>] =
        cloud + catalogueTable + groups + generic + governance + roles + policy + absent

    private static let subscription = "/subscriptions/{subscription}"
    private static let group = "/subscriptions/{subscription}/resourceGroups/{group}"
    private static let authorization = "{scope*}/providers/Microsoft.Authorization"

    private static let cloud: [Operation<ResourcesProvider>] = [
        .reads(
            "metadata.show",
            .management,
            .get("/metadata/endpoints"),
            .anyone,
            residency: .regional,
            proof: .client("az cloud register"),
            ResourcesProvider.showMetadata
        ),
        .reads(
            "tenants.list",
            .management,
            .get("/tenants"),
            .member,
            residency: .regional,
            pageMax: 1,
            proof: .client("az login"),
            ResourcesProvider.listTenants
        ),
        .reads(
            "subscriptions.list",
            .management,
            .get("/subscriptions"),
            .member,
            residency: .regional,
            pageMax: Limits.subscriptionsMax,
            proof: .client("az account list"),
            ResourcesProvider.listSubscriptions
        ),
        .reads(
            "subscriptions.show",
            .management,
            .get(subscription),
            .member,
            residency: .regional,
            proof: .none(because: "az reads the list and keeps it"),
            ResourcesProvider.showSubscription
        ),
        .reads(
            "locations.list",
            .management,
            .get("\(subscription)/locations"),
            .member,
            residency: .regional,
            pageMax: Location.all.count,
            proof: .client("az account list-locations"),
            ResourcesProvider.listLocations
        ),
        .reads(
            "operations.show",
            .management,
            .get("\(subscription)/providers/Microsoft.Resources/operations/{id}"),
            .member,
            proof: .client("az group delete"),
            ResourcesProvider.showOperation
        ),
        .reads(
            "operations.result",
            .management,
            .get("\(subscription)/operationresults/{id}"),
            .member,
            proof: .client("az group delete"),
            ResourcesProvider.showOperationResult
        ),
        .reads(
            "activity.list",
            .management,
            .get("\(subscription)/providers/Microsoft.Insights/eventtypes/management/values"),
            .member,
            pageMax: Limits.eventsPageMax,
            proof: .client("az monitor activity-log list"),
            ResourcesProvider.listActivity
        ),
    ]

    private static let catalogueTable: [Operation<ResourcesProvider>] = [
        .reads(
            "providers.list",
            .management,
            .get("\(subscription)/providers"),
            .member,
            residency: .regional,
            pageMax: 1000,
            proof: .client("az provider list"),
            ResourcesProvider.listProviders
        ),
        .reads(
            "providers.show",
            .management,
            .get("\(subscription)/providers/{namespace}"),
            .member,
            residency: .regional,
            proof: .client("az provider show"),
            ResourcesProvider.showProvider
        ),
        .reads(
            "providers.register",
            .management,
            .post("\(subscription)/providers/{namespace}/register"),
            .control("Microsoft.Resources/register/action"),
            residency: .regional,
            proof: .client("az provider register"),
            ResourcesProvider.registerProvider
        ),
        .reads(
            "providers.listForTenant",
            .management,
            .get("/providers"),
            .member,
            residency: .regional,
            pageMax: 1000,
            proof: .none(because: "az asks through a subscription"),
            ResourcesProvider.listTenantProviders
        ),
        .reads(
            "providers.showForTenant",
            .management,
            .get("/providers/{namespace}"),
            .member,
            residency: .regional,
            proof: .none(because: "az asks through a subscription"),
            ResourcesProvider.showTenantProvider
        ),
    ]

    private static let groups: [Operation<ResourcesProvider>] = [
        .reads(
            "groups.list",
            .management,
            .get("\(subscription)/resourceGroups"),
            .member,
            pageMax: Limits.pageMax,
            proof: .client("az group list"),
            ResourcesProvider.listGroups
        ),
        .reads(
            "groups.show",
            .management,
            .get(group),
            .control(groupRead),
            proof: .client("az group show"),
            ResourcesProvider.showGroup
        ),
        .reads(
            "groups.check",
            .management,
            .head(group),
            .control(groupRead),
            proof: .client("az group exists"),
            ResourcesProvider.checkGroup
        ),
        .writes(
            "groups.put",
            .management,
            .put(group),
            .control("Microsoft.Resources/subscriptions/resourceGroups/write"),
            residency: .placed,
            proof: .client("az group create"),
            ResourcesProvider.putGroup
        ),
        .writes(
            "groups.patch",
            .management,
            .patch(group),
            .control("Microsoft.Resources/subscriptions/resourceGroups/write"),
            proof: .none(because: "az group update reads and puts"),
            ResourcesProvider.patchGroup
        ),
        .writes(
            "groups.delete",
            .management,
            .delete(group),
            .control("Microsoft.Resources/subscriptions/resourceGroups/delete"),
            proof: .client("az group delete"),
            ResourcesProvider.deleteGroup
        ),
    ]

    private static let generic: [Operation<ResourcesProvider>] = [
        .reads(
            "resources.list",
            .management,
            .get("\(subscription)/resources"),
            .member,
            pageMax: Limits.pageMax,
            proof: .client("az resource list"),
            ResourcesProvider.listResources
        ),
        .reads(
            "resources.listOfGroup",
            .management,
            .get("\(group)/resources"),
            .member,
            pageMax: Limits.pageMax,
            proof: .none(because: "az filters the subscription's list"),
            ResourcesProvider.listResources
        ),
        .reads(
            "tags.show",
            .management,
            .get("{scope*}/providers/Microsoft.Resources/tags/default"),
            .control("Microsoft.Resources/tags/read"),
            proof: .client("az tag list"),
            ResourcesProvider.showTags
        ),
        .writes(
            "tags.put",
            .management,
            .put("{scope*}/providers/Microsoft.Resources/tags/default"),
            .control("Microsoft.Resources/tags/write"),
            proof: .client("az tag create"),
            ResourcesProvider.putTags
        ),
        .writes(
            "tags.patch",
            .management,
            .patch("{scope*}/providers/Microsoft.Resources/tags/default"),
            .control("Microsoft.Resources/tags/write"),
            proof: .client("az tag update"),
            ResourcesProvider.patchTags
        ),
        .writes(
            "tags.delete",
            .management,
            .delete("{scope*}/providers/Microsoft.Resources/tags/default"),
            .control("Microsoft.Resources/tags/delete"),
            proof: .client("az tag delete"),
            ResourcesProvider.deleteTags
        ),
        .reads(
            "tagNames.list",
            .management,
            .get("\(subscription)/tagNames"),
            .control("Microsoft.Resources/subscriptions/tagNames/read"),
            pageMax: Limits.tagSummaryRowsMax,
            proof: .none(because: "az tag list without a resource is rare; a provider test stands for it"),
            ResourcesProvider.listTagNames
        ),
    ]

    private static let governance: [Operation<ResourcesProvider>] = [
        .reads(
            "locks.list",
            .management,
            .get("\(authorization)/locks"),
            .control("Microsoft.Authorization/locks/read"),
            pageMax: Limits.locksListedMax,
            proof: .client("az lock list"),
            ResourcesProvider.listLocks
        ),
        .reads(
            "locks.show",
            .management,
            .get("\(authorization)/locks/{name}"),
            .control("Microsoft.Authorization/locks/read"),
            proof: .client("az lock show"),
            ResourcesProvider.showLock
        ),
        .writes(
            "locks.put",
            .management,
            .put("\(authorization)/locks/{name}"),
            .control("Microsoft.Authorization/locks/write"),
            proof: .client("az lock create"),
            ResourcesProvider.putLock
        ),
        .writes(
            "locks.delete",
            .management,
            .delete("\(authorization)/locks/{name}"),
            .control("Microsoft.Authorization/locks/delete"),
            proof: .client("az lock delete"),
            ResourcesProvider.deleteLock
        ),
    ]

    private static let roles: [Operation<ResourcesProvider>] = [
        .reads(
            "roleDefinitions.list",
            .management,
            .get("\(authorization)/roleDefinitions"),
            .control("Microsoft.Authorization/roleDefinitions/read"),
            pageMax: RoleDefinition.all.count,
            proof: .client("az role definition list"),
            ResourcesProvider.listRoleDefinitions
        ),
        .reads(
            "roleDefinitions.show",
            .management,
            .get("\(authorization)/roleDefinitions/{name}"),
            .control("Microsoft.Authorization/roleDefinitions/read"),
            proof: .none(because: "az reads the list"),
            ResourcesProvider.showRoleDefinition
        ),
        .reads(
            "roleAssignments.list",
            .management,
            .get("\(authorization)/roleAssignments"),
            .control("Microsoft.Authorization/roleAssignments/read"),
            pageMax: Limits.assignmentsPageMax,
            proof: .client("az role assignment list"),
            ResourcesProvider.listRoleAssignments
        ),
        .reads(
            "roleAssignments.show",
            .management,
            .get("\(authorization)/roleAssignments/{name}"),
            .control("Microsoft.Authorization/roleAssignments/read"),
            proof: .none(because: "az reads the list"),
            ResourcesProvider.showRoleAssignment
        ),
        .writes(
            "roleAssignments.put",
            .management,
            .put("\(authorization)/roleAssignments/{name}"),
            .control("Microsoft.Authorization/roleAssignments/write"),
            proof: .client("az role assignment create"),
            ResourcesProvider.putRoleAssignment
        ),
        .writes(
            "roleAssignments.delete",
            .management,
            .delete("\(authorization)/roleAssignments/{name}"),
            .control("Microsoft.Authorization/roleAssignments/delete"),
            proof: .client("az role assignment delete"),
            ResourcesProvider.deleteRoleAssignment
        ),
        .reads(
            "permissions.list",
            .management,
            .get("\(authorization)/permissions"),
            .member,
            pageMax: RoleDefinition.all.count,
            proof: .none(because: "portals ask, az does not"),
            ResourcesProvider.listPermissions
        ),
        .reads(
            "denyAssignments.list",
            .management,
            .get("\(authorization)/denyAssignments"),
            .control("Microsoft.Authorization/denyAssignments/read"),
            pageMax: 1,
            proof: .none(because: "there are none to show"),
            ResourcesProvider.listDenyAssignments
        ),
    ]

    private static let policy: [Operation<ResourcesProvider>] = [
        .reads(
            "policyAssignments.list",
            .management,
            .get("\(authorization)/policyAssignments"),
            .control("Microsoft.Authorization/policyAssignments/read"),
            pageMax: Limits.policiesMax,
            proof: .client("az policy assignment list"),
            ResourcesProvider.listPolicyAssignments
        ),
        .reads(
            "policyAssignments.show",
            .management,
            .get("\(authorization)/policyAssignments/{name}"),
            .control("Microsoft.Authorization/policyAssignments/read"),
            proof: .client("az policy assignment show"),
            ResourcesProvider.showPolicyAssignment
        ),
        .writes(
            "policyAssignments.put",
            .management,
            .put("\(authorization)/policyAssignments/{name}"),
            .control("Microsoft.Authorization/policyAssignments/write"),
            proof: .client("az policy assignment create"),
            ResourcesProvider.putPolicyAssignment
        ),
        .writes(
            "policyAssignments.delete",
            .management,
            .delete("\(authorization)/policyAssignments/{name}"),
            .control("Microsoft.Authorization/policyAssignments/delete"),
            proof: .client("az policy assignment delete"),
            ResourcesProvider.deletePolicyAssignment
        ),
        .reads(
            "policyDefinitions.show",
            .management,
            .get("\(authorization)/policyDefinitions/{name}"),
            .member,
            proof: .client("az policy assignment create"),
            ResourcesProvider.showPolicyDefinition
        ),
    ]
}
