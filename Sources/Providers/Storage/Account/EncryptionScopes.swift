// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// Encryption scopes as resources of Azure Resource Manager. The service cannot delete one: it is disabled instead.
extension StorageProvider {
    static var encryptionScopeOperations: [Row] {
        let scopes = accountPath + "/encryptionScopes"
        let action = "\(accountAction)/encryptionScopes"
        return [
            .reads(
                "encryptionScopes.list",
                .management,
                .get(scopes),
                .control("\(action)/read"),
                pageMax: EncryptionScope.countMax,
                proof: .client("az storage account encryption-scope list"),
                listEncryptionScopes
            ),
            .reads(
                "encryptionScope.get",
                .management,
                .get(scopes + "/{encryptionScope}"),
                .control("\(action)/read"),
                proof: .client("az storage account encryption-scope show"),
                getEncryptionScope
            ),
            .writes(
                "encryptionScope.put",
                .management,
                .put(scopes + "/{encryptionScope}"),
                .control("\(action)/write"),
                proof: .client("az storage account encryption-scope create"),
                putEncryptionScope
            ),
            .writes(
                "encryptionScope.patch",
                .management,
                .patch(scopes + "/{encryptionScope}"),
                .control("\(action)/write"),
                proof: .client("az storage account encryption-scope update"),
                patchEncryptionScope
            ),
        ]
    }

    func listEncryptionScopes(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let query = try EncryptionScopeQuery(call)
        // All of them: there are no more than one page holds.
        let found = try await scope.list(
            EncryptionScope.self,
            in: view.place.domain,
            under: StorageKey.encryptionScopes,
            limit: EncryptionScope.countMax
        )
        var named: [(name: String, scope: EncryptionScope)] = []
        for item in found {
            var reader = KeyReader(item.key, after: StorageKey.encryptionScopes)
            if let name = reader.string(), query.shows(name, item.value) { named.append((name, item.value)) }
        }
        let page = named.prefix(query.limit)
        var body: [String: JSON] = ["value": .array(page.map { shown($0.name, $0.scope, of: view) })]
        if page.count < named.count, let last = page.last {
            body["nextLink"] = .string(PageToken.link(call, ("", last.name)))
        }
        return .json(200, .object(body))
    }
    func getEncryptionScope(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try encryptionScopeName(call)
        guard let known = try await encryptionScope(name, of: view, scope) else { throw Self.noEncryptionScope(name) }
        return .json(200, shown(name.text, known, of: view))
    }
    /// 201 when it is new, 200 when it was there and was changed.
    func putEncryptionScope(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try encryptionScopeName(call)
        let request = try EncryptionScopeRequest(call)
        if let known = try await encryptionScope(name, of: view, scope) {
            return try await change(known, name, request, view, scope)
        }
        let others = try await scope.list(
            EncryptionScope.self,
            in: view.place.domain,
            under: StorageKey.encryptionScopes,
            limit: EncryptionScope.countMax
        )
        guard others.count < EncryptionScope.countMax else {
            throw ServiceError(
                409,
                "OperationNotAllowed",
                "The account has \(EncryptionScope.countMax) encryption scopes, as many as this region allows."
            )
        }
        var new = EncryptionScope(scope)
        new.isEnabled = request.isEnabled ?? true
        new.infrastructure = request.infrastructure
        try await scope.create(new.domain)
        try await scope.put(new, in: view.place.domain, at: StorageKey.encryptionScope(name.text))
        return .json(201, shown(name.text, new, of: view))
    }
    func patchEncryptionScope(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try encryptionScopeName(call)
        guard let known = try await encryptionScope(name, of: view, scope) else { throw Self.noEncryptionScope(name) }
        return try await change(known, name, try EncryptionScopeRequest(call), view, scope)
    }
    private func change(
        _ old: EncryptionScope,
        _ name: EncryptionScopeName,
        _ request: EncryptionScopeRequest,
        _ view: AccountView,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        var changed = old
        if let isEnabled = request.isEnabled { changed.isEnabled = isEnabled }
        if let infrastructure = request.infrastructure { changed.infrastructure = infrastructure }
        changed.modified = scope.now
        try await scope.put(changed, in: view.place.domain, at: StorageKey.encryptionScope(name.text))
        return .json(200, shown(name.text, changed, of: view))
    }

