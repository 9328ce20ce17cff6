// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// What a commit changed of one state of a blob, for the change feed.
///
/// Two states are compared; nobody says what was done. So no operation can change a blob past the feed, and none can tell
/// what did not happen. Leases, counts of snapshots, times of access and the progress of a copy are no changes of a blob.
struct ToldChange: Equatable {
    let kind: ChangeEvent.Kind
    var previousInfo: [String: String] = [:]
    var properties: [String: ChangeEvent.Step] = [:]
    var tags: ChangeEvent.TagStep?
    var asyncOperation: [String: String] = [:]

    init(_ kind: ChangeEvent.Kind) { self.kind = kind }

    /// Compares a state with what is in its place from now on; nil is nothing.
    static func between(_ old: Blob?, _ new: Blob?, at now: Timestamp) -> [ToldChange] {
        guard let new else { return old == nil ? [] : [ToldChange(.deleted)] }
        if let copy = new.copy, copy.status == .pending {
            guard old?.copy?.id != copy.id else { return [] }
            var change = ToldChange(.asyncOperationInitiated)
            change.asyncOperation = ["CopyId": copy.id.lowercaseText]
            return [change]
        }
        guard let old, !isReplaced(old, by: new) else { return [creation(of: new, after: old)] }
        return [tiering(old, new, at: now), update(old, new)].compactMap(\.self)
    }
    /// What a restored, or otherwise changed, past state tells.
    static func ofPast(_ old: Blob, _ new: Blob, at now: Timestamp) -> [ToldChange] {
        if old.isDeleted, !new.isDeleted {
            var change = ToldChange(.propertiesUpdated)
            change.previousInfo = ["WasBlobSoftDeleted": "true"]
            return [change]
        }
        return [tiering(old, new, at: now), update(old, new)].compactMap(\.self)
    }

    private static func isReplaced(_ old: Blob, by new: Blob) -> Bool {
        old.copy?.status == .pending || old.copy?.id != new.copy?.id || old.body.identity != new.body.identity
    }
    private static func creation(of new: Blob, after old: Blob?) -> ToldChange {
        var change = ToldChange(.created)
        if let version = new.version { change.previousInfo["BlobVersion"] = version.text }
        if let version = old?.version { change.previousInfo["LastVersion"] = version.text }
        if let tier = old?.tier.explicit { change.previousInfo["PreviousTier"] = tier.rawValue }
        if let copy = new.copy, old?.copy?.id == copy.id {
            change.asyncOperation = ["CopyId": copy.id.lowercaseText, "WasAsyncOperation": "true"]
        }
        return change
    }
    private static func tiering(_ old: Blob, _ new: Blob, at now: Timestamp) -> ToldChange? {
        if let way = new.tier.pending(at: now) {
            guard old.tier.pending(at: now) == nil else { return nil }
            var change = ToldChange(.asyncOperationInitiated)
            change.asyncOperation = ["DestinationTier": way.tier.rawValue]
            return change
        }
        let before = old.tier.current(at: now)
        guard before != new.tier.current(at: now) else { return nil }
        var change = ToldChange(.tierChanged)
        if let before { change.previousInfo["PreviousTier"] = before.rawValue }
        return change
    }
    private static func update(_ old: Blob, _ new: Blob) -> ToldChange? {
        let hasOtherPolicies =
            old.immutability?.until != new.immutability?.until
            || old.immutability?.isLocked != new.immutability?.isLocked || old.hasLegalHold != new.hasLegalHold
        guard old.etag != new.etag || old.tags != new.tags || hasOtherPolicies || old.expiry != new.expiry else {
            return nil
        }
        var change = ToldChange(.propertiesUpdated)
        if let version = new.version, old.version != version {
            change.previousInfo["BlobVersion"] = version.text
            if let last = old.version { change.previousInfo["LastVersion"] = last.text }
        }
        let (before, after) = (old.headers.told, new.headers.told)
        for (name, value) in after where before[name] != value {
            change.properties[name] = ChangeEvent.Step(previous: before[name] ?? "", current: value)
        }
        if old.tags != new.tags { change.tags = ChangeEvent.TagStep(previous: old.tags.told, current: new.tags.told) }
        return change
    }
}

extension Blob.Body {
    /// Which bytes these are; pages and pieces that grow stay themselves.
    fileprivate var identity: [UInt8] {
        switch self {
        case .whole(let content): content.id
        case .pieces(let list, _): list.bytes
        case .pages(let table, _): table.bytes
        }
    }
}

extension ContentHeaders {
    /// All properties, as the feed names them.
    fileprivate var told: [String: String] {
        [
            "ContentType": type ?? Self.defaultType, "ContentEncoding": encoding ?? "",
            "ContentLanguage": language ?? "", "ContentDisposition": disposition ?? "",
            "CacheControl": cacheControl ?? "", "ContentMD5": md5?.base64 ?? "",
        ]
    }
}

extension BlobTags {
    fileprivate var told: [String: String] {
        Dictionary(items.map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }
}
