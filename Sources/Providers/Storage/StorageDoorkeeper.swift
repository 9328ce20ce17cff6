// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
package import Kernel

/// Signs in callers of a storage service: account keys, bearer tokens, shared access signatures, and anyone where a
/// container of blobs is public.
package struct StorageDoorkeeper: Doorkeeper {
    private let provider: StorageProvider
    private let service: StorageService

    package init(_ provider: StorageProvider, of service: StorageService) {
        self.provider = provider
        self.service = service
    }

    /// One for each service of the provider, by surface.
    package static func all(_ provider: StorageProvider) -> [Surface: any Doorkeeper] {
        let services: [StorageService] = [.blob, .dfs, .queue, .table]
        var all: [Surface: any Doorkeeper] = [.web: WebsiteDoorkeeper(provider: provider)]
        for service in services { all[service.surface] = StorageDoorkeeper(provider, of: service) }
        return all
    }

    /// Whose account the host or path names, and who asks.
    ///
    /// A name without account is answered as if nothing answered there: 404 `ResourceNotFound`.
    package func admit(
        _ request: Request,
        label: String?,
        access: Access,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Admission {
        let head = try checked { () throws(StorageFault) in try RequestHead(request) }
        guard let name = label.flatMap({ AccountName($0) }), let place = try await provider.place(name, scope) else {
            throw ServiceError(.resourceNotFound)
        }
        let scope = scope.of(place.tenant)
        let account = try await provider.account(place, scope)
        let host = provider.hostAccount(request)
        let target = try checked { () throws(StorageFault) in
            try StorageTarget(head: head, host: host, of: service)
        }
        guard target.account == name else { throw ServiceError(.resourceNotFound) }
        let resource = target.resource.map { place.resourceID.appending($0) } ?? place.resourceID
        let visit = Visit(
            request: request,
            head: head,
            target: target,
            account: account,
            place: place,
            resource: resource,
            scope: scope
        )
        let caller = try await identify(visit, access)
        guard account.admits(request) else { throw ServiceError(.authorizationFailure) }
        try checked { () throws(StorageFault) in try ServerTimeout.check(head.query) }
        try await checkExtras(visit, caller)
        let appeal = try await appeal(visit, caller, access)
        var opened = OpenedRequest(head: head, target: target, place: place)
        opened.appeals = appeal.map { [$0] } ?? caller.signature?.appeals ?? []
        if service == .queue { opened.tick = provider.lanes.tick }
        return Admission(
            tenant: place.tenant,
            caller: caller,
            resource: resource,
            opened: opened,
            account: name.text,
            appeal: appeal,
            version: (try? ServiceVersion(head: head))?.text
        )
    }

    /// One request at the door.
    private struct Visit {
        let request: Request
        let head: RequestHead
        let target: StorageTarget
        let account: Account
        let place: AccountPlace
        /// What role assignments are looked up against.
        let resource: ResourceID
        let scope: ReadScope
        var secrets: [Secret] { account.keys.map(\.secret) }
    }

    /// What the headers of a write bring besides, and the right to it.
    private static let extras: [(headers: [String], need: SASNeed, action: String)] = [
        (["x-ms-tags"], .blobTags, BlobAction.tagsWrite),
        (
            ["x-ms-immutability-policy-until-date", "x-ms-immutability-policy-mode", "x-ms-legal-hold"], .immutability,
            BlobAction.immutability
        ),
    ]
    /// A write that brings tags, a policy or a hold needs the right to set these besides its own (REST "Put Blob"),
    /// whichever operation it is.
    private func checkExtras(_ visit: Visit, _ caller: Caller) async throws(ServiceError) {
        guard visit.target.blob != nil else { return }
        if CopiedTags.areWanted(by: visit.head) { try await require(.blobTags, BlobAction.tagsWrite, visit, caller) }
        for (headers, need, action) in Self.extras where headers.contains(where: { visit.head.text($0) != nil }) {
            try await require(need, action, visit, caller)
        }
        // Tags are read by a right of their own, in a listing too (REST "List Blobs", include=tags).
        let isListing = visit.request.query["comp"]?.lowercased() == "list"
        let include = isListing ? visit.request.query["include"]?.lowercased().split(separator: ",") : nil
        if include?.contains("tags") == true {
            try await require(.listedTags, BlobAction.tagsRead, visit, caller)
        }
    }
    private func require(
        _ need: SASNeed,
        _ action: String,
        _ visit: Visit,
        _ caller: Caller
    ) async throws(ServiceError) {
        var isAllowed = caller.hasKey
        if let holder = caller.signature {
            do { _ = try holder.grant.permits(need) } catch { throw ServiceError(error) }
            isAllowed = try await provider.delegatorMay(.data(action), holder, at: visit.resource, visit.scope)
        } else if caller.principal != nil {
            isAllowed = try await provider.access.allowsData(
                action,
                at: visit.resource,
                caller: caller,
                scope: visit.scope
            )
        }
        guard isAllowed else {
            throw .permissionMismatch(detail: "\(caller.name) lacks \(action) over \(visit.resource)")
        }
    }

    private func identify(_ visit: Visit, _ access: Access) async throws(ServiceError) -> Caller {
        if let authorization = visit.head.headers[.authorization] {
            if authorization.lowercased().hasPrefix("bearer ") {
                let principal = try await principal(String(authorization.dropFirst(7)), visit)
                // REST "Create a user delegation SAS", `sduoid`: the token says who comes, the signature what it opens.
                guard visit.head.query["sduoid"] != nil,
                    let signature = try checked({ () throws(StorageFault) in
                        try SharedAccessSignature(visit.head.query)
                    })
                else { return .principal(principal) }
                return try await holder(of: signature, visit, access, user: principal)
            }
            return try holder(ofKey: authorization, visit)
        }
        let signature = try checked { () throws(StorageFault) in try SharedAccessSignature(visit.head.query) }
        if let signature { return try await holder(of: signature, visit, access) }
        return try await stranger(visit)
    }

    private func holder(ofKey authorization: String, _ visit: Visit) throws(ServiceError) -> Caller {
        let index = try checked { () throws(StorageFault) in
            guard let key = try SharedKey(authorization: authorization) else { throw .invalidAuthenticationInfo }
            let index = try key.verify(
                visit.head,
                account: visit.target.account,
                of: service,
                keys: visit.secrets,
                now: visit.scope.now
            )
            guard visit.account.allowsSharedKey else { throw .keyBasedAuthenticationNotPermitted }
            return index
        }
        return .holder(name: "key:\(visit.account.name)/\(Account.keyNames[index])", grant: KeyGrant())
    }

    private func holder(
        of signature: SharedAccessSignature,
        _ visit: Visit,
        _ access: Access,
        user: Principal? = nil
    ) async throws(ServiceError) -> Caller {
        let circumstances = SharedAccessSignature.Circumstances(
            target: visit.target,
            clientAddress: visit.request.remoteAddress,
            isSecure: true,
            now: visit.scope.now,
            head: visit.head,
            user: user.map { ($0.id, $0.tenant) }
        )
        let grant = try await provider.verify(signature, circumstances, of: visit.account, at: visit.place, visit.scope)
        let key = "signature:\(visit.account.name)/\(Account.keyNames[grant.grant.keyIndex])"
        let name = (user ?? grant.delegator)?.id.text ?? key
        var bounded = grant
        if try await !provider.delegatorHasRole(access, grant, at: visit.resource, visit.scope) {
            guard let delegator = grant.delegator, try await provider.tokens.mayAct(delegator.id, asking: visit.scope),
                let appeal = try await lists(visit, delegator.id, access)
            else {
                throw .permissionMismatch(detail: "\(name), whose key signed, lacks the right over \(visit.resource)")
            }
            bounded.appeals = [appeal]
        }
        if let bearer = grant.bearer {
            guard let appeal = try await lists(visit, bearer, access) else {
                throw .permissionMismatch(detail: "suoid is for paths of a hierarchical namespace")
            }
            bounded.appeals.append(appeal)
        }
        return .holder(name: name, grant: bounded)
    }

    /// What access lists say to a signed-in caller whom no role lets in; nil for all others.
    private func appeal(
        _ visit: Visit,
        _ caller: Caller,
        _ access: Access
    ) async throws(ServiceError) -> ListAppeal? {
        guard let principal = caller.principal, visit.place.isHierarchical, case .data(let action) = access,
            try await !provider.access.allowsData(action, at: visit.resource, caller: caller, scope: visit.scope)
        else { return nil }
        return try await lists(visit, principal.id, access)
    }
    private func lists(
        _ visit: Visit,
        _ principal: PrincipalID,
        _ access: Access
    ) async throws(ServiceError) -> ListAppeal? {
        guard case .data = access, let target = visit.target.blob else { return nil }
        return try await provider.appeal(
            of: principal,
            visit.head,
            target,
            of: service,
            at: visit.place,
            visit.scope
        )
    }

    /// Audiences: storage as a whole, and the account's own address.
    private func principal(_ token: String, _ visit: Visit) async throws(ServiceError) -> Principal {
        let names = provider.hostPlan.destination(of: visit.request.host)?.names ?? provider.hostPlan.primary
        let host = "\(visit.account.name).\(service.rawValue).\(names.storage)"
        let audiences = ["https://storage.azure.com", "https://\(host)", provider.hostPlan.address(host)]
        do throws(ServiceError) {
            let principal = try await provider.tokens.principal(
                bearer: token,
                audiences: audiences,
                asking: visit.scope
            )
            guard principal.tenant == visit.place.tenant else {
                throw ServiceError(401, "InvalidAuthenticationInfo", "The token is of another tenant than the account.")
            }
            return principal
        } catch {
            guard error.status == 401 else { throw error }
            throw ServiceError(
                401,
                "InvalidAuthenticationInfo",
                error.message,
                detail: error.detail,
                headers: challenge(visit)
            )
        }
    }

    /// Nobody known: let in where the container is public, else answered as the service does (REST "Authorize with
    /// Microsoft Entra ID", bearer challenge; "Anonymous read access").
    private func stranger(_ visit: Visit) async throws(ServiceError) -> Caller {
        let isRead = visit.head.method == .get || visit.head.method == .head
        if isRead, visit.account.allowsPublicAccess, let level = try await container(visit)?.publicAccess,
            level == .container || visit.target.blob?.blob != nil
        {
            return .holder(name: "anonymous", grant: PublicGrant(level: level))
        }
        let version = visit.head.headers[StorageHeader.version].flatMap { ServiceVersion($0) }
        if version?.isAtLeast("2019-12-12") == true || !isRead || visit.target.blob == nil {
            var refusal = ServiceError(.noAuthenticationInformation)
            refusal.headers = challenge(visit)
            throw refusal
        }
        throw ServiceError(visit.account.allowsPublicAccess ? .resourceNotFound : .publicAccessNotPermitted)
    }

    private func challenge(_ visit: Visit) -> HTTPFields {
        let names = provider.hostPlan.destination(of: visit.request.host)?.names ?? provider.hostPlan.primary
        let authority = "\(provider.hostPlan.address(names.login))/\(visit.place.tenant.text)/oauth2/authorize"
        return [
            .wwwAuthenticate: "Bearer authorization_uri=\(authority) resource_id=https://storage.azure.com"
        ]
    }
    private func container(_ visit: Visit) async throws(ServiceError) -> Container? {
        guard let name = visit.target.blob?.container else { return nil }
        return try await visit.scope.get(
            Container.self,
            in: visit.place.domain,
            at: StorageKey.container(name)
        )
    }
}
