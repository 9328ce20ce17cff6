// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Store

/// Containers as ARM resources: the same records as on the blob surface.
extension StorageProvider {
    /// Containers of one page.
    static let managedContainersPageMax = 1000

    /// List: what begins with `$filter`, and with `$include=deleted` what soft delete keeps.
    func listManagedContainers(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let limit = try PageToken.size(call, max: Self.managedContainersPageMax)
        var terms = ["maxresults=\(limit)"]
        switch call.query("$include")?.lowercased() {
        case nil, "": break
        case "deleted": terms.append("include=deleted")
        case .some(let other):
            throw .badRequest("InvalidValuesForRequestParameters", "$include '\(other)' is not deleted.")
        }
        if let prefix = call.query("$filter") { terms.append("prefix=\(prefix.percentEncoded())") }
        if let marker = try PageToken.read(call)?.1 { terms.append("marker=\(marker.percentEncoded())") }
        let query = try checked { () throws(StorageFault) in
            try ListQuery(QueryItems(terms.joined(separator: "&")), for: .containers)
        }
        let (found, next) = try await page(of: query, view.place.domain, scope)
        var body: [String: JSON] = ["value": .array(found.map { shown($0.0, $0.1, of: view, at: scope.now) })]
        if let next { body["nextLink"] = .string(PageToken.link(call, ("", next.text))) }
        return .json(200, .object(body))
    }

    func getManagedContainer(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try containerName(call)
        guard let container = try await container(name, view, scope) else { throw ServiceError(.containerNotFound) }
        let history =
            container.immutability == nil ? nil : try await scope.policyHistory(of: container, in: view.place.domain)
        return .json(200, shown(name, container, history, of: view, at: scope.now))
    }

    /// 201 when it is new, 200 when it was there and was changed.
    func putManagedContainer(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try containerName(call)
        let request = try ContainerRequest(call)
        if let container = try await container(name, view, scope) {
            return try await change(container, name, request, view, scope)
        }
        let made = try await makeContainer(
            name,
            request.metadata ?? .none,
            request.publicAccess ?? nil,
            request.encryption ?? ScopeChoice.Home(),
            view.place,
            scope
        )
        guard request.hasVersionImmutability == true else {
            return .json(201, shown(name, made, of: view, at: scope.now))
        }
        guard view.place.history.isVersioned else {
            throw ServiceError(
                409,
                "FeatureNotEnabled",
                "Immutable storage with versioning needs versioning; enable it in the account's blob service first."
            )
        }
        var held = made
        held.hasVersionImmutability = true
        try await AccountData(view.account.id, scope, caller: call.caller).put(held, named: name)
        return .json(201, shown(name, held, of: view, at: scope.now))
    }
    func patchManagedContainer(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try containerName(call)
        guard let container = try await container(name, view, scope) else { throw ServiceError(.containerNotFound) }
        return try await change(container, name, try ContainerRequest(call), view, scope)
    }
    private func change(
        _ old: Container,
        _ name: ContainerName,
        _ request: ContainerRequest,
        _ view: AccountView,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        try name.refuseChange()
        var container = old
        if let metadata = request.metadata { container.metadata = metadata }
        if let access = request.publicAccess {
            if access != nil { try await checkPublicAccess(view.place, scope) }
            container.publicAccess = access
        }
        if let wanted = request.encryption, wanted != container.encryption {
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "The encryption scope of a container is chosen when it is made."
            )
        }
        // It is chosen when a container is made, and stays.
        if let wanted = request.hasVersionImmutability, wanted != container.hasVersionImmutability {
            throw .notImplemented("Changing immutableStorageWithVersioning of a container")
        }
        container.touch(scope)
        try await scope.put(container, in: view.place.domain, at: StorageKey.container(name))
        return .json(200, shown(name, container, of: view, at: scope.now))
    }

    func deleteManagedContainer(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let view = try await existing(call, scope)
        let name = try containerName(call)
        guard let container = try await container(name, view, scope) else { return Reply(204) }
        guard !container.lease.state(at: scope.now).isLocked else {
            throw ServiceError(
                409,
                "ContainerOperationFailure",
                "There is currently a lease on the container; release or break it first."
            )
        }
        try await removeContainer(name, container, view.place, scope, caller: call.caller, isManaged: true)
        return Reply(200)
    }

    private func containerName(_ call: Call) throws(ServiceError) -> ContainerName {
        try checked { () throws(StorageFault) in try ContainerName(call["container"]) }
    }
    private func container(
        _ name: ContainerName,
        _ view: AccountView,
        _ scope: some Scope
    ) async throws(ServiceError) -> Container? {
        try await scope.get(Container.self, in: view.place.domain, at: StorageKey.container(name))
    }
    private func shown(
        _ name: ContainerName,
        _ container: Container,
        _ history: PolicyHistory? = nil,
        of view: AccountView,
        at now: Timestamp
    ) -> JSON {
        let metadata = Dictionary(
            container.metadata.items.map { ($0.name, JSON.string($0.value)) },
            uniquingKeysWith: { first, _ in first }
        )
        let access: JSON =
            switch container.publicAccess {
            case nil: "None"
            case .blob: "Blob"
            case .container: "Container"
            }
        var properties: [String: JSON] = [
            "publicAccess": access, "metadata": .object(metadata),
            "lastModifiedTime": .string(container.modified.iso8601),
            "hasImmutabilityPolicy": .bool(container.immutability != nil),
            "hasLegalHold": .bool(!container.legalHolds.isEmpty), "deleted": false, "remainingRetentionDays": 0,
            "defaultEncryptionScope": .string(container.encryption.shown),
            "denyEncryptionScopeOverride": .bool(container.deniesScopeOverride),
        ]
        if let deleted = container.deleted {
            properties["deleted"] = true
            properties["deletedTime"] = .string(deleted.at.iso8601)
            properties["remainingRetentionDays"] = .integer(Int64(deleted.remainingDays(at: now)))
            properties["version"] = container.deletedVersion.map { JSON.string($0) }
        }
        let state = container.lease.state(at: now)
        properties["leaseStatus"] = state.isLocked ? "Locked" : "Unlocked"
        properties["leaseState"] = .string(state.rawValue.prefix(1).uppercased() + state.rawValue.dropFirst())
        properties["leaseDuration"] = container.lease?.duration(at: now).map { $0 == .fixed ? "Fixed" : "Infinite" }
        if let policy = container.immutability {
            var members: [String: JSON] = ["etag": .string(policy.tag), "properties": policy.shown]
            members["updateHistory"] = history?.shown
            properties["immutabilityPolicy"] = .object(members)
        }
        if !container.legalHolds.isEmpty {
            let tags = container.legalHolds.map { tag -> JSON in ["tag": .string(tag)] }
            properties["legalHold"] = ["hasLegalHold": true, "tags": .array(tags)]
        }
        if container.hasVersionImmutability {
            properties["immutableStorageWithVersioning"] = ["enabled": true, "migrationState": "Completed"]
        }
        return [
            "id": .string("\(view.record.id)/blobServices/default/containers/\(name)"), "name": .string(name.text),
            "type": "Microsoft.Storage/storageAccounts/blobServices/containers",
            "etag": .string(container.etag.quoted), "properties": .object(properties),
        ]
    }
}

