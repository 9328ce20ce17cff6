// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// `/applications` of Microsoft Graph.
extension IdentityProvider {
    /// Serves `GET /applications`.
    func listApplications(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await list(Application.self, call, scope)
    }
    /// Serves `GET /applications/{object}`.
    func showApplication(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try await entityReply(200, call, try await application(call, scope), scope)
    }

    /// Serves `POST /applications`.
    func createApplication(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var body = try GraphBody(call.body, .application)
        var application = Application(
            id: PrincipalID(scope.entropy.uuid()),
            appId: scope.entropy.uuid(),
            displayName: try body.requiredText("displayName"),
            identifierUris: [],
            signInAudience: "AzureADMyOrg",
            created: scope.now,
            settings: [:]
        )
        try Self.take(&body, &application)
        try body.finish()
        try await requireFreeURIs(application, scope)
        try await insert(application, scope)
        if let creator = call.caller.principal?.id { try await own(application.id, by: creator, scope) }
        return try await entityReply(201, call, application, scope)
    }

    /// Serves `PATCH /applications/{object}`.
    func changeApplication(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let old = try await application(call, scope)
        var body = try GraphBody(call.body, .application)
        var new = old
        if let name = try body.changedText("displayName") { new.displayName = name }
        try Self.take(&body, &new)
        try body.finish()
        try await requireFreeURIs(new, scope)
        try await scope.replace(old, with: new)
        if var client = try await scope.get(Client.self, at: Client.key(new.appId)) {
            client.isPublic = new.isFallbackPublicClient ?? false
            try await scope.put(client, at: Client.key(new.appId))
            // The service principal is known by its application's names.
            if let id = client.servicePrincipal, let principal = try await scope.object(ServicePrincipal.self, id) {
                var renamed = principal
                renamed.displayName = new.displayName
                renamed.names = [new.appId.lowercaseText] + new.identifierUris
                try await scope.replace(principal, with: renamed)
            }
        }
        return Reply(204)
    }

    /// `DELETE /applications/{object}`, its service principal with it.
    func deleteApplication(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let application = try await application(call, scope)
        let client = try await scope.get(Client.self, at: Client.key(application.appId))
        if let id = client?.servicePrincipal, let principal = try await scope.object(ServicePrincipal.self, id) {
            try await keepAdministered(without: id, scope)
            try await scope.erase(principal)
            try await removeEdges(of: id, scope, caller: call.caller)
        }
        try await scope.erase(application)
        try await scope.remove(at: Client.key(application.appId))
        try await scope.remove(in: .region, at: ClientHome.key(application.appId))
        try await removeEdges(of: application.id, scope, caller: call.caller)
        return Reply(204)
    }
}

extension IdentityProvider {
    /// The application a path names by object id, or by `appId` in parentheses.
    func application(_ call: Call, _ scope: any Scope) async throws(ServiceError) -> Application {
        let found: Application?
        let name: String
        if let entity = call.parameters["entity"] {
            name = entity
            found = try await application(EntityKey(entity), scope)
        } else {
            name = call["object"]
            found = if let id = PrincipalID(text: name) { try await scope.object(Application.self, id) } else { nil }
        }
        guard let found else { throw GraphFault.missing(name) }
        return found
    }
    private func application(_ key: EntityKey?, _ scope: any Scope) async throws(ServiceError) -> Application? {
        guard let key, key.kind == .application, let id = UUID(uuidString: key.value) else { return nil }
        return switch key.property {
        case nil: try await scope.object(Application.self, PrincipalID(id))
        case "appid": try await scope.object(Application.self, named: Application.key(appId: id))
        default: nil
        }
    }
    /// Adds an application with what the token endpoint needs of it.
    func insert(_ application: Application, _ scope: WriteScope) async throws(ServiceError) {
        try await scope.insert(application)
        let client = Client(
            application: application.id,
            servicePrincipal: nil,
            isPublic: application.isFallbackPublicClient ?? false,
            credentials: []
        )
        try await scope.put(client, at: Client.key(application.appId))
        try await scope.put(ClientHome(tenant: scope.tenant), in: .region, at: ClientHome.key(application.appId))
    }
    private func requireFreeURIs(_ application: Application, _ scope: WriteScope) async throws(ServiceError) {
        try await scope.requireFree(
            application.identifierUris.map(Application.key(uri:)),
            for: application.id,
            property: "identifierUris"
        )
    }
    private static func take(_ body: inout GraphBody, _ application: inout Application) throws(ServiceError) {
        if let uris = try body.texts("identifierUris", max: Limits.identifierURIsMax) {
            guard uris.allSatisfy({ $0.contains(":") && !$0.contains(" ") }) else {
                throw GraphFault.value("identifierUris", .application)
            }
            application.identifierUris = uris
        }
        if let audience = try body.text("signInAudience") {
            guard audience == "AzureADMyOrg" || audience == "AzureADMultipleOrgs" else {
                throw GraphFault.value("signInAudience", .application)
            }
            application.signInAudience = audience
        }
        if body.has("isFallbackPublicClient") {
            application.isFallbackPublicClient = try body.truth("isFallbackPublicClient")
        }
        try body.nothing("keyCredentials", "Signing applications in with certificates")
        try body.nothing("passwordCredentials", "Setting secrets with the application; use addPassword")
        for name in Application.settingDefaults.keys.sorted() where body.has(name) {
            let value = body.take(name) ?? .null
            application.settings[name] = value == .null ? nil : value
        }
        guard JSON.object(application.settings).bytes.count <= Limits.settingsBytesMax else {
            throw GraphFault.invalid("The application's settings are longer than \(Limits.settingsBytesMax) bytes.")
        }
    }
}
