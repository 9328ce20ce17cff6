// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// `/servicePrincipals` of Microsoft Graph.
extension IdentityProvider {
    /// Serves `GET /servicePrincipals`.
    func listServicePrincipals(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await list(ServicePrincipal.self, call, scope)
    }
    /// Serves `GET /servicePrincipals/{object}`.
    func showServicePrincipal(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await entityReply(200, call, try await servicePrincipal(call, scope), scope)
    }

    /// Serves `POST /servicePrincipals`.
    func createServicePrincipal(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var body = try GraphBody(call.body, .servicePrincipal)
        let text = try body.requiredText("appId")
        let isEnabled = try body.truth("accountEnabled") ?? true
        let tags = try body.texts("tags", max: Limits.tagsMax) ?? []
        let description = try body.text("description")
        let wished = try body.changedText("displayName")
        if let type = try body.text("servicePrincipalType"), type != "Application" {
            throw ServiceError.notImplemented("A service principal that is not an application's")
        }
        try body.finish()
        let noApplication = ServiceError(
            400,
            "NoBackingApplicationObject",
            "The appId '\(text)' of the service principal does not reference a valid application object."
        )
        guard let appId = UUID(uuidString: text) else { throw noApplication }
        let application = try await scope.object(Application.self, named: Application.key(appId: appId))
        guard let name = application?.displayName ?? KnownClients.names[appId] else { throw noApplication }
        var principal = ServicePrincipal(
            id: PrincipalID(scope.entropy.uuid()),
            appId: appId,
            displayName: wished ?? name,
            accountEnabled: isEnabled,
            names: [appId.lowercaseText] + (application?.identifierUris ?? []),
            tags: tags,
            description: description,
            created: scope.now
        )
        principal.owner = application.map { _ in scope.tenant }
        guard try await scope.get(Pointer.self, at: ServicePrincipal.key(name: appId.lowercaseText)) == nil else {
            throw ServiceError(
                409,
                "Request_MultipleObjectsWithSameKeyValue",
                "The service principal cannot be created, updated, or restored because the service principal name "
                    + "\(appId.lowercaseText) is already in use."
            )
        }
        try await insert(principal, scope)
        if let creator = call.caller.principal?.id { try await own(principal.id, by: creator, scope) }
        return try await entityReply(201, call, principal, scope)
    }

    /// Serves `PATCH /servicePrincipals/{object}`.
    func changeServicePrincipal(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let old = try await servicePrincipal(call, scope)
        var body = try GraphBody(call.body, .servicePrincipal)
        var new = old
        if let name = try body.changedText("displayName") { new.displayName = name }
        if let enabled = try body.truth("accountEnabled") { new.accountEnabled = enabled }
        if let tags = try body.texts("tags", max: Limits.tagsMax) { new.tags = tags }
        if body.has("description") { new.description = try body.text("description") }
        try body.nothing("keyCredentials", "Signing applications in with certificates")
        try body.nothing("passwordCredentials", "Setting secrets with the service principal; use addPassword")
        try body.finish()
        if !new.accountEnabled { try await keepAdministered(without: new.id, scope) }
        try await scope.replace(old, with: new)
        try await scope.changeState(new.id, isEnabled: new.accountEnabled, voidsSessions: false)
        return Reply(204)
    }

    /// `DELETE /servicePrincipals/{object}`; the application stays.
    func deleteServicePrincipal(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let principal = try await servicePrincipal(call, scope)
        try await keepAdministered(without: principal.id, scope)
        try await scope.erase(principal)
        let key = Client.key(principal.appId)
        if var client = try await scope.get(Client.self, at: key) {
            client.servicePrincipal = nil
            client.credentials.removeAll { $0.holder == .servicePrincipal }
            if client.application == nil {
                try await scope.remove(at: key)
            } else {
                try await scope.put(client, at: key)
            }
        }
        try await removeEdges(of: principal.id, scope, caller: call.caller)
        return Reply(204)
    }

    /// The service principal a path names by object id, or by `appId` in parentheses.
    func servicePrincipal(_ call: Call, _ scope: any Scope) async throws(ServiceError) -> ServicePrincipal {
        let found: ServicePrincipal?
        let name = call.parameters["entity"] ?? call["object"]
        if let key = EntityKey(name), key.kind == .servicePrincipal, let id = UUID(uuidString: key.value) {
            found =
                switch key.property {
                case nil: try await scope.object(ServicePrincipal.self, PrincipalID(id))
                case "appid":
                    try await scope.object(ServicePrincipal.self, named: ServicePrincipal.key(name: id.lowercaseText))
                default: nil
                }
        } else {
            found =
                if let id = PrincipalID(text: name) { try await scope.object(ServicePrincipal.self, id) } else { nil }
        }
        guard let found else { throw GraphFault.missing(name) }
        return found
    }
    /// Adds a service principal and lets its application sign in as it.
    func insert(_ principal: ServicePrincipal, _ scope: WriteScope) async throws(ServiceError) {
        try await scope.insert(principal, isEnabled: principal.accountEnabled)
        let key = Client.key(principal.appId)
        var client =
            try await scope.get(Client.self, at: key)
            ?? Client(application: nil, servicePrincipal: nil, isPublic: true, credentials: [])
        client.servicePrincipal = principal.id
        try await scope.put(client, at: key)
    }
}

/// Objects named by a key in parentheses: `applications(appId='…')`.
extension IdentityProvider {
    /// Serves `GET /{entity}`.
    func showEntity(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        guard let key = EntityKey(call["entity"]) else { throw Self.noSegment(call["entity"]) }
        switch key.kind {
        case .application: return try await showApplication(call, scope)
        case .servicePrincipal: return try await showServicePrincipal(call, scope)
        case .user where key.property == nil:
            return try await entityReply(200, call, try await user(key.value, scope), scope)
        case .group where key.property == nil:
            guard let id = PrincipalID(text: key.value), let group = try await scope.object(Group.self, id) else {
                throw GraphFault.missing(key.value)
            }
            return try await entityReply(200, call, group, scope)
        case .user, .group: throw Self.noSegment(call["entity"])
        }
    }
    /// Serves `PATCH /{entity}`.
    func changeEntity(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        switch EntityKey(call["entity"])?.kind {
        case .application: try await changeApplication(call, scope)
        case .servicePrincipal: try await changeServicePrincipal(call, scope)
        default: throw Self.noSegment(call["entity"])
        }
    }
    /// Serves `DELETE /{entity}`.
    func deleteEntity(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        switch EntityKey(call["entity"])?.kind {
        case .application: try await deleteApplication(call, scope)
        case .servicePrincipal: try await deleteServicePrincipal(call, scope)
        default: throw Self.noSegment(call["entity"])
        }
    }
    /// Serves `POST /{entity}/addPassword`.
    func addEntityPassword(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        switch EntityKey(call["entity"])?.kind {
        case .application: try await addApplicationPassword(call, scope)
        case .servicePrincipal: try await addServicePrincipalPassword(call, scope)
        default: throw Self.noSegment(call["entity"])
        }
    }
    /// Serves `POST /{entity}/removePassword`.
    func removeEntityPassword(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        switch EntityKey(call["entity"])?.kind {
        case .application: try await removeApplicationPassword(call, scope)
        case .servicePrincipal: try await removeServicePrincipalPassword(call, scope)
        default: throw Self.noSegment(call["entity"])
        }
    }
    private static func noSegment(_ name: String) -> ServiceError {
        .badRequest("BadRequest", "Resource not found for the segment '\(name.prefix(100))'.")
    }
}
