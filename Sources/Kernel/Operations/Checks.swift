// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes

/// What every call is held against before its handler sees it.
extension Dispatcher {
    /// The addressed resource, its subscription, and the caller's right to it.
    func check(
        _ call: Call,
        _ operation: BoundOperation,
        _ resource: ResourceID?,
        appeal: (any Grant)?,
        _ scope: ReadScope
    ) async throws(ServiceError) {
        if call.destination.surface == .management, operation.access != .anyone {
            guard call.query("api-version") != nil else {
                throw .badRequest(
                    "MissingApiVersionParameter",
                    "The api-version query parameter (?api-version=) is required for all requests."
                )
            }
            try await checkSubscription(call, scope)
        }
        let target = resource ?? .root
        if try await authorizer.allows(operation.access, operation: operation.name, call: call, at: target, scope) {
            return
        }
        // Lists only add to what roles allow, and only for someone who is known.
        guard call.caller.principal != nil, let appeal else { throw Self.denied(call, operation, target) }
        try appeal.permit(operation: operation.name, access: operation.access, call: call)
    }

    /// A subscription of another tenant does not exist for the caller.
    private func checkSubscription(_ call: Call, _ scope: ReadScope) async throws(ServiceError) {
        let text = call.parameters["subscription"] ?? call.resource?.segments.dropFirst().first.map(String.init)
        guard let text, call.resource?.segments.first?.lowercased() == "subscriptions" else { return }
        guard let id = SubscriptionID(text: text) else {
            throw .badRequest(
                "InvalidSubscriptionId",
                "The provided subscription identifier '\(text)' is malformed or invalid."
            )
        }
        guard let subscription = try await scope.subscription(id), subscription.tenant == call.tenant else {
            throw .notFound("SubscriptionNotFound", "The subscription '\(id.text)' could not be found.")
        }
    }

    private static func denied(_ call: Call, _ operation: BoundOperation, _ resource: ResourceID) -> ServiceError {
        let action = operation.access.actions.first ?? operation.name
        guard !call.destination.surface.errorForm.isStorage else {
            if case .anonymous = call.caller {
                return ServiceError(
                    404,
                    "ResourceNotFound",
                    "The specified resource does not exist."
                )
            }
            return .permissionMismatch(detail: "\(call.caller.name) lacks \(action) over \(resource)")
        }
        if call.destination.surface == .graph {
            return ServiceError(
                403,
                "Authorization_RequestDenied",
                "Insufficient privileges to complete the operation.",
                detail: "\(call.caller.name) lacks \(action)"
            )
        }
        let who = call.caller.principal.map { $0.userPrincipalName ?? $0.application?.lowercaseText ?? $0.id.text }
        return ServiceError(
            403,
            "AuthorizationFailed",
            "The client '\(who ?? call.caller.name)' with object id '\(call.caller.name)' does not have authorization to "
                + "perform action '\(action)' over scope '\(resource)' or the scope is invalid. If access was recently "
                + "granted, please refresh your credentials."
        )
    }

    /// Residency: a placed resource goes only where its subscription allows.
    func place(_ call: Call, _ operation: BoundOperation, _ scope: ReadScope) async throws(ServiceError) {
        guard operation.residency == .placed, !call.body.isEmpty, let id = call.resource?.subscription,
            let subscription = try await scope.subscription(id)
        else { return }
        guard let text = try call.json()["location"]?.string, !text.isEmpty else { return }
        guard let location = Location.named(text) else {
            let isGroup = call.resource?.type == nil
            throw .badRequest(
                isGroup ? "LocationNotAvailableForResourceGroup" : "LocationNotAvailableForResourceType",
                "The provided location '\(text.prefix(64))' is not available for resource "
                    + "\(isGroup ? "group" : "type '\(call.resource?.type ?? "")'"). List of available regions is "
                    + "'\(Location.all.map(\.name).joined(separator: ","))'."
            )
        }
        guard subscription.allowedLocations.contains(location.name) else {
            throw ServiceError(
                403,
                "RequestDisallowedByPolicy",
                "Resource was disallowed by policy: the subscription does not allow the location '\(location.name)'."
            )
        }
    }

    /// A lock refuses what would change its scope, or an action on it: a read-only lock on an account keeps its keys from
    /// being listed too (Azure: "Considerations before applying your locks"), for whoever holds them may change its data.
    ///
    /// For changes it is looked at inside the transaction, so that a lock set meanwhile conflicts with the change.
    func checkLocks(_ call: Call, _ operation: BoundOperation, _ scope: some Scope) async throws(ServiceError) {
        guard case .control(let action) = operation.access, call.destination.surface == .management,
            let resource = call.resource, resource.subscription != nil
        else { return }
        // Locks are taken off under themselves, or they could never be.
        guard !action.lowercased().hasPrefix("microsoft.authorization/locks/") else { return }
        guard operation.changes || action.lowercased().hasSuffix("/action") else { return }
        let deleting = action.lowercased().hasSuffix("/delete")
        guard let lock = try await scope.lock(against: resource, deleting: deleting) else { return }
        throw ServiceError(
            409,
            "ScopeLocked",
            "The scope '\(resource)' cannot perform \(deleting ? "delete" : "write") operation because following scope(s) "
                + "are locked: '\(lock.scope)'. Please remove the lock and try again."
        )
    }
}

extension Call {
    /// What the ledger is told.
    func note(_ operation: BoundOperation) -> ChangeNote {
        let action = operation.access.actions.first ?? operation.name
        var note = ChangeNote(actor: caller.name, action: action, operation: operation.name, resource: resource)
        if case .control = operation.access { note.isActivity = destination.surface == .management }
        note.request = request.id
        note.clientRequest = request.header("x-ms-client-request-id")
        note.method = request.method.rawValue
        note.frees = request.method == .delete
        note.address = request.remoteAddress
        note.party = party
        return note
    }
}
