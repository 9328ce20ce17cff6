// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// The source of a copy: a blob of the same account.
private struct CopySource {
    let target: BlobTarget
    let query: QueryItems
    /// The address without its query, which may hold a signature.
    let address: String
}

extension StorageProvider {
    /// Copy Blob (`PUT /{container}/{blob}` with `x-ms-copy-source`), first phase: whether the caller may read the source.
    func checkCopy(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        let blob = try await openPlain(call, scope)
        let source = try copySource(blob)
        guard try await mayRead(source, blob, scope) else {
            throw ServiceError(
                .cannotVerifyCopySource(403, "This request is not authorized to read the source of the copy.")
            )
        }
        _ = try await checkOverwrite(blob, .copyTarget, scope)
    }

    /// Copy Blob, second phase.
    ///
    /// Nothing is copied but references, so the copy is done when it is answered.
    func copyBlob(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPlain(call, scope)
        let source = try copySource(blob)
        let original = try await read(source, blob, scope)
        let (site, old) = try await checkOverwrite(blob, .copyTarget, scope)
        let (metadata, sourceConditions) = try checked { () throws(StorageFault) in
            (try Metadata(blob.headers), try Conditions(blob.headers, of: .source))
        }
        try checked { () throws(StorageFault) in
            try sourceConditions.check(original.current, for: .copySource)
            if let condition = try TagExpression(blob.head, header: "x-ms-source-if-tags") {
                // The service has no name of its own for it.
                guard condition.holds(for: original.tags) else { throw .conditionNotMet }
            }
        }
        try original.refuseArchived(at: scope.now)
        if original.customerKeyHash != nil { throw ServiceError(.blobUsesCustomerSpecifiedEncryption) }
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        let body = try await data.share(original.body)
        var new = Blob(
            scope,
            replacing: old,
            length: original.length,
            body: body,
            headers: original.headers,
            metadata: metadata.items.isEmpty ? original.metadata : metadata
        )
        let copy = Blob.Copy(
            id: scope.entropy.uuid(),
            source: source.address,
            copied: new.length,
            total: new.length,
            completed: scope.now
        )
        new.copy = copy
        let stored = try await replace(old, with: new, blob, site, scope)
        var reply = blob.changed(202, stored)
        reply.set("x-ms-copy-id", copy.id.lowercaseText)
        reply.set("x-ms-copy-status", copy.status.text)
        return reply
    }

    /// Abort Copy Blob (`PUT /{container}/{blob}?comp=copy`).
    ///
    /// Copies are done when they are answered.
    func abortCopy(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        _ = try await blob.existingBlob(scope)
        throw ServiceError(.noPendingCopyOperation)
    }

    private func copySource(_ blob: BlobCall) throws(ServiceError) -> CopySource {
        guard blob.headers[StorageHeader.blobType] == nil else {
            throw ServiceError(.notImplemented("Put Blob From URL; use Copy Blob."))
        }
        guard let text = blob.call.request.header("x-ms-copy-source"), let url = Address(text) else {
            throw ServiceError(
                .invalidHeaderValue("x-ms-copy-source", blob.call.request.header("x-ms-copy-source") ?? "")
            )
        }
        let destination = hostPlan.destination(of: url.host)
        let isBlobHost = destination?.surface == .blob
        // Path style, as long as the host is one the region answers under.
        guard isBlobHost || destination?.surface == .portal || url.host == blob.call.request.host else {
            throw ServiceError(.notImplemented("copies from outside this region; copy through the client."))
        }
        let account = isBlobHost ? destination?.label.flatMap { AccountName($0) } : nil
        return try checked { () throws(StorageFault) in
            let head = try RequestHead(method: .get, target: url.target, headers: [:])
            let target = try BlobTarget(head: head, host: account)
            guard target.account == blob.target.account else {
                throw .notImplemented("copies from another account; copy through the client.")
            }
            guard target.blob != nil else { throw .invalidHeaderValue("x-ms-copy-source", url.withoutQuery) }
            return CopySource(target: target, query: head.query, address: url.withoutQuery)
        }
    }

    private func read(
        _ source: CopySource,
        _ blob: BlobCall,
        _ scope: some Scope
    ) async throws(ServiceError) -> Blob {
        guard let container = source.target.container, let name = source.target.blob else {
            throw ServiceError(.cannotVerifyCopySource(404, "The specified source blob does not exist."))
        }
        let home = try await scope.get(Container.self, in: blob.domain, at: StorageKey.container(container))
        guard let home else {
            throw ServiceError(.cannotVerifyCopySource(404, "The specified source container does not exist."))
        }
        let place = BlobPlace(home.root, name)
        guard let found = try await scope.state(of: place, source.target, in: blob.domain) else {
            throw ServiceError(.cannotVerifyCopySource(404, "The specified source blob does not exist."))
        }
        return found
    }

    /// A source with a signature is opened by it; else what opens the target must open the source.
    private func mayRead(
        _ source: CopySource,
        _ blob: BlobCall,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Bool {
        guard let name = source.target.container else { return false }
        let resource = blob.place.resourceID.appending("blobServices/default/containers/\(name)")
        let account = try await account(blob.place, scope)
        let signature = try checked { () throws(StorageFault) in try SharedAccessSignature(source.query) }
        if let signature {
            let circumstances = SharedAccessSignature.Circumstances(
                target: .blob(source.target),
                clientAddress: blob.call.request.remoteAddress,
                isSecure: true,
                now: scope.now
            )
            let grant = try await verify(signature, circumstances, of: account, at: blob.place, scope)
            guard grant.mayRead(source.target) else { return false }
            return try await delegatorMay(.data(BlobAction.read), grant, at: resource, scope)
        }
        let container = try await scope.get(Container.self, in: blob.domain, at: StorageKey.container(name))
        if account.allowsPublicAccess, container?.publicAccess != nil { return true }
        if let grant = blob.call.caller.signature {
            guard grant.mayRead(source.target) else { return false }
            return try await delegatorMay(.data(BlobAction.read), grant, at: resource, scope)
        }
        guard !blob.call.caller.hasKey else { return true }
        return try await access.allowsData(BlobAction.read, at: resource, caller: blob.call.caller, scope: scope)
    }
}

/// An absolute https address, as far as copies need it.
private struct Address {
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