/// The body of Create and Update Container; nil where it says nothing.
private struct ContainerRequest {
    let metadata: Metadata?
    let publicAccess: PublicAccess??
    let hasVersionImmutability: Bool?
    let encryption: ScopeChoice.Home?
    private static let versioning: Set<String> = ["enabled", "migrationState", "timeStamp"]

    init(_ call: Call) throws(ServiceError) {
        let body = try ManagedBody(call, as: ManagedBody.container)
        let properties = body.properties
        for name in ["enableNfsV3RootSquash", "enableNfsV3AllSquash"] where try body.flag(name) == true {
            throw .notImplemented("\(name)=true")
        }
        guard properties["blobAccessPointConfiguration"] == nil else {
            throw .notImplemented("blobAccessPointConfiguration")
        }
        hasVersionImmutability = try body.object("immutableStorageWithVersioning", Self.versioning)?.flag("enabled")
        encryption = try Self.encryption(properties)
        switch properties["publicAccess"].map({ $0.string?.lowercased() ?? "?" }) {
        case nil: publicAccess = nil
        case "none": publicAccess = .some(nil)
        case "blob": publicAccess = .some(.blob)
        case "container": publicAccess = .some(.container)
        case .some(let other):
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "publicAccess '\(other)' is none of None, Blob, Container."
            )
        }
        metadata = try body.metadata()
    }
}

extension ContainerRequest {
    /// The service wants both members (seen in a client's report of its answer), but for the account's own key.
    private static func encryption(_ properties: JSON) throws(ServiceError) -> ScopeChoice.Home? {
        let (scope, denies) = (
            properties["defaultEncryptionScope"]?.string, try properties.flag("denyEncryptionScopeOverride")
        )
        guard scope != nil || denies == true else { return nil }
        guard let scope, scope == ContainerEntry.accountScope || denies != nil else {
            throw .badRequest(
                "ContainerOperationFailure",
                "Container encryption policy missing: defaultEncryptionScope and denyEncryptionScopeOverride are required."
            )
        }
        return ScopeChoice.Home(standard: scope == ContainerEntry.accountScope ? nil : scope, isFixed: denies ?? false)
    }
}

extension Metadata {
    /// Metadata that came in a body, checked as if it had come in headers.
    init(checking items: [Item]) throws(StorageFault) {
        var fields = HTTPFields()
        for item in items {
            guard let name = HTTPField.Name(Self.headerPrefix + item.name), HTTPField.isValidValue(item.value) else {
                throw .invalidMetadata("'\(item.name)' cannot be sent as a header.")
            }
            fields.append(HTTPField(name: name, value: item.value))
        }
        self = try Metadata(fields)
    }
}
