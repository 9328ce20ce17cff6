// SPDX-License-Identifier: Apache-2.0
import Kernel

/// `graph.D`: Microsoft Graph's directory, version 1.0.
///
/// Whoever is signed in to the tenant may look, as in Entra. Changes ask for an action at the tenant root, for the region
/// has no directory roles of its own. Who may set a password or a secret can become anyone, so these actions are of
/// `Microsoft.Authorization`: the roles that may assign roles hold them (Owner, User Access Administrator), and
/// Contributor, whose `*` leaves just these out, cannot make itself more than it is.
extension IdentityProvider {
    static var directory: [Operation<IdentityProvider>] {
        users + me + groups + applications + servicePrincipals + objects + notBuilt
    }

    private static func reads(
        _ name: String,
        _ path: String,
        pageMax: Int? = nil,
        _ proof: Proof,
        _ run: @escaping Operation<IdentityProvider>.Reads
    ) -> Operation<IdentityProvider> {
        .reads(name, .graph, .get("/v1.0" + path), .member, residency: .regional, pageMax: pageMax, proof: proof, run)
    }
    /// A question that is sent as a POST because it is long.
    private static func asks(
        _ name: String,
        _ path: String,
        _ proof: Proof,
        _ run: @escaping Operation<IdentityProvider>.Reads
    ) -> Operation<IdentityProvider> {
        .reads(
            name,
            .graph,
            .post("/v1.0" + path),
            .member,
            residency: .regional,
            bodyMax: Limits.graphBytesMax,
            pageMax: Limits.idsMax,
            proof: proof,
            run
        )
    }
    private static func writes(
        _ name: String,
        _ route: Route,
        _ access: Access,
        _ proof: Proof,
        _ run: @escaping Operation<IdentityProvider>.Writes
    ) -> Operation<IdentityProvider> {
        .writes(
            name,
            .graph,
            route,
            access,
            residency: .regional,
            bodyMax: Limits.graphBytesMax,
            proof: proof,
            run
        )
    }
    private static func action(_ noun: String, _ verb: String = "write") -> Access {
        .control("Microsoft.Authorization/directory/\(noun)/\(verb)")
    }
    private static let ownTests = Proof.none(
        because: "az has a command for it, but only the provider's own tests walk it"
    )
    private static let noCommand = Proof.none(because: "az has no command for it")

