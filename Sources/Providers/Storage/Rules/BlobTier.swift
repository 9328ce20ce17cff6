// SPDX-License-Identifier: Apache-2.0
package import Base

/// A blob's way out of the archive.
package struct Rehydration: Equatable, Sendable {
    /// How urgent it is (`x-ms-rehydrate-priority`).
    package enum Priority: String, Sendable, Codable {
        case standard = "Standard"
        case high = "High"
        /// How long it takes: far below what the service promises (15 hours and one), yet long enough that a client has
        /// to wait for it as it must there.
        package var wait: Duration { self == .standard ? .seconds(3600) : .seconds(60) }
    }
    /// Where the blob goes.
    package let tier: AccessTier
    /// How urgent it is.
    package let priority: Priority
    /// When the blob is there.
    package let ready: Timestamp

    /// Names one.
    package init(tier: AccessTier, priority: Priority, ready: Timestamp) {
        self.tier = tier
        self.priority = priority
        self.ready = ready
    }
    /// `x-ms-archive-status`.
    package var status: String { "rehydrate-pending-to-" + tier.rawValue.lowercased() }
}

/// The tier of one blob: what was set, when, and a rehydration under way.
package struct BlobTier: Equatable, Sendable {
    /// What was set last; nil: the account's default, which answers call inferred.
    package var explicit: AccessTier?
    /// When it was set.
    package var changed: Timestamp?
    /// The way out of the archive; it counts until `ready` is past.
    package var rehydration: Rehydration?

    /// A blob without a tier of its own.
    package init() {}
    /// A tier as it was kept, or set with a write.
    package init(explicit: AccessTier?, changed: Timestamp?, rehydration: Rehydration? = nil) {
        self.explicit = explicit
        self.changed = changed
        self.rehydration = rehydration
    }

    /// The tier at a time: a rehydration that is over has arrived.
    package func current(at now: Timestamp) -> AccessTier? {
        if let rehydration, rehydration.ready <= now { return rehydration.tier }
        return explicit
    }
    /// When the tier at a time came to be.
    package func changed(at now: Timestamp) -> Timestamp? {
        if let rehydration, rehydration.ready <= now { return rehydration.ready }
        return changed
    }
    /// What the smart tier does with a blob that was used last at a time (REST "Get Blob Properties",
    /// `x-ms-smart-access-tier`); nil for blobs of other tiers.
    package func smart(lastUse: Timestamp, at now: Timestamp) -> AccessTier? {
        guard current(at: now) == .smart else { return nil }
        let days = (now.seconds - lastUse.seconds) / (24 * 3600)
        return days < Self.smartCoolDays ? .hot : days < Self.smartColdDays ? .cool : .cold
    }
    /// Days without use until the smart tier treats a blob as cool, and as cold.
    static let smartCoolDays: Int64 = 30
    static let smartColdDays: Int64 = 90
    /// The rehydration under way at a time.
    package func pending(at now: Timestamp) -> Rehydration? {
        rehydration.flatMap { now < $0.ready ? $0 : nil }
    }
    /// Whether the bytes are out of reach.
    package func isOffline(at now: Timestamp) -> Bool { current(at: now) == .archive }

    /// What Set Blob Tier makes of it, and whether it is done (200) or under way (202).
    package func setting(
        _ tier: AccessTier,
        priority: Rehydration.Priority?,
        at now: Timestamp
    ) throws(StorageFault) -> (tier: BlobTier, status: Int) {
        if let pending = pending(at: now) {
            // REST "Set Blob Tier": under way, only the priority can be raised.
            guard tier == pending.tier else { throw .blobBeingRehydrated }
            guard priority == .high, pending.priority == .standard else { return (self, 202) }
            let ready = now + Rehydration.Priority.high.wait
            guard ready < pending.ready else { return (self, 202) }
            let raised = Rehydration(tier: tier, priority: .high, ready: ready)
            return (BlobTier(explicit: explicit, changed: now, rehydration: raised), 202)
        }
        guard isOffline(at: now), tier != .archive else {
            return (BlobTier(explicit: tier, changed: now), 200)
        }
        let chosen = priority ?? .standard
        let way = Rehydration(tier: tier, priority: chosen, ready: now + chosen.wait)
        return (BlobTier(explicit: .archive, changed: now, rehydration: way), 202)
    }
}

extension Rehydration.Priority {
    /// Reads `x-ms-rehydrate-priority`; nil when it was not sent.
    package init?(_ head: RequestHead) throws(StorageFault) {
        guard let text = head.text("x-ms-rehydrate-priority") else { return nil }
        switch text.lowercased() {
        case "standard": self = .standard
        case "high": self = .high
        default: throw .invalidHeaderValue("x-ms-rehydrate-priority", text)
        }
    }
}
