// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials

/// Who asks.
package enum Caller: Sendable {
    /// A signed-in user or service principal.
    case principal(Principal)
    /// Someone with a key or a signature over one data-plane resource: what it may do is in the grant.
    case holder(name: String, grant: any Grant)
    /// No one known.
    case anonymous
    /// The region itself, at its own work; `name` says which.
    case region(String)

    /// The signed-in principal; nil for every other caller.
    package var principal: Principal? { if case .principal(let principal) = self { principal } else { nil } }
    /// What the ledger and the log call the caller.
    package var name: String {
        switch self {
        case .principal(let principal): principal.id.text
        case .holder(let name, _): name
        case .anonymous: "anonymous"
        case .region(let name): "region:\(name)"
        }
    }
}

/// A signed-in user or service principal, as its token names it.
package struct Principal: Sendable, Hashable {
    /// The token's `oid`.
    package var id: PrincipalID
    /// The token's `tid`.
    package var tenant: TenantID
    /// The application that asked for the token.
    package var application: UUID?
    /// `userPrincipalName` of a user; nil for applications.
    package var userPrincipalName: String?
    /// The token's audience.
    package var audience: String
    package init(
        id: PrincipalID,
        tenant: TenantID,
        application: UUID?,
        userPrincipalName: String?,
        audience: String
    ) {
        self.id = id
        self.tenant = tenant
        self.application = application
        self.userPrincipalName = userPrincipalName
        self.audience = audience
    }
}

/// What a key or a shared access signature allows.
package protocol Grant: Sendable {
    /// Returns when the operation is allowed for this call, else throws the service's own refusal. Refuse when in doubt.
    func permit(operation: String, access: Access, call: Call) throws(ServiceError)
}

extension ServiceError {
    /// The storage services' refusal of what a role, key or signature does not allow.
    package static func permissionMismatch(detail: String = "") -> ServiceError {
        ServiceError(
            403,
            "AuthorizationPermissionMismatch",
            "This request is not authorized to perform this operation using this permission.",
            detail: detail
        )
    }
}

/// The outcome of looking at who sends a request and whom it addresses, before anything is run.
package struct Admission: Sendable {
    /// Whose data is addressed.
    package var tenant: TenantID
    package var caller: Caller
    /// What role assignments are looked up against when the path does not say: the storage account of a data plane.
    package var resource: ResourceID?
    /// What the doorkeeper read of the request, for its provider's handlers: nothing is parsed twice.
    package var opened: (any Sendable)?
    /// The account whose limits hold for the request; nil where there are accounts of no kind.
    package var account: String?
    /// What may let a signed-in caller in whom no role does: access lists of a data plane.
    package var appeal: (any Grant)?
    /// The version of the service that the request speaks, which errors tell, too; nil where surfaces have none.
    package var version: String?
    package init(
        tenant: TenantID,
        caller: Caller,
        resource: ResourceID? = nil,
        opened: (any Sendable)? = nil,
        account: String? = nil,
        appeal: (any Grant)? = nil,
        version: String? = nil
    ) {
        self.tenant = tenant
        self.caller = caller
        self.resource = resource
        self.opened = opened
        self.account = account
        self.appeal = appeal
        self.version = version
    }

    /// Whose load the request is.
    var party: Party {
        if let account { return .account(account) }
        if case .anonymous = caller { return .newcomers }
        return .tenant(tenant)
    }
}

/// Signs a surface's callers in.
///
/// One for each surface; the storage provider brings that of its data plane.
package protocol Doorkeeper: Sendable {
    /// Who sends the request and whose data it addresses. `label` is the host's first label (the storage account).
    func admit(
        _ request: Request,
        label: String?,
        access: Access,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Admission
}

/// Verifies bearer tokens.
///
/// Implemented by the identity provider.
package protocol TokenAuthority: Sendable {
    /// The provider whose keys it reads.
    static var namespace: String { get }
    /// The token's principal when it is genuine, in force and for one of `audiences` (compared without regard to a
    /// trailing slash); otherwise 401 `InvalidAuthenticationToken` or its kin with a message that says why.
    func principal(
        bearer token: String,
        audiences: [String],
        _ scope: ReadScope
    ) async throws(ServiceError) -> Principal
    /// Whether a user or service principal of the scope's tenant is there and enabled.
    func mayAct(_ principal: PrincipalID, _ scope: ReadScope) async throws(ServiceError) -> Bool
}

extension TokenAuthority {
    /// The token's principal, at the asker's version.
    package func principal(
        bearer token: String,
        audiences: [String],
        asking scope: ReadScope
    ) async throws(ServiceError) -> Principal {
        try await principal(bearer: token, audiences: audiences, scope.narrowed(to: Self.namespace))
    }
    /// Whether a principal is there and enabled, at the asker's version.
    package func mayAct(_ principal: PrincipalID, asking scope: ReadScope) async throws(ServiceError) -> Bool {
        try await mayAct(principal, scope.narrowed(to: Self.namespace))
    }
}

/// One call of one operation: the request with what the kernel found out about it.
package struct Call: Sendable {
    package let request: Request
    /// The operation's name.
    package let operation: String
    /// What the route's parameters took, percent-decoded, by their names as written in the route.
    package let parameters: [String: String]
    package let tenant: TenantID
    package let caller: Caller
    /// What is addressed: the path of an ARM call, the doorkeeper's resource of a data-plane call.
    package let resource: ResourceID?
    /// The names the client came by, for addresses in answers.
    package let destination: Destination
    /// What the doorkeeper read of the request; see `Admission`.
    package let opened: (any Sendable)?
    /// The collected body of a `.reads` or `.writes` operation.
    package var body: [UInt8]
    /// Whose load it is.
    var party = Party.newcomers

    package init(
        request: Request,
        operation: String,
        parameters: [String: String],
        tenant: TenantID,
        caller: Caller,
        resource: ResourceID?,
        destination: Destination,
        opened: (any Sendable)? = nil,
        body: [UInt8]
    ) {
        self.request = request
        self.operation = operation
        self.parameters = parameters
        self.tenant = tenant
        self.caller = caller
        self.resource = resource
        self.destination = destination
        self.opened = opened
        self.body = body
    }

    /// A parameter of the route; the route has it, or the provider's table is wrong.
    package subscript(name: String) -> String {
        guard let value = parameters[name] else { preconditionFailure("the route of \(operation) has no {\(name)}") }
        return value
    }
    /// The body as a JSON object, or the error Azure Resource Manager gives.
    package func json() throws(ServiceError) -> JSON {
        let json: JSON
        do { json = try JSON(parsing: body) } catch { throw Self.unreadable(error.message) }
        guard json.object != nil else { throw Self.unreadable("the body must be an object") }
        return json
    }
    private static func unreadable(_ why: String) -> ServiceError {
        .badRequest(
            "InvalidRequestContent",
            "The request content was invalid and could not be deserialized: \(why)."
        )
    }
    /// A query item; nil when absent or empty.
    package func query(_ name: String) -> String? { request.query[name].flatMap { $0.isEmpty ? nil : $0 } }
}
