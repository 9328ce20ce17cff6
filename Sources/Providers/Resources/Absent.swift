// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel

/// What clients of Azure Resource Manager ask for and this region does not have: each answers 501 and says so.
extension ResourcesProvider {
    static let absent: [Operation<ResourcesProvider>] =
        deployments + policies + others

    private static let deployments: [Operation<ResourcesProvider>] = {
        let path = "{scope*}/providers/Microsoft.Resources/deployments"
        let named = path + "/{name}"
        // The form az lists a group's deployment by.
        let short = "/subscriptions/{subscription}/resourceGroups/{group}/deployments/{name}/operations"
        let what = "Deployment of templates"
        return [
            absence("deployments.list", .get, path, what), absence("deployments.show", .get, named, what),
            absence("deployments.check", .head, named, what), absence("deployments.put", .put, named, what),
            absence("deployments.delete", .delete, named, what),
            absence("deployments.operations", .get, named + "/operations", what),
            absence("deployments.operation", .get, named + "/operations/{id}", what),
            absence("deployments.cancel", .post, named + "/cancel", what),
            absence("deployments.validate", .post, named + "/validate", what),
            absence("deployments.whatIf", .post, named + "/whatIf", what),
            absence("deployments.exportTemplate", .post, named + "/exportTemplate", what),
            absence("deployments.operationsOfGroup", .get, short, what),
            absence("deployments.operationOfGroup", .get, short + "/{id}", what),
        ]
    }()

    /// What of Azure Policy is built has rows of its own.
    private static let builtPolicies: Set<String> = [
        "policyAssignments.list", "policyAssignments.show", "policyAssignments.put", "policyAssignments.delete",
        "policyDefinitions.show",
    ]
    private static let policies: [Operation<ResourcesProvider>] = [
        "policyAssignments", "policyDefinitions", "policySetDefinitions", "policyExemptions",
    ].flatMap { type in
        let path = "{scope*}/providers/Microsoft.Authorization/\(type)"
        let all = [
            absence("\(type).list", .get, path, "Azure Policy"),
            absence("\(type).show", .get, path + "/{name}", "Azure Policy"),
            absence("\(type).put", .put, path + "/{name}", "Azure Policy"),
            absence("\(type).patch", .patch, path + "/{name}", "Azure Policy"),
            absence("\(type).delete", .delete, path + "/{name}", "Azure Policy"),
        ]
        return all.filter { !builtPolicies.contains($0.name) }
    }

    private static let others: [Operation<ResourcesProvider>] = {
        let subscription = "/subscriptions/{subscription}"
        let group = subscription + "/resourceGroups/{group}"
        let roles = "{scope*}/providers/Microsoft.Authorization/roleDefinitions/{name}"
        return [
            absence("groups.exportTemplate", .post, group + "/exportTemplate", "Export of templates"),
            absence("groups.moveResources", .post, group + "/moveResources", "Moving of resources"),
            absence("groups.validateMoveResources", .post, group + "/validateMoveResources", "Moving of resources"),
            absence(
                "providers.unregister",
                .post,
                subscription + "/providers/{namespace}/unregister",
                "Unregistering of a resource provider"
            ),
            absence("tagNames.put", .put, subscription + "/tagNames/{name}", "Predefined tags"),
            absence("tagNames.delete", .delete, subscription + "/tagNames/{name}", "Predefined tags"),
            absence("tagValues.put", .put, subscription + "/tagNames/{name}/tagValues/{value}", "Predefined tags"),
            absence(
                "tagValues.delete",
                .delete,
                subscription + "/tagNames/{name}/tagValues/{value}",
                "Predefined tags"
            ),
            absence("roleDefinitions.put", .put, roles, "A custom role"),
            absence("roleDefinitions.delete", .delete, roles, "A custom role"),
            absence(
                "activity.listForTenant",
                .get,
                "/providers/Microsoft.Insights/eventtypes/management/values",
                "The activity log of a tenant"
            ),
            absence(
                "providerOperations.list",
                .get,
                "/providers/Microsoft.Authorization/providerOperations",
                "The list of actions"
            ),
            absence(
                "providerOperations.show",
                .get,
                "/providers/Microsoft.Authorization/providerOperations/{name}",
                "The list of actions"
            ),
            absence(
                "managementGroups.list",
                .get,
                "/providers/Microsoft.Management/managementGroups",
                "Management groups"
            ),
            absence(
                "managementGroups.show",
                .get,
                "/providers/Microsoft.Management/managementGroups/{name}",
                "Management groups"
            ),
        ]
    }()

    private static func absence(
        _ name: String,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ what: String
    ) -> Operation<ResourcesProvider> {
        .reads(
            name,
            .management,
            Route(method, path),
            .member,
            proof: .none(because: "it is not built"),
            { _ in { _, _ async throws(ServiceError) in throw .notImplemented(what) } }
        )
    }
}
