// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// A blob of this region that a request copies from, as its address names it.
struct CopySource {
    let target: BlobTarget
    let query: QueryItems
    /// The address without its query, which may hold a signature; a snapshot or version stays named.
    let address: String
    /// Where its account lies.
    let place: AccountPlace
    /// What the blob's container is called in role assignments.
    var resource: ResourceID {
        place.resourceID.appending("blobServices/default/containers/\(target.container?.text ?? "")")
    }
    var domain: Domain { place.domain }
    /// The snapshot or version named.
    var moment: Moment? { (target.snapshot ?? target.version).flatMap { Moment($0) } }
}

/// What a source's address held when it was looked at.
struct FoundSource {
    let record: Blob
    let place: BlobPlace
    let container: Container
}

extension StorageProvider {
    /// The source a request names in `x-ms-copy-source`.
    ///
    /// The region reads its own accounts only: it never asks another host, so another host answers as one that the
    /// service cannot reach.
    func copySource(_ blob: BlobCall, _ scope: some Scope) async throws(ServiceError) -> CopySource {
        guard let text = blob.call.request.header("x-ms-copy-source") else {
            throw ServiceError(.missingRequiredHeader("x-ms-copy-source"))
        }
        guard let source = try await source(at: text, blob, scope) else {
            throw ServiceError(.invalidHeaderValue("x-ms-copy-source", String(text.prefix { $0 != "?" })))
        }
        return source
    }
    /// The blob an absolute address names; nil when it is none of a blob.
    func source(at text: String, _ blob: BlobCall, _ scope: some Scope) async throws(ServiceError) -> CopySource? {
        guard let url = SourceAddress(text) else { return nil }
        let destination = hostPlan.destination(of: url.host)
        let isBlobHost = destination?.surface == .blob
        // Path style, as long as the host is one the region answers under.
        guard isBlobHost || destination?.surface == .portal || url.host == blob.call.request.host else {
            throw ServiceError(
                source: 400,
                "InvalidUri",
                "The source's host is not of this region, which reads no other host."
            )
        }
        let account = isBlobHost ? destination?.label.flatMap { AccountName($0) } : nil
        let (target, query) = try checked { () throws(StorageFault) in
            let head = try RequestHead(method: .get, target: url.target, headers: [:])
            return (try BlobTarget(head: head, host: account), head.query)
        }
        guard target.blob != nil else { return nil }
        guard let place = try await place(target.account, scope) else {
            throw ServiceError(source: 404, "BlobNotFound", "The specified source account does not exist.")
        }
        var address = url.withoutQuery
        for (name, value) in [("snapshot", target.snapshot), ("versionid", target.version)] {
            if let value { address += "?\(name)=\(value)" }
        }
        return CopySource(target: target, query: query, address: address, place: place)
    }

    /// The blob of a source, or what Azure answers when there is none.
    ///
    /// Copy Blob looks `within` the account itself and says what is missing there; every other source is asked as a
    /// stranger's.
    func find(
        _ source: CopySource,
        within own: AccountPlace? = nil,
        _ scope: some Scope
    ) async throws(ServiceError) -> FoundSource {
        let isOwn = own?.id == source.place.id
        guard let container = source.target.container, let name = source.target.blob else {
            throw ServiceError(source: 404, "BlobNotFound", "The specified source blob does not exist.")
        }
        let home = try await scope.get(Container.self, in: source.domain, at: StorageKey.container(container))
        guard let home else {
            if isOwn { throw ServiceError(.containerNotFound) }
            throw ServiceError(source: 404, "BlobNotFound", "The specified source container does not exist.")
        }
        guard let place = try await scope.place(of: name, in: home, of: source.place),
            let record = try await scope.state(of: place, source.target, in: source.domain), record.directory == nil,
            !record.hasExpired(at: scope.now, under: home.retention)
        else {
            if isOwn { throw ServiceError(.blobNotFound) }
            throw ServiceError(source: 404, "BlobNotFound", "The specified source blob does not exist.")
        }
        return FoundSource(record: record, place: place, container: home)
    }
    /// Throws unless the request opens the source: by a token of its own, by a signature in its address, because it is
    /// public, or, where `own` rights count, by what opens the target.
    func mayRead(
        _ source: CopySource,
        _ blob: BlobCall,
        ownRights own: Bool,
        _ scope: ReadScope
    ) async throws(ServiceError) {
        let there = scope.of(source.place.tenant)
        let account = try await account(source.place, there)
        guard account.admits(blob.call.request) else {
            throw ServiceError(
                source: 403,
                "AuthorizationFailure",
                "The source's network rules do not admit this request."
            )
        }
        let tags = CopiedTags.areWanted(by: blob.head)
        if let token = blob.call.request.header("x-ms-copy-source-authorization") {
            return try await mayRead(source, token: token, withTags: tags, there)
        }
        let signature = try checked { () throws(StorageFault) in try SharedAccessSignature(source.query) }
        if let signature { return try await mayRead(source, signature, account, blob, there) }
        // What is public are contents, not tags.
        if account.allowsPublicAccess, !tags, let name = source.target.container,
            try await there.get(Container.self, in: source.domain, at: StorageKey.container(name))?.publicAccess != nil
        {
            return
        }
        guard own, source.place.id == blob.place.id else {
            throw ServiceError(
                source: 401,
                "NoAuthenticationInformation",
                "The source is private: send a signature in its address, or a token."
            )
        }
        guard try await mayRead(source, asCallerOf: blob, scope) else { throw Self.sourceDenied }
    }
    private static let sourceDenied = ServiceError(
        source: 403,
        "AuthorizationFailure",
        "This request is not authorized to read the source of the copy."
    )

