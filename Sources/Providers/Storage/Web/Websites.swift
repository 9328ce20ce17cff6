// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// Static websites: what lies in `$web`, read by anyone at `{account}.web.core.D` ("Static website hosting in Azure
/// Storage").
///
/// Neither the access level of `$web` nor the account's word on public access matters here, as on the real service; the
/// account's network rules do.
extension StorageProvider {
    static var websiteOperations: [Row] {
        let proof = Proof.client("az storage blob service-properties update --static-website")
        return [("website.home", "/"), ("website.get", "/{path*}")].flatMap { name, path in
            [
                Row.reads(name, .web, .get(path), .anyone, proof: proof) { $0.getDocument },
                Row.reads(name + "Head", .web, .head(path), .anyone, proof: proof) { $0.getDocument },
            ]
        }
    }

    /// `GET|HEAD /{path}`: the document the path stands for, else the site's error document with 404.
    func getDocument(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        guard let visit = call.opened as? WebsiteVisit else {
            throw .unavailable("\(call.operation) came past the doorkeeper")
        }
        let site = try await settings(visit.place, scope).staticWebsite
        let container = try await scope.get(Container.self, in: visit.place.domain, at: StorageKey.container(.web))
        guard site.enabled, let container else { throw Self.noContent }
        for name in site.documents(of: call.parameters["path"] ?? "") {
            guard let blob = try await document(name, in: container, visit, scope) else { continue }
            let reply = try await show(blob, visit, scope)
            if visit.head.method == .get, let name = try? BlobName(name),
                let place = try await scope.place(of: name, in: container, of: visit.place)
            {
                accesses.note(blob, at: place, named: name, in: .web, of: visit.place, scope.now)
            }
            return reply
        }
        guard let name = site.errorDocument, let blob = try await document(name, in: container, visit, scope) else {
            throw Self.noContent
        }
        var reply = try await visit.describe(blob, 0..<blob.length, scope)
        reply.status = 404
        return reply
    }

    /// A document that can be read without a customer's key; nil when there is none.
    private func document(
        _ name: String,
        in container: Container,
        _ visit: WebsiteVisit,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Blob? {
        guard let name = try? BlobName(name) else { return nil }
        guard let place = try await scope.place(of: name, in: container, of: visit.place) else { return nil }
        let blob = try await scope.get(Blob.self, in: visit.place.domain, at: StorageKey.blob(place))
        guard let blob, blob.customerKeyHash == nil, blob.directory == nil,
            !blob.hasExpired(at: scope.now, under: container.retention)
        else { return nil }
        return blob
    }
    private func show(_ blob: Blob, _ visit: WebsiteVisit, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        try blob.refuseArchived(at: scope.now)
        try checked { () throws(StorageFault) in
            try Conditions(visit.head.headers).check(blob.current, for: .read)
        }
        guard visit.head.method == .get,
            let range = try checked({ () throws(StorageFault) in try ByteRange(visit.head) })
        else { return try await visit.describe(blob, 0..<blob.length, scope) }
        let bytes: Range<Int64>
        do throws(StorageFault) { bytes = try range.resolve(size: blob.length) } catch {
            var answer = ServiceError(error)
            if error.status == 416 { answer.headers[.contentRange] = "bytes */\(blob.length)" }
            throw answer
        }
        var reply = try await visit.describe(blob, bytes, scope)
        reply.status = 206
        reply.set("Content-Range", ByteRange.contentRange(bytes, size: blob.length))
        return reply
    }

    private static let noContent = ServiceError(
        404,
        "WebContentNotFound",
        "The requested content does not exist."
    )
}

/// One request to a static website, as its doorkeeper read it.
private struct WebsiteVisit: Sendable {
    let head: RequestHead
    let place: AccountPlace

    /// The answer that shows these bytes of a document, or to HEAD only what a GET would tell.
    func describe(_ blob: Blob, _ bytes: Range<Int64>, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        var reply = Reply(200, headers: blob.headers.fields())
        reply.set("ETag", blob.etag.quoted)
        reply.set("Last-Modified", blob.modified.httpDate)
        reply.set("Accept-Ranges", "bytes")
        reply.content =
            head.method == .head
            ? .length(blob.length) : .stream(try await scope.stream(blob, bytes, in: place.domain))
        return reply
    }
}

/// Lets anyone in whom the account's network rules admit.
struct WebsiteDoorkeeper: Doorkeeper {
    let provider: StorageProvider

    func admit(
        _ request: Request,
        label: String?,
        access: Access,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Admission {
        let head = try checked { () throws(StorageFault) in try RequestHead(request) }
        // By host alone, as on the real service: by path a site's scripts would share the sign-in pages' origin.
        guard let name = provider.hostAccount(request), let place = try await provider.place(name, scope) else {
            throw ServiceError(.resourceNotFound)
        }
        let account = try await provider.account(place, scope.of(place.tenant))
        guard account.admits(request) else { throw ServiceError(.authorizationFailure) }
        return Admission(
            tenant: place.tenant,
            caller: .anonymous,
            resource: place.resourceID,
            opened: WebsiteVisit(head: head, place: place),
            account: name.text
        )
    }
}
