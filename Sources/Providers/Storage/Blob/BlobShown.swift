// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// How a blob's record is told: in the head of an answer, and as a line of a listing.
extension BlobCall {
    /// The head of an answer that shows a blob (REST "Get Blob", "Get Blob Properties").
    func describe(_ record: Blob) -> Reply {
        var reply = reply(
            200,
            [
                "ETag": record.etag.quoted, "Last-Modified": record.modified.httpDate,
                "x-ms-creation-time": record.created.httpDate, "x-ms-blob-type": record.kind.rawValue,
                // Leases are of the current state alone.
                "x-ms-lease-status": record.past == nil ? record.lease.state(at: now).status : nil,
                "x-ms-lease-state": record.past == nil ? record.lease.state(at: now).rawValue : nil,
                "x-ms-lease-duration": record.past == nil ? record.lease?.duration(at: now)?.rawValue : nil,
                "x-ms-snapshot": record.past?.kind == .snapshot ? record.past?.moment.text : nil,
                "x-ms-server-encrypted": "true", "Accept-Ranges": "bytes",
                "x-ms-encryption-scope": record.encryptionScope,
                "x-ms-encryption-key-sha256": record.customerKeyHash?.base64,
                "x-ms-version-id": record.version?.text,
                "x-ms-is-current-version": record.version != nil && record.past == nil ? "true" : nil,
                "x-ms-tag-count": record.tags == .none ? nil : String(record.tags.items.count),
                "x-ms-last-access-time": record.lastAccess?.httpDate,
                "x-ms-expiry-time": record.expiry?.httpDate,
                "x-ms-immutability-policy-until-date": record.immutability?.until.httpDate,
                "x-ms-immutability-policy-mode": record.immutability?.mode,
                "x-ms-legal-hold": record.hasLegalHold ? "true" : nil,
            ]
        )
        switch record.kind {
        case .block: break
        case .append:
            reply.set("x-ms-blob-committed-block-count", String(record.committedBlocks))
            reply.set("x-ms-blob-sealed", record.isSealed ? "true" : nil)
        case .page: reply.set("x-ms-blob-sequence-number", String(record.sequenceNumber))
        }
        let overrides = call.caller.signature?.grant.overrides ?? HTTPFields()
        for field in record.headers.fields(overrides: overrides) { reply.headers[field.name] = field.value }
        for field in record.metadata.headers { reply.headers.append(field) }
        if place.isHierarchical { describePath(record, in: &reply) }
        if let copy = record.copy { Self.describe(copy, in: &reply) }
        return reply
    }
    private static func describe(_ copy: Blob.Copy, in reply: inout Reply) {
        reply.set("x-ms-copy-id", copy.id.lowercaseText)
        reply.set("x-ms-copy-source", copy.source)
        reply.set("x-ms-copy-status", copy.status.text)
        reply.set("x-ms-copy-status-description", copy.reason)
        reply.set("x-ms-copy-progress", copy.progress)
        reply.set("x-ms-copy-completion-time", copy.completed?.httpDate)
        reply.set("x-ms-incremental-copy", copy.isIncremental ? "true" : nil)
        reply.set("x-ms-copy-destination-snapshot", copy.snapshot?.text)
    }
    /// What only Get Blob Properties tells: the access tier.
    ///
    /// Page blobs of general accounts and append blobs have none.
    func describeTier(_ record: Blob, in reply: inout Reply) {
        if let tier = record.tier.current(at: now) {
            let pending = record.tier.pending(at: now)
            reply.set("x-ms-access-tier", tier.rawValue)
            reply.set("x-ms-access-tier-change-time", record.tier.changed(at: now)?.httpDate)
            let smart = record.tier.smart(lastUse: record.lastAccess ?? record.modified, at: now)
            reply.set("x-ms-smart-access-tier", smart?.rawValue)
            reply.set("x-ms-archive-status", pending?.status)
            reply.set("x-ms-rehydrate-priority", pending?.priority.rawValue)
        } else if let inferred = record.inferredTier(place.tier) {
            reply.set("x-ms-access-tier", inferred)
            reply.set("x-ms-access-tier-inferred", "true")
        }
    }
}

extension Blob {
    /// The tier of a blob that was given none; `account` is that of the account.
    fileprivate func inferredTier(_ account: String) -> String? {
        switch kind {
        case .block: account
        case .append: nil
        case .page: account == AccessTier.premium.rawValue ? AccessTier.disk(for: length)?.rawValue : nil
        }
    }
}

extension BlobEntry {
    /// A line about a state of a blob.
    ///
    /// `inferred` is the tier of block blobs that were given none.
    init(_ name: BlobName, _ blob: Blob, at now: Timestamp, inferred: String, _ include: Set<ListQuery.Inclusion>) {
        self.init(name: name)
        created = blob.created
        lastModified = blob.modified
        etag = blob.etag.text
        length = blob.length
        headers = blob.headers
        kind = blob.kind
        if blob.kind == .page { sequenceNumber = blob.sequenceNumber }
        if blob.kind == .append, blob.isSealed { isSealed = true }
        if let tier = blob.tier.current(at: now) {
            let pending = blob.tier.pending(at: now)
            self.tier = tier.rawValue
            tierChanged = blob.tier.changed(at: now)
            smartTier = blob.tier.smart(lastUse: blob.lastAccess ?? blob.modified, at: now)?.rawValue
            archiveStatus = pending?.status
            rehydratePriority = pending?.priority.rawValue
        } else if let inferred = blob.inferredTier(inferred) {
            tier = inferred
            isTierInferred = true
        }
        lease = blob.past == nil ? blob.lease.state(at: now) : nil
        leaseDuration = blob.past == nil ? blob.lease?.duration(at: now) : nil
        tagCount = blob.tags == .none ? nil : blob.tags.items.count
        encryptionScope = blob.encryptionScope
        customerKeyHash = blob.customerKeyHash
        lastAccess = blob.lastAccess
        expiry = blob.expiry
        addState(blob, at: now)
        if include.contains(.metadata) { metadata = blob.metadata }
        path = PathEntry(blob, showsAccess: include.contains(.permissions))
        if path?.isDirectory == true, let known = metadata { metadata = known.markingDirectory }
        if include.contains(.tags) { tags = blob.tags.items }
        if include.contains(.copy) { copy = blob.copy.map(Copy.init) }
        if include.contains(.immutabilityPolicy) {
            immutableUntil = blob.immutability?.until
            immutabilityMode = blob.immutability?.mode
        }
        if include.contains(.legalHold), blob.hasLegalHold { hasLegalHold = true }
    }
    private mutating func addState(_ blob: Blob, at now: Timestamp) {
        if blob.past?.kind != .snapshot { version = blob.version?.text }
        if blob.past?.kind == .snapshot { snapshot = blob.past?.moment.text }
        if blob.past == nil, blob.version != nil { isCurrentVersion = true }
        guard let deletion = blob.past?.deleted else { return }
        isDeleted = true
        deleted = deletion.at
        remainingRetentionDays = deletion.remainingDays(at: now)
    }
}

extension BlobEntry.Copy {
    fileprivate init(_ copy: Blob.Copy) {
        self.init(
            id: copy.id.lowercaseText,
            status: copy.status.text,
            source: copy.source,
            progress: copy.progress,
            completed: copy.completed
        )
        reason = copy.reason
        isIncremental = copy.isIncremental
        snapshot = copy.snapshot?.text
    }
}
