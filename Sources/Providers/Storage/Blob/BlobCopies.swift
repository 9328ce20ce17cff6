// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// What a request with a source asks for.
private enum CopyForm {
    /// Put Blob From URL: a new blob of the source's bytes.
    case put
    /// Copy Blob From URL: done when it is answered, and always a block blob.
    case sync
    /// Copy Blob: may go on after the answer.
    case async

    init(_ blob: BlobCall) throws(StorageFault) {
        if let type = blob.headers[StorageHeader.blobType] {
            guard type.lowercased() == "blockblob" else { throw .invalidHeaderValue("x-ms-blob-type", type) }
            self = .put
            return
        }
        let name = "x-ms-requires-sync"
        switch blob.headers[StorageHeader.name(name)]?.lowercased() {
        case "true": self = .sync
        case nil, "false": self = .async
        case let other?: throw .invalidHeaderValue(name, other)
        }
    }
    var bytesMax: Int64 { self == .put ? BlobLimits.putFromURLBytesMax : BlobLimits.syncCopyBytesMax }
}

extension StorageProvider {
    /// Copy Blob, Copy Blob From URL and Put Blob From URL (`PUT /{container}/{blob}` with `x-ms-copy-source`), first
    /// phase: whether the caller may read the source; what is not shared is taken in.
    func checkCopy(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        let blob = try await openPlain(call, scope)
        let form = try checked { () throws(StorageFault) in
            let form = try CopyForm(blob)
            try CopiedTags.check(blob.head, isAsync: form == .async)
            return form
        }
        let (site, _) = try await checkOverwrite(blob, form == .put ? .create : .copyTarget, scope)
        guard form == .async else {
            let incoming = try checked { () throws(StorageFault) in try Incoming(blob, limit: form.bytesMax) }
            let seal = try await blob.seal(in: site.container, scope)
            return try await takeIn(incoming, blob, limit: form.bytesMax, md5: true, under: seal, scope, intake)
        }
        for name in ["x-ms-encryption-key", "x-ms-source-encryption-key"] where blob.head.text(name) != nil {
            throw ServiceError(.notImplemented("the header \(name) for copies that go on after their answer."))
        }
        guard blob.headers[StorageHeader.copyAuthorization] == nil else {
            throw ServiceError(.unsupportedHeader("x-ms-copy-source-authorization"))
        }
        let source = try await copySource(blob, scope)
        try await mayRead(source, blob, ownRights: true, scope)
        let found = try await find(source, within: blob.place, scope.of(source.place.tenant))
        try checkConditions(found.record, blob)
    }

    /// Second phase of the three.
    func copyBlob(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPlain(call, scope)
        let form = try checked { () throws(StorageFault) in try CopyForm(blob) }
        if blob.isMarkedDirectory { return try await copyDirectory(blob, form, scope) }
        switch form {
        case .put: return try await putBlobFromURL(blob, scope)
        case .sync: return try await copyFromURL(blob, scope)
        case .async: return try await startCopy(blob, scope)
        }
    }
    /// Makes a directory of an empty blob, which stands for one in a flat account.
    private func copyDirectory(
        _ blob: BlobCall,
        _ form: CopyForm,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        let headers: ContentHeaders
        let length: Int64
        if form == .async {
            let source = try await copySource(blob, scope)
            let found = try await find(source, within: blob.place, scope.of(source.place.tenant)).record
            try checkConditions(found, blob)
            (headers, length) = (found.headers, found.length)
        } else {
            let (received, original) = try taken(scope)
            (headers, length) = (original.headers, received.content.length)
        }
        guard length == 0 else { throw ServiceError(.invalidInput("a directory has no content, as its source has.")) }
        let metadata = try checked { () throws(StorageFault) in try Metadata(blob.headers) }
        var reply = try await makeDirectory(blob, headers, metadata, lease: nil, scope)
        guard form != .put else { return reply }
        reply.status = 202
        reply.set("x-ms-copy-id", scope.entropy.uuid().lowercaseText)
        reply.set("x-ms-copy-status", Blob.Copy.Status.success.text)
        return reply
    }
    private func checkConditions(_ record: Blob, _ blob: BlobCall) throws(ServiceError) {
        try checked { () throws(StorageFault) in
            try Conditions(blob.headers, of: .source).check(record.current, for: .copySource)
            if let condition = try TagExpression(blob.head, header: "x-ms-source-if-tags") {
                // The service has no name of its own for it.
                guard condition.holds(for: record.tags) else { throw .conditionNotMet }
            }
        }
    }

    // MARK: Done at once

