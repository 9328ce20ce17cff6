// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Store

/// What access lists say to one request of someone whom no role lets in.
///
/// Asked at the door, once for every operation; an operation without a row in `PathNeed` stays closed. A change asks again
/// in its transaction (`StorageProvider.open`), so that it conflicts with a change of a list on its way.
struct ListAppeal: Grant {
    /// The path a request is about, and the one it is renamed from.
    struct Subject: Sendable {
        let container: ContainerName
        let path: PathName
    }
    let principal: PrincipalID
    let asker: AccessAsker
    /// The service whose surface was asked.
    let service: StorageService
    let standing: PathStanding
    /// Of the directory a list shows.
    let listed: PathStanding?
    /// Of what is renamed.
    let source: PathStanding?

    func permit(operation: String, access: Access, call: Call) throws(ServiceError) {
        guard case .data = access else { throw .permissionMismatch() }
        try permit(operation: operation)
    }
    func permit(operation: String) throws(ServiceError) {
        guard let need = PathNeed.of(operation), allows(need) else {
            throw .permissionMismatch(detail: "neither roles nor access lists let \(asker.user) do \(operation)")
        }
    }
    private func allows(_ need: PathNeed) -> Bool {
        switch need {
        case .list: return listed?.allows(.list) ?? false
        case .rename: return standing.allows(.make) && source?.allows(.remove) ?? false
        default: return standing.allows(need)
        }
    }
}

extension ListAppeal.Subject {
    /// What a request names: the root directory where it names no path; nil for what has no lists, accounts and past
    /// states.
    init?(_ target: BlobTarget) throws(StorageFault) {
        guard let container = target.container, !target.isSnapshot, target.version?.isEmpty ?? true else { return nil }
        self.container = container
        path = try PathName(target.blob)
    }
    /// The directory whose paths a list shows: the Data Lake surface names it, the Blob surface's prefix ends in the middle
    /// of a name, and the directory is what comes before.
    init?(listing query: QueryItems, _ target: BlobTarget, of service: StorageService) throws(StorageFault) {
        guard let container = target.container, target.blob == nil else { return nil }
        var text = query[service == .dfs ? "directory" : "prefix"] ?? ""
        if service != .dfs { text = text.lastIndex(of: "/").map { String(text[...$0]) } ?? "" }
        self.container = container
        path = try PathName(text.isEmpty ? nil : try BlobName(text))
    }
    /// What `x-ms-rename-source` names; nil where there is none.
    init?(renaming head: RequestHead, _ target: BlobTarget) throws(StorageFault) {
        guard let text = head.headers[StorageHeader.name("x-ms-rename-source")] else { return nil }
        let source = try RequestHead(method: .put, target: text, headers: [:])
        let path = try StoragePath(source, host: target.account, of: .dfs)
        try self.init(try BlobTarget(path: path, query: source.query))
    }
}