    private static var users: [Operation<IdentityProvider>] {
        [
            reads("user.list", "/users", pageMax: Limits.pageMax, .client("az ad user list"), Self.listUsers),
            reads("user.show", "/users/{user}", .client("az ad user show"), Self.showUser),
            writes("user.create", .post("/v1.0/users"), action("users"), .client("az ad user create"), Self.createUser),
            writes(
                "user.update",
                .patch("/v1.0/users/{user}"),
                action("users"),
                .client("az ad user update"),
                Self.changeUser
            ),
            writes(
                "user.delete",
                .delete("/v1.0/users/{user}"),
                action("users", "delete"),
                .client("az ad user delete"),
                Self.deleteUser
            ),
            writes(
                "user.revokeSessions",
                .post("/v1.0/users/{user}/revokeSignInSessions"),
                action("users"),
                noCommand,
                Self.revokeSessions
            ),
            reads("user.listMemberOf", "/users/{user}/memberOf", pageMax: Limits.pageMax, noCommand, Self.listMemberOf),
            reads(
                "user.listTransitiveMemberOf",
                "/users/{user}/transitiveMemberOf",
                pageMax: Limits.pageMax,
                noCommand,
                Self.listTransitiveMemberOf
            ),
            asks(
                "user.getMemberGroups",
                "/users/{user}/getMemberGroups",
                ownTests,
                Self.getMemberGroups
            ),
            asks("user.checkMemberGroups", "/users/{user}/checkMemberGroups", noCommand, Self.checkMemberGroups),
        ]
    }
    private static var me: [Operation<IdentityProvider>] {
        [
            reads("me.show", "/me", .client("az ad signed-in-user show"), Self.showMe),
            reads(
                "me.listOwnedObjects",
                "/me/ownedObjects",
                pageMax: Limits.pageMax,
                ownTests,
                Self.listMyObjects
            ),
            reads("me.listMemberOf", "/me/memberOf", pageMax: Limits.pageMax, noCommand, Self.listMemberOf),
            reads(
                "me.listTransitiveMemberOf",
                "/me/transitiveMemberOf",
                pageMax: Limits.pageMax,
                noCommand,
                Self.listTransitiveMemberOf
            ),
            asks("me.getMemberGroups", "/me/getMemberGroups", noCommand, Self.getMemberGroups),
            asks("me.checkMemberGroups", "/me/checkMemberGroups", noCommand, Self.checkMemberGroups),
            writes(
                "me.revokeSessions",
                .post("/v1.0/me/revokeSignInSessions"),
                .member,
                noCommand,
                Self.revokeMySessions
            ),
            writes("me.changePassword", .post("/v1.0/me/changePassword"), .member, noCommand, Self.changeMyPassword),
        ]
    }
    private static var groups: [Operation<IdentityProvider>] {
        [
            reads(
                "directoryGroup.list",
                "/groups",
                pageMax: Limits.pageMax,
                .client("az ad group list"),
                Self.listGroups
            ),
            reads("directoryGroup.show", "/groups/{group}", .client("az ad group show"), Self.showGroup),
            writes(
                "directoryGroup.create",
                .post("/v1.0/groups"),
                action("groups"),
                .client("az ad group create"),
                Self.createGroup
            ),
            writes(
                "directoryGroup.update",
                .patch("/v1.0/groups/{group}"),
                action("groups"),
                noCommand,
                Self.changeGroup
            ),
            writes(
                "directoryGroup.delete",
                .delete("/v1.0/groups/{group}"),
                action("groups", "delete"),
                .client("az ad group delete"),
                Self.deleteGroup
            ),
            reads(
                "directoryGroup.listMembers",
                "/groups/{group}/members",
                pageMax: Limits.pageMax,
                .client("az ad group member list"),
                Self.listMembers
            ),
            writes(
                "directoryGroup.addMember",
                .post("/v1.0/groups/{group}/members/$ref"),
                action("groups/members"),
                .client("az ad group member add"),
                Self.addMember
            ),
            writes(
                "directoryGroup.removeMember",
                .delete("/v1.0/groups/{group}/members/{member}/$ref"),
                action("groups/members"),
                .client("az ad group member remove"),
                Self.removeMember
            ),
            reads(
                "directoryGroup.listMemberOf",
                "/groups/{object}/memberOf",
                pageMax: Limits.pageMax,
                noCommand,
                Self.listMemberOf
            ),
            asks(
                "directoryGroup.getMemberGroups",
                "/groups/{object}/getMemberGroups",
                ownTests,
                Self.getMemberGroups
            ),
            reads(
                "directoryGroup.listOwners",
                "/groups/{object}/owners",
                pageMax: Limits.pageMax,
                ownTests,
                Self.listOwners
            ),
            writes(
                "directoryGroup.addOwner",
                .post("/v1.0/groups/{object}/owners/$ref"),
                action("groups/owners"),
                ownTests,
                Self.addOwner
            ),
            writes(
                "directoryGroup.removeOwner",
                .delete("/v1.0/groups/{object}/owners/{owner}/$ref"),
                action("groups/owners"),
                ownTests,
                Self.removeOwner
            ),
        ]
    }
    private static var applications: [Operation<IdentityProvider>] {
        [
            reads(
                "application.list",
                "/applications",
                pageMax: Limits.pageMax,
                .client("az ad app list"),
                Self.listApplications
            ),
            reads("application.show", "/applications/{object}", .client("az ad app show"), Self.showApplication),
            writes(
                "application.create",
                .post("/v1.0/applications"),
                action("applications"),
                .client("az ad app create"),
                Self.createApplication
            ),
            writes(
                "application.update",
                .patch("/v1.0/applications/{object}"),
                action("applications"),
                ownTests,
                Self.changeApplication
            ),
            writes(
                "application.delete",
                .delete("/v1.0/applications/{object}"),
                action("applications", "delete"),
                .client("az ad app delete"),
                Self.deleteApplication
            ),
            writes(
                "application.addPassword",
                .post("/v1.0/applications/{object}/addPassword"),
                action("applications/credentials"),
                .client("az ad app credential reset"),
                Self.addApplicationPassword
            ),
            writes(
                "application.removePassword",
                .post("/v1.0/applications/{object}/removePassword"),
                action("applications/credentials"),
                ownTests,
                Self.removeApplicationPassword
            ),
            reads(
                "application.listOwners",
                "/applications/{object}/owners",
                pageMax: Limits.pageMax,
                ownTests,
                Self.listOwners
            ),
            writes(
                "application.addOwner",
                .post("/v1.0/applications/{object}/owners/$ref"),
                action("applications/owners"),
                ownTests,
                Self.addOwner
            ),
            writes(
                "application.removeOwner",
                .delete("/v1.0/applications/{object}/owners/{owner}/$ref"),
                action("applications/owners"),
                ownTests,
                Self.removeOwner
            ),
        ]
    }
    private static var servicePrincipals: [Operation<IdentityProvider>] {
        [
            reads(
                "servicePrincipal.list",
                "/servicePrincipals",
                pageMax: Limits.pageMax,
                .client("az ad sp list"),
                Self.listServicePrincipals
            ),
            reads(
                "servicePrincipal.show",
                "/servicePrincipals/{object}",
                .client("az ad sp show"),
                Self.showServicePrincipal
            ),
            writes(
                "servicePrincipal.create",
                .post("/v1.0/servicePrincipals"),
                action("servicePrincipals"),
                .client("az ad sp create"),
                Self.createServicePrincipal
            ),
            writes(
                "servicePrincipal.update",
                .patch("/v1.0/servicePrincipals/{object}"),
                action("servicePrincipals"),
                ownTests,
                Self.changeServicePrincipal
            ),
            writes(
                "servicePrincipal.delete",
                .delete("/v1.0/servicePrincipals/{object}"),
                action("servicePrincipals", "delete"),
                .client("az ad sp delete"),
                Self.deleteServicePrincipal
            ),
            writes(
                "servicePrincipal.addPassword",
                .post("/v1.0/servicePrincipals/{object}/addPassword"),
                action("servicePrincipals/credentials"),
                ownTests,
                Self.addServicePrincipalPassword
            ),
            writes(
                "servicePrincipal.removePassword",
                .post("/v1.0/servicePrincipals/{object}/removePassword"),
                action("servicePrincipals/credentials"),
                ownTests,
                Self.removeServicePrincipalPassword
            ),
            reads(
                "servicePrincipal.listMemberOf",
                "/servicePrincipals/{object}/memberOf",
                pageMax: Limits.pageMax,
                noCommand,
                Self.listMemberOf
            ),
            reads(
                "servicePrincipal.listOwners",
                "/servicePrincipals/{object}/owners",
                pageMax: Limits.pageMax,
                ownTests,
                Self.listOwners
            ),
            asks(
                "servicePrincipal.getMemberGroups",
                "/servicePrincipals/{object}/getMemberGroups",
                noCommand,
                Self.getMemberGroups
            ),
        ]
    }
    private static var objects: [Operation<IdentityProvider>] {
        [
            reads("directoryObject.show", "/directoryObjects/{object}", noCommand, Self.showObject),
            asks(
                "directoryObject.getByIds",
                "/directoryObjects/getByIds",
                .client("az role assignment list"),
                Self.getByIDs
            ),
            asks(
                "directoryObject.checkMemberGroups",
                "/directoryObjects/{object}/checkMemberGroups",
                .client("az ad group member check"),
                Self.checkMemberGroups
            ),
            asks(
                "directoryObject.getMemberGroups",
                "/directoryObjects/{object}/getMemberGroups",
                noCommand,
                Self.getMemberGroups
            ),
            reads("organization.list", "/organization", pageMax: Limits.pageMax, noCommand, Self.listOrganizations),
            reads("organization.show", "/organization/{tenant}", noCommand, Self.showOrganization),
            reads("domain.list", "/domains", pageMax: Limits.pageMax, noCommand, Self.listDomains),
            reads("entity.show", "/{entity}", noCommand, Self.showEntity),
            writes("entity.update", .patch("/v1.0/{entity}"), action("applications"), noCommand, Self.changeEntity),
            writes(
                "entity.delete",
                .delete("/v1.0/{entity}"),
                action("applications", "delete"),
                noCommand,
                Self.deleteEntity
            ),
            writes(
                "entity.addPassword",
                .post("/v1.0/{entity}/addPassword"),
                action("applications/credentials"),
                noCommand,
                Self.addEntityPassword
            ),
            writes(
                "entity.removePassword",
                .post("/v1.0/{entity}/removePassword"),
                action("applications/credentials"),
                noCommand,
                Self.removeEntityPassword
            ),
        ]
    }

    /// What clients ask for and the region does not have answers 501, not 404, so that nobody takes it for an empty list.
    private static var notBuilt: [Operation<IdentityProvider>] {
        [
            ("permissionGrant.list", Route.get("/v1.0/oauth2PermissionGrants")),
            ("permissionGrant.create", Route.post("/v1.0/oauth2PermissionGrants")),
            ("federatedCredential.list", Route.get("/v1.0/applications/{object}/federatedIdentityCredentials")),
            ("federatedCredential.create", Route.post("/v1.0/applications/{object}/federatedIdentityCredentials")),
            ("batch.run", Route.post("/v1.0/$batch")),
            ("deletedItem.list", Route.get("/v1.0/directory/deletedItems/{rest*}")),
        ].map { name, route in
            .reads(
                name,
                .graph,
                route,
                .member,
                residency: .regional,
                bodyMax: Limits.graphBytesMax,
                pageMax: 1,
                proof: .none(because: "it answers 501"),
                Self.refuse
            )
        }
    }
    private func refuse(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        throw .notImplemented("'\(call.operation)' of Microsoft Graph")
    }
}