    private func putBlobFromURL(_ blob: BlobCall, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let (received, original) = try taken(scope)
        let (incoming, own, metadata, keeps) = try checked { () throws(StorageFault) in
            (
                try Incoming(blob, limit: BlobLimits.putFromURLBytesMax),
                try ContentHeaders(blob.headers, from: .explicit),
                try Metadata(blob.headers), try Self.keepsProperties(blob)
            )
        }
        let checksums = BodyChecksums(received)
        try checksums.check(incoming.checksum)
        if let announced = own.md5 { try checksums.check(.md5(announced)) }
        let (site, old) = try await checkOverwrite(blob, .create, scope)
        let content = try await scope.keep(received, in: blob.domain)
        var headers = keeps ? own.filled(from: original.headers) : own
        headers.md5 = checksums.md5
        var new = Blob(
            scope,
            replacing: old,
            length: content.length,
            body: .whole(content),
            headers: headers,
            metadata: keeps && metadata.items.isEmpty ? original.metadata : metadata
        )
        try await bringTags(of: original, to: &new, blob, site, scope)
        let stored = try await replace(old, with: new, blob, site, scope)
        var reply = blob.changed(201, stored)
        reply.set("Content-MD5", checksums.md5.base64)
        reply.set("x-ms-content-crc64", checksums.crc64.base64)
        return reply
    }
    private static func keepsProperties(_ blob: BlobCall) throws(StorageFault) -> Bool {
        let name = "x-ms-copy-source-blob-properties"
        switch blob.headers[StorageHeader.name(name)]?.lowercased() {
        case nil, "true": return true
        case "false": return false
        case let other?: throw .invalidHeaderValue(name, other)
        }
    }

    private func copyFromURL(_ blob: BlobCall, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let (received, original) = try taken(scope)
        let source = try await copySource(blob, scope)
        let (incoming, metadata) = try checked { () throws(StorageFault) in
            (try Incoming(blob, limit: BlobLimits.syncCopyBytesMax), try Metadata(blob.headers))
        }
        let checksums = BodyChecksums(received)
        try checksums.check(incoming.checksum)
        let (site, old) = try await checkOverwrite(blob, .copyTarget, scope)
        let content = try await scope.keep(received, in: blob.domain)
        var new = Blob(
            scope,
            replacing: old,
            length: content.length,
            body: .whole(content),
            headers: original.headers,
            metadata: metadata.items.isEmpty ? original.metadata : metadata
        )
        new.copy = Blob.Copy(
            id: scope.entropy.uuid(),
            source: source.address,
            copied: content.length,
            total: content.length,
            completed: scope.now
        )
        try await bringTags(of: original, to: &new, blob, site, scope)
        let stored = try await replace(old, with: new, blob, site, scope)
        var reply = copied(blob, stored)
        incoming.tell(checksums, in: &reply)
        return reply
    }
    /// What the first phase took in, and the blob it is of.
    private func taken(_ scope: WriteScope) throws(ServiceError) -> (Received, Blob) {
        guard let received = scope.received, let source = SourceNote.source(of: received) else {
            throw .unavailable("a copy's source was not taken in")
        }
        return (received, source)
    }
    func copied(_ blob: BlobCall, _ record: Blob) -> Reply {
        var reply = blob.changed(202, record)
        reply.set("x-ms-copy-id", record.copy?.id.lowercaseText)
        reply.set("x-ms-copy-status", record.copy?.status.text)
        return reply
    }

    // MARK: Copy Blob

