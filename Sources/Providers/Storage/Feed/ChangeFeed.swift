// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// An account's change feed, as it was switched: every change of a blob reads it.
struct ChangeFeed: Stored, Codable {
    var isEnabled: Bool
    /// Whether the way from every container's id to its name is kept: events name containers, blobs do not.
    var hasNames: Bool
    /// How long segments are kept; nil for ever.
    var retentionDays: Int?
    /// The id of `$blobchangefeed`.
    let container: UUID
    /// The account's resource.
    let topic: String

    static let isReadOften = true
    var isTelling: Bool { isEnabled && hasNames }
    /// REST "Blob Services - Set Service Properties": up to 400 years.
    static let retentionDaysAllowed: ClosedRange<Int64> = 1...146_000
    /// What an hour's segment waits for commits that began in it, before it is closed.
    static let slack = Duration.seconds(300)
    static let segmentSeconds: Int64 = 3600
}

/// How far an account's change feed is published.
struct FeedProgress: Stored, Codable {
    /// The segment that grows, and the number of its last file.
    struct Segment: Codable, Equatable {
        let begin: Timestamp
        var chunk: Int
        /// When it is closed if nothing else closes it before.
        var closes: Timestamp { begin + .seconds(ChangeFeed.segmentSeconds) + ChangeFeed.slack }
    }
    /// Counts publications, so that what was read for one is never kept by another.
    var step = 0
    /// The saga that publishes now.
    var saga: String?
    var open: Segment?
    /// The last segment that was closed.
    var finalized: Timestamp?
    /// When to look even if nothing was told.
    var wake: Timestamp?

    /// The segment an event of a time goes to: its own hour's, or the first that still grows.
    func segment(of time: Timestamp) -> Timestamp {
        let hour = Timestamp(seconds: time.seconds - time.seconds % ChangeFeed.segmentSeconds)
        let next = finalized.map { $0 + .seconds(ChangeFeed.segmentSeconds) }
        return [hour, open?.begin, next].compactMap(\.self).max() ?? hour
    }
}

/// An account with a change feed, in the region's list of such.
struct FeedAccount: Stored, Codable {
    let tenant: TenantID
    let account: UUID
}

extension StorageKey {
    static let changeFeed = Key("feed")
    static let feedProgress = Key("feed-progress")
    /// In the region.
    static let feedAccounts = Key("feed-account")
    static func feedAccount(_ id: UUID) -> Key { feedAccounts.appending(id) }
}

extension ContainerName {
    /// Containers that listings show only to who asks for the system's.
    var isHidden: Bool { self == .changeFeed || self == .logs }

    /// Refuses to change what the region alone writes.
    func refuseChange() throws(ServiceError) {
        guard self == .changeFeed else { return }
        throw ServiceError(.systemContainer)
    }
    /// Refuses to make what the service alone makes.
    func refuseMaking() throws(ServiceError) {
        try refuseChange()
        guard self == .logs else { return }
        throw ServiceError(.logsContainer)
    }
}

extension StorageFault {
    /// 403: `$logs` "is automatically created when Storage Analytics is enabled", by nobody else.
    ///
    /// What the service answers to who tries was not found; this is its answer to other requests for `$logs` that it does
    /// not allow (azure-diagnostics-tools issue 215), and to writes in `$blobchangefeed`.
    static let logsContainer = StorageFault(
        403,
        "InsufficientAccountPermissions",
        "The account being accessed does not have sufficient permissions to execute this operation: $logs is made by the "
            + "service, when logging is enabled."
    )
    /// 403: what the service answers to writes in `$blobchangefeed`.
    static let systemContainer = StorageFault(
        403,
        "InsufficientAccountPermissions",
        "The account being accessed does not have sufficient permissions to execute this operation: the change feed is "
            + "read-only. Set its retention in the account's blob service properties."
    )
}