    private func mayRead(
        _ source: CopySource,
        token: String,
        withTags tags: Bool,
        _ scope: ReadScope
    ) async throws(ServiceError) {
        guard token.lowercased().hasPrefix("bearer ") else {
            throw ServiceError(
                source: 401,
                "NoAuthenticationInformation",
                "The source's authorization is not 'Bearer token'."
            )
        }
        let names = hostPlan.primary
        let host = "\(source.target.account).blob.\(names.storage)"
        let audiences = ["https://storage.azure.com", "https://\(host)", hostPlan.address(host)]
        let principal: Principal
        do throws(ServiceError) {
            principal = try await tokens.principal(
                bearer: String(token.dropFirst(7)),
                audiences: audiences,
                asking: scope
            )
        } catch {
            guard error.status == 401 else { throw error }
            throw ServiceError(source: 401, "NoAuthenticationInformation", "The token for the source is not valid.")
        }
        guard principal.tenant == source.place.tenant else {
            throw ServiceError(
                source: 401,
                "NoAuthenticationInformation",
                "The token is of another tenant than the source."
            )
        }
        let caller = Caller.principal(principal)
        for action in tags ? [BlobAction.read, BlobAction.tagsRead] : [BlobAction.read] {
            guard try await access.allowsData(action, at: source.resource, caller: caller, scope: scope) else {
                throw Self.sourceDenied
            }
        }
    }
    private func mayRead(
        _ source: CopySource,
        _ signature: SharedAccessSignature,
        _ account: Account,
        _ blob: BlobCall,
        _ scope: ReadScope
    ) async throws(ServiceError) {
        let circumstances = SharedAccessSignature.Circumstances(
            target: .blob(source.target),
            clientAddress: blob.call.request.remoteAddress,
            isSecure: true,
            now: scope.now
        )
        let grant: SignatureGrant
        do throws(ServiceError) {
            grant = try await verify(signature, circumstances, of: account, at: source.place, scope)
        } catch {
            guard error.status == 403 else { throw error }
            throw ServiceError(source: 403, "AuthorizationFailure", error.message)
        }
        let tags = CopiedTags.areWanted(by: blob.head)
        guard grant.mayRead(source.target, withTags: tags) else { throw Self.sourceDenied }
        for action in tags ? [BlobAction.read, BlobAction.tagsRead] : [BlobAction.read] {
            guard try await delegatorMay(.data(action), grant, at: source.resource, scope) else {
                throw Self.sourceDenied
            }
        }
    }
    /// What opens the target opens the source too, if its rights reach there.
    private func mayRead(
        _ source: CopySource,
        asCallerOf blob: BlobCall,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Bool {
        let caller = blob.call.caller
        if let grant = caller.signature {
            guard grant.mayRead(source.target) else { return false }
            return try await delegatorMay(.data(BlobAction.read), grant, at: source.resource, scope)
        }
        guard !caller.hasKey else { return true }
        if try await access.allowsData(BlobAction.read, at: source.resource, caller: caller, scope: scope) {
            return true
        }
        guard let principal = caller.principal?.id, source.place.isHierarchical else { return false }
        let subject = try checked { () throws(StorageFault) in try ListAppeal.Subject(source.target) }
        let asker = try await asker(principal, scope)
        let standing = try await standing(principal, asker, subject, at: source.place, scope)
        return standing?.allows(.path(.read)) ?? false
    }
}

/// An absolute address, as far as copies need it.
private struct SourceAddress {
    let host: String
    /// Path and query, as sent.
    let target: String
    let withoutQuery: String

    init?(_ text: String) {
        guard text.utf8.count <= Self.bytesMax, let scheme = text.firstRange(of: "://"),
            ["http", "https"].contains(text[..<scheme.lowerBound].lowercased())
        else { return nil }
        let rest = text[scheme.upperBound...]
        guard let slash = rest.firstIndex(of: "/") else { return nil }
        let authority = rest[..<slash].lowercased()
        guard !authority.contains("@") else { return nil }
        host = authority.split(separator: ":").first.map(String.init) ?? ""
        target = String(rest[slash...].prefix { $0 != "#" })
        withoutQuery = String(text.prefix { $0 != "?" && $0 != "#" })
    }
    /// REST "Copy Blob": a source is up to 2 KiB long; a signature takes more room.
    private static let bytesMax = 8 * 1024
}