    /// Within an account nothing is copied but references, mostly at once; from another account, or into another encryption
    /// scope, a saga brings the bytes.
    private func startCopy(_ blob: BlobCall, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let source = try await copySource(blob, scope)
        let found = try await find(source, within: blob.place, scope.of(source.place.tenant))
        let original = found.record
        try checkConditions(original, blob)
        if original.customerKeyHash != nil { throw ServiceError(.blobUsesCustomerSpecifiedEncryption) }
        let (site, old) = try await checkOverwrite(blob, .copyTarget, scope)
        let tier = try Self.tier(ofCopy: blob, of: found, at: source, to: site, scope.now)
        if let old, old.kind != original.kind { throw ServiceError(.invalidBlobType) }
        guard original.copy?.status != .pending else { throw ServiceError(.pendingCopyOperation) }
        let (metadata, seal) = try checked { () throws(StorageFault) in
            (try Metadata(blob.headers), try Self.seal(blob, original))
        }
        let data = AccountData(blob.place.id, scope, caller: blob.call.caller)
        // What lies in another encryption scope is sealed anew.
        let encryption = try await blob.seal(in: site.container, scope).scope
        let isHere = source.place.id == blob.place.id && encryption == original.encryptionScope
        let shared = isHere ? try await share(original, data) : nil
        let body: Blob.Body
        if let shared { body = shared } else { body = try await data.emptyBody(original.kind) }
        var copy = Blob.Copy(id: scope.entropy.uuid(), source: source.address, copied: 0, total: original.length)
        if shared == nil {
            copy.status = .pending
            let order = CopyOrder(copy.id, from: source, found, to: site.place, account: blob.place.id)
            try await order.start(data, holding: isHere ? original : nil)
        } else {
            copy.copied = original.length
            copy.completed = scope.now
        }
        var new = Blob(
            scope,
            replacing: old,
            // A page blob has its length from the beginning, and is filled (REST "Copy Blob").
            length: shared == nil && original.kind != .page ? 0 : original.length,
            body: body,
            headers: original.headers,
            metadata: metadata.items.isEmpty ? original.metadata : metadata
        )
        new.kind = original.kind
        new.tier = tier
        new.isSealed = seal
        new.sequenceNumber = original.sequenceNumber
        new.copy = copy
        let stored = try await replace(old, with: new, blob, site, scope)
        return copied(blob, stored)
    }
    private static func seal(_ blob: BlobCall, _ original: Blob) throws(StorageFault) -> Bool {
        let name = "x-ms-seal-blob"
        guard let text = blob.headers[StorageHeader.name(name)] else { return original.isSealed }
        guard original.kind == .append, ["true", "false"].contains(text.lowercased()) else {
            throw .invalidHeaderValue(name, text)
        }
        return text.lowercased() == "true"
    }
    /// The source's bytes by reference; nil for a page blob of many rows, which takes a saga.
    private func share(_ original: Blob, _ data: AccountData) async throws(ServiceError) -> Blob.Body? {
        switch original.body {
        case .whole: return try await data.share(original.body)
        case .pieces(let list, let count):
            guard original.kind == .append else { return try await data.share(original.body) }
            return .pieces(list: try await data.branch(list, count: count), count: count)
        case .pages(let table, let generation):
            let known = try await data.scope.pageTable(table, in: data.domain)
            let look = PageLook(table: table, generation: generation, domain: data.domain)
            let all = 0..<max(original.length, 1)
            let (seen, end) = try await data.scope.seenPages(look, known, all)
            guard end == all.upperBound, seen.count <= PageStore.rowsAtOnce else { return nil }
            let own = try await PageStore.create(data)
            let store = try await PageStore(data, own)
            for page in seen { try await store.share(page.row, page.bytes, offset: page.offset) }
            return .pages(table: own, at: nil)
        }
    }

    /// Abort Copy Blob (`PUT /{container}/{blob}?comp=copy`).
    func abortCopy(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        try blob.refusePast()
        let name = "x-ms-copy-action"
        guard let action = blob.call.request.header(name) else { throw ServiceError(.missingRequiredHeader(name)) }
        guard action.lowercased() == "abort" else { throw ServiceError(.invalidHeaderValue(name, action)) }
        guard let text = blob.head.query["copyid"] else { throw ServiceError(.missingRequiredQueryParameter("copyid")) }
        guard let id = UUID(uuidString: text) else { throw ServiceError(.invalidQueryParameterValue("copyid", text)) }
        var (site, record) = try await blob.existingBlob(scope)
        try blob.admitLease(record, .change)
        guard var copy = record.copy, copy.status == .pending else { throw ServiceError(.noPendingCopyOperation) }
        guard copy.id == id else { throw ServiceError(.copyIDMismatch) }
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        copy.status = .aborted
        copy.completed = scope.now
        let old = record
        try await data.end(copy, of: &record)
        try await data.put(record, at: site.place, was: old)
        return blob.reply(204)
    }
}

extension AccountData {
    /// Ends a copy that did not succeed: the blob stays, without content (REST "Abort Copy Blob").
    func end(_ copy: Blob.Copy, of record: inout Blob) async throws(ServiceError) {
        try await release(record.body)
        record.body = try await emptyBody(record.kind)
        record.length = 0
        record.copy = copy
        record.touch(scope)
    }
    /// A body that is to be filled.
    func emptyBody(_ kind: BlobEntry.Kind) async throws(ServiceError) -> Blob.Body {
        if kind == .page { return .pages(table: try await PageStore.create(self), at: nil) }
        return .pieces(list: try await createGrowingList(), count: 0)
    }
}

extension ContentHeaders {
    /// These, and others where these say nothing.
    func filled(from other: ContentHeaders) -> ContentHeaders {
        var all = self
        all.type = type ?? other.type
        all.encoding = encoding ?? other.encoding
        all.language = language ?? other.language
        all.disposition = disposition ?? other.disposition
        all.cacheControl = cacheControl ?? other.cacheControl
        return all
    }
}