    private func encryptionScopeName(_ call: Call) throws(ServiceError) -> EncryptionScopeName {
        guard let name = EncryptionScopeName(call["encryptionScope"]) else {
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "'\(call["encryptionScope"])' is no name of an encryption scope: it has 3 to 63 lower-case letters, digits and single "
                    + "hyphens between them."
            )
        }
        return name
    }
    private func encryptionScope(
        _ name: EncryptionScopeName,
        of view: AccountView,
        _ scope: some Scope
    ) async throws(ServiceError) -> EncryptionScope? {
        try await scope.get(EncryptionScope.self, in: view.place.domain, at: StorageKey.encryptionScope(name.text))
    }
    private static func noEncryptionScope(_ name: EncryptionScopeName) -> ServiceError {
        .notFound("ResourceNotFound", "The account has no encryption scope '\(name)'.")
    }
    private func shown(_ name: String, _ known: EncryptionScope, of view: AccountView) -> JSON {
        var properties: [String: JSON] = [
            "source": "Microsoft.Storage", "state": known.isEnabled ? "Enabled" : "Disabled",
            "creationTime": .string(known.created.iso8601), "lastModifiedTime": .string(known.modified.iso8601),
        ]
        properties["requireInfrastructureEncryption"] = known.infrastructure.map { .bool($0) }
        return [
            "id": .string("\(view.record.id)/encryptionScopes/\(name)"), "name": .string(name),
            "type": "Microsoft.Storage/storageAccounts/encryptionScopes", "properties": .object(properties),
        ]
    }
}

/// The body of Put and Patch; nil where it says nothing.
private struct EncryptionScopeRequest {
    let isEnabled: Bool?
    let infrastructure: Bool?

    init(_ call: Call) throws(ServiceError) {
        let properties = call.body.isEmpty ? [:] : try call.json()["properties"] ?? [:]
        switch properties["source"]?.string?.lowercased() {
        case nil, "microsoft.storage": break
        case "microsoft.keyvault": throw .notImplemented("Encryption scopes whose key lies in a vault")
        case .some(let other):
            throw Self.invalid("source '\(other)' is none of Microsoft.Storage, Microsoft.KeyVault.")
        }
        if let uri = properties["keyVaultProperties"]?["keyUri"]?.string, !uri.isEmpty {
            throw .notImplemented("Encryption scopes whose key lies in a vault (keyVaultProperties)")
        }
        switch properties["state"]?.string?.lowercased() {
        case nil: isEnabled = nil
        case "enabled": isEnabled = true
        case "disabled": isEnabled = false
        case .some(let other): throw Self.invalid("state '\(other)' is none of Enabled, Disabled.")
        }
        infrastructure = properties["requireInfrastructureEncryption"]?.bool
        guard infrastructure != true else { throw .notImplemented("A second layer of encryption in a scope") }
    }
    private static func invalid(_ what: String) -> ServiceError {
        .badRequest("InvalidValuesForRequestParameters", what)
    }
}

/// The query of List: `$filter` names the beginning of names, `$include` a state.
private struct EncryptionScopeQuery {
    let limit: Int
    private let after: String?
    private let prefix: String
    private let isEnabled: Bool?

    init(_ call: Call) throws(ServiceError) {
        limit = try PageToken.size(call, max: EncryptionScope.countMax)
        after = try PageToken.read(call)?.1
        prefix = Self.prefix(call.query("$filter") ?? "")
        switch call.query("$include")?.lowercased() {
        case nil, "", "all": isEnabled = nil
        case "enabled": isEnabled = true
        case "disabled": isEnabled = false
        case .some(let other):
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "$include '\(other)' is none of All, Enabled, Disabled."
            )
        }
    }
    func shows(_ name: String, _ scope: EncryptionScope) -> Bool {
        name.hasPrefix(prefix) && isEnabled ?? scope.isEnabled == scope.isEnabled && after.map { $0 < name } ?? true
    }
    /// The beginning of a name as it is, or as `startswith(name, 'ab')`, which the filters of other lists have.
    private static func prefix(_ filter: String) -> String {
        let text = filter.split(separator: " ").joined(separator: " ")
        guard text.lowercased().hasPrefix("startswith("), text.hasSuffix("')"),
            let quote = text.firstIndex(of: "'")
        else { return text }
        return String(text[text.index(after: quote)...].dropLast(2))
    }
}