extension StorageProvider {
    func changeFeed(_ place: AccountPlace, _ scope: some Scope) async throws(ServiceError) -> ChangeFeed? {
        try await scope.get(ChangeFeed.self, in: place.domain, at: StorageKey.changeFeed)
    }
    /// Sets `changeFeed` of the blob service's properties.
    func setChangeFeed(_ wanted: JSON, _ view: AccountView, _ call: Call, _ scope: WriteScope)
        async throws(ServiceError)
    {
        let isEnabled = try wanted.flag("enabled") ?? false
        var days: Int?
        if let value = wanted["retentionInDays"], value != .null {
            guard isEnabled, let number = value.integer, ChangeFeed.retentionDaysAllowed.contains(number) else {
                throw .badRequest(
                    "InvalidValuesForRequestParameters",
                    "changeFeed.retentionInDays is a number from 1 to 146000, of an enabled change feed."
                )
            }
            days = Int(number)
        }
        let known = try await changeFeed(view.place, scope)
        guard isEnabled || known != nil else { return }
        guard view.record.kind != "Storage", !view.place.isHierarchical else {
            throw .badRequest(
                "FeatureNotSupportedForAccount",
                "Accounts of kind 'Storage' and accounts with a hierarchical namespace have no change feed."
            )
        }
        let data = AccountData(view.account.id, scope, caller: call.caller)
        var feed: ChangeFeed
        if let known { feed = known } else { feed = try await data.makeFeed(topic: view.record.id) }
        feed.isEnabled = isEnabled
        feed.retentionDays = days
        if !feed.hasNames {
            let next = try await data.nameContainers(from: nil)
            feed.hasNames = next == nil
            if let next {
                let state = FeedBeginning.state(data.id, after: next)
                _ = try await scope.start(FeedBeginning.self, state, caller: call.caller)
            }
        }
        try await scope.put(feed, in: data.domain, at: StorageKey.changeFeed)
        guard known != nil, var progress = try await data.feedProgress() else { return }
        // A shorter retention may end segments at once.
        progress.wake = scope.now
        try await scope.put(progress, in: data.domain, at: StorageKey.feedProgress)
    }
}

extension AccountData {
    func feedProgress() async throws(ServiceError) -> FeedProgress? {
        try await scope.get(FeedProgress.self, in: domain, at: StorageKey.feedProgress)
    }
    /// Makes `$blobchangefeed` with the two files readers look for first.
    fileprivate func makeFeed(topic: String) async throws(ServiceError) -> ChangeFeed {
        let key = StorageKey.container(.changeFeed)
        let container: Container
        if let found = try await scope.get(Container.self, in: domain, at: key) {
            container = found
        } else {
            container = Container(scope, metadata: .none, publicAccess: nil)
            try await scope.put(container, in: domain, at: key)
        }
        try await scope.keepPlace(of: container, .changeFeed, in: domain)
        try await scope.put(FeedAccount(tenant: scope.tenant, account: id), in: .region, at: StorageKey.feedAccount(id))
        try await scope.put(FeedProgress(), in: domain, at: StorageKey.feedProgress)
        let feed = ChangeFeed(isEnabled: true, hasNames: false, container: container.id, topic: topic)
        try await putManifest(FeedLayout.firstSegmentPath, FeedLayout.segment(nil, isFinal: true, at: scope.now), feed)
        try await putManifest(FeedLayout.segmentsPath, FeedLayout.segments(nil, at: scope.now), feed)
        return feed
    }
    /// Puts one of the feed's own short files in the place of what was there.
    func putManifest(_ path: String, _ json: JSON, _ feed: ChangeFeed) async throws(ServiceError) {
        let place = BlobPlace(feed.container, try checked { () throws(StorageFault) in try BlobName(path) })
        let old = try await scope.get(Blob.self, in: domain, at: StorageKey.blob(place))
        let content = try await scope.keep(short: json.bytes, in: domain)
        if let old { try await release(old.body) }
        var headers = ContentHeaders()
        headers.type = "application/json"
        var new = Blob(
            scope,
            replacing: old,
            length: content.length,
            body: .whole(content),
            headers: headers,
            metadata: .none
        )
        new.created = old?.created ?? scope.now
        try await put(new, at: place, was: old)
    }
    /// Keeps the names of some containers by their ids; answers the last one when there may be more.
    func nameContainers(from after: Key?) async throws(ServiceError) -> Key? {
        let found = try await scope.list(
            Container.self,
            in: domain,
            under: StorageKey.containers,
            after: after,
            limit: Self.namedAtOnce
        )
        for item in found {
            var reader = KeyReader(item.key, after: StorageKey.containers)
            guard let name = reader.string().flatMap({ try? ContainerName($0) }) else { continue }
            try await scope.keepPlace(of: item.value, name, in: domain)
        }
        return found.count == Self.namedAtOnce ? found.last?.key : nil
    }
    private static let namedAtOnce = 300
}

/// Keeps the names of an account's many containers before its change feed begins.
struct FeedBeginning: Saga {
    static let kind = "storage.changeFeedBeginning"

    static func state(_ account: UUID, after key: Key) -> JSON {
        ["account": .string(account.lowercaseText), "after": .string(key.bytes.base64)]
    }
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let after = state["after"]?.string.flatMap({ [UInt8](base64: $0) })
        else { return .done(result: nil) }
        let data = AccountData(account, scope, caller: .region(Self.kind))
        guard var feed = try await scope.get(ChangeFeed.self, in: data.domain, at: StorageKey.changeFeed) else {
            return .done(result: nil)
        }
        if let next = try await data.nameContainers(from: Key(bytes: after)) {
            return .again(Self.state(account, after: next))
        }
        feed.hasNames = true
        try await scope.put(feed, in: data.domain, at: StorageKey.changeFeed)
        return .done(result: nil)
    }
}