extension StorageProvider {
    /// A principal with its groups, as lists name them.
    func asker(_ principal: PrincipalID, _ scope: some Scope) async throws(ServiceError) -> AccessAsker {
        let groups = try await access.groups(of: principal, scope)
        return AccessAsker(user: principal.text, groups: Set(groups.map(\.text)))
    }
    /// What lists say to a principal about a request; nil where there are none.
    func appeal(
        of principal: PrincipalID,
        _ head: RequestHead,
        _ target: BlobTarget,
        of service: StorageService,
        at place: AccountPlace,
        _ scope: some Scope
    ) async throws(ServiceError) -> ListAppeal? {
        guard place.isHierarchical else { return nil }
        let (subject, directory, from) = try checked { () throws(StorageFault) in
            (
                try ListAppeal.Subject(target),
                try ListAppeal.Subject(listing: head.query, target, of: service),
                try ListAppeal.Subject(renaming: head, target)
            )
        }
        guard let subject else { return nil }
        let asker = try await asker(principal, scope)
        guard let standing = try await standing(principal, asker, subject, at: place, scope) else { return nil }
        let listed = try await self.standing(principal, asker, directory, at: place, scope)
        let source = try await self.standing(principal, asker, from, at: place, scope)
        return ListAppeal(
            principal: principal,
            asker: asker,
            service: service,
            standing: standing,
            listed: listed,
            source: source
        )
    }
    /// What lists say to someone about a path; nil where it names no container.
    func standing(
        _ principal: PrincipalID,
        _ asker: AccessAsker,
        _ subject: ListAppeal.Subject?,
        at place: AccountPlace,
        _ scope: some Scope
    ) async throws(ServiceError) -> PathStanding? {
        guard let subject else { return nil }
        let key = StorageKey.container(subject.container)
        guard let container = try await scope.get(Container.self, in: place.domain, at: key) else { return nil }
        let root = try await scope.rootDirectory(of: container, in: place.domain).access ?? .root
        var standing: PathStanding
        if let leaf = subject.path.names.last {
            let way = try await scope.way(to: subject.path, in: container, of: place.domain)
            let above = [root] + way.parents.map { $0.access ?? .root }
            let rights = above.map { $0.rights(of: asker) }
            standing = PathStanding(
                passes: rights.allSatisfy { $0.contains(.execute) },
                directory: rights.last ?? []
            )
            let lies = StorageKey.blob(BlobPlace(way.directory, leaf))
            if way.missing.isEmpty, !way.isBlocked,
                let record = try await scope.get(Blob.self, in: place.domain, at: lies),
                !record.hasExpired(at: scope.now, under: container.retention)
            {
                let own = record.access ?? .root
                standing.path = own.rights(of: asker)
                standing.owns = own.owner == asker.user
                standing.isKept = above.last?.sticks(own, for: asker) ?? false
            }
        } else {
            standing = PathStanding(passes: true, directory: [], path: root.rights(of: asker))
            standing.owns = root.owner == asker.user
        }
        let resource = place.resourceID.appending("blobServices/default/containers/\(subject.container)")
        standing.readsByRole = try await isAllowed(BlobAction.read, principal, at: resource, scope)
        return standing
    }
    /// Whether roles let a principal do a data action.
    func isAllowed(
        _ action: String,
        _ principal: PrincipalID,
        at resource: ResourceID,
        _ scope: some Scope
    ) async throws(ServiceError) -> Bool {
        let caller = Caller.principal(
            Principal(id: principal, tenant: scope.tenant, application: nil, userPrincipalName: nil, audience: "")
        )
        return try await access.allowsData(action, at: resource, caller: caller, scope: scope)
    }
    /// Asks the lists again that let a change in, in its own transaction.
    func confirm(
        _ opened: OpenedRequest,
        _ target: BlobTarget,
        _ call: Call,
        _ scope: some Scope
    ) async throws(ServiceError) {
        for old in opened.appeals {
            let (head, place) = (opened.head, opened.place)
            let again = try await appeal(of: old.principal, head, target, of: old.service, at: place, scope)
            guard let again else { throw ServiceError(.resourceNotFound) }
            try again.permit(operation: call.operation)
        }
    }
}

extension BlobCall {
    /// Whoever was let in by lists alone; nobody where a role, a key or a signature of an account opens everything.
    var askers: [AccessAsker] { (call.opened as? OpenedRequest)?.appeals.map(\.asker) ?? [] }
    /// Those among them whom no role lets read either.
    var listers: [AccessAsker] {
        ((call.opened as? OpenedRequest)?.appeals ?? []).filter { !$0.standing.readsByRole }.map(\.asker)
    }
    /// Refuses to take a directory away with what it holds where lists do not allow everything in every directory below
    /// ("Which permissions are required to recursively delete a directory and its contents?").
    func admitSubtree(_ record: Blob, _ scope: some Scope) async throws(ServiceError) {
        let askers = askers
        guard !askers.isEmpty, let directory = record.directory else { return }
        guard record.lets(.all, askers) else { throw .permissionMismatch() }
        let batch = PathWalk.fetchedMax
        let retention = try await container(scope).retention
        var walk = PathWalk(
            directory,
            prefix: "",
            isRecursive: true,
            size: batch,
            under: retention,
            in: domain
        )
        while let (path, below) = try await walk.peek(scope) {
            guard !walk.isFull else {
                throw ServiceError(
                    .notImplemented("recursive deletes of over \(batch) paths by someone without a role.")
                )
            }
            guard below.directory == nil || below.lets(.all, askers) else { throw .permissionMismatch() }
            walk.pop(path, below)
        }
    }
    /// Who owns what the call makes.
    var maker: String {
        switch call.caller {
        case .principal(let principal): return principal.id.text
        case .holder, .anonymous, .region:
            let holder = call.caller.signature
            return (holder?.agent ?? holder?.bearer ?? holder?.delegator?.id)?.text ?? AccessControl.superuser
        }
    }
}

extension Blob {
    /// Whether the path's list lets all of them do something with it.
    func lets(_ rights: AccessRights, _ askers: [AccessAsker]) -> Bool {
        askers.allSatisfy { (access ?? .root).rights(of: $0).isSuperset(of: rights) }
    }
}
