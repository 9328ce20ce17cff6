// SPDX-License-Identifier: Apache-2.0
package import Base

/// One rule of a lifecycle management policy (ARM "Management Policies"): which blobs, and what becomes of them when.
package struct LifecycleRule: Equatable, Sendable {
    /// What is done with a blob, the cheapest to keep first: where several are due, the first of them is done.
    package enum Action: String, Sendable, CaseIterable {
        case delete
        case tierToArchive
        case tierToCold
        case tierToCool

        /// The tier it leads to; nil for deleting.
        package var tier: AccessTier? {
            switch self {
            case .delete: nil
            case .tierToArchive: .archive
            case .tierToCold: .cold
            case .tierToCool: .cool
            }
        }
    }
    /// What age is counted from.
    package enum Basis: String, Sendable, CaseIterable {
        case modification = "daysAfterModificationGreaterThan"
        case creation = "daysAfterCreationGreaterThan"
        case lastAccess = "daysAfterLastAccessTimeGreaterThan"
        case tierChange = "daysAfterLastTierChangeGreaterThan"
    }
    /// Which states of a blob an action is for.
    package enum Part: String, Sendable, CaseIterable {
        case base = "baseBlob"
        case snapshot
        case version
    }
    /// An action and the days that must be over, each by its basis.
    package struct Step: Equatable, Sendable {
        package let action: Action
        package let days: [Basis: Int64]
    }

    /// Unique within the policy.
    package let name: String
    /// A rule that is switched off is kept and does nothing.
    package let isEnabled: Bool
    /// Kinds of blobs it is for.
    package let kinds: Set<BlobEntry.Kind>
    /// Beginnings of `container/name`; empty for all blobs.
    package let prefixes: [String]
    /// Tags a blob must have, with these values.
    package let tags: [Metadata.Item]
    /// The steps for each part, the cheapest to keep first.
    package let steps: [Part: [Step]]
    /// Whether a cool blob that is read becomes hot (`enableAutoTierToHotFromCool`).
    package let warmsWhenRead: Bool
    /// The rule as clients get it back.
    package let shown: JSON
}

// MARK: - Deciding

/// What a rule looks at of one state of a blob.
package struct LifecycleSubject: Sendable {
    package var part: LifecycleRule.Part
    package var kind: BlobEntry.Kind
    /// `container/name`.
    package var path: String
    /// When it was created; of a snapshot or version, when that came to be.
    package var created: Timestamp
    package var modified: Timestamp
    /// Nil while nobody used it since uses are tracked.
    package var lastAccess: Timestamp?
    /// The tier it has, its own or the account's; nil where it has none.
    package var tier: AccessTier?
    package var tierChanged: Timestamp?
    package var tags: BlobTags

    package init(part: LifecycleRule.Part, kind: BlobEntry.Kind, path: String, created: Timestamp, modified: Timestamp)
    {
        self.part = part
        self.kind = kind
        self.path = path
        self.created = created
        self.modified = modified
        tags = .none
    }
}

extension LifecycleRule {
    /// Whether it is for this state at all.
    package func matches(_ subject: LifecycleSubject) -> Bool {
        isEnabled && kinds.contains(subject.kind)
            && (prefixes.isEmpty || prefixes.contains { subject.path.utf8.starts(with: $0.utf8) })
            && tags.allSatisfy { subject.tags[$0.name] == $0.value }
    }
    /// The first step that is due.
    ///
    /// `since` stands for the last use of what nobody used yet ("Move data based on last accessed time": the day the
    /// policy was enabled).
    package func due(_ subject: LifecycleSubject, since: Timestamp, at now: Timestamp) -> Action? {
        guard matches(subject) else { return nil }
        return (steps[subject.part] ?? []).first { step in
            step.action.applies(to: subject)
                && step.days.allSatisfy { basis, days in
                    basis.start(subject, since: since) + .seconds(days * 24 * 3600) < now
                }
        }?.action
    }
}

extension LifecycleRule.Action {
    /// Whether it changes anything: a tier only ever gets cooler, and the smart tier looks after itself.
    fileprivate func applies(to subject: LifecycleSubject) -> Bool {
        guard let tier else { return true }
        guard subject.kind == .block, let current = subject.tier, let from = current.coolness, let to = tier.coolness
        else { return false }
        return from < to
    }
}

extension LifecycleRule.Basis {
    fileprivate func start(_ subject: LifecycleSubject, since: Timestamp) -> Timestamp {
        switch self {
        case .modification: subject.modified
        case .creation: subject.created
        case .lastAccess: subject.lastAccess ?? since
        case .tierChange: subject.tierChanged ?? subject.created
        }
    }
}

extension AccessTier {
    /// How cool a tier is; nil for those that no policy moves.
    fileprivate var coolness: Int? {
        switch self {
        case .hot: 0
        case .cool: 1
        case .cold: 2
        case .archive: 3
        default: nil
        }
    }
}

/// All rules of a policy.
package struct LifecyclePolicy: Equatable, Sendable {
    package let rules: [LifecycleRule]

    /// What is to be done with a state now; where several rules say something, what is cheapest to keep.
    package func due(_ subject: LifecycleSubject, since: Timestamp, at now: Timestamp) -> LifecycleRule.Action? {
        let due = Set(rules.compactMap { $0.due(subject, since: since, at: now) })
        return LifecycleRule.Action.allCases.first(where: due.contains)
    }
    /// Whether a cool blob that is read becomes hot.
    package func warms(_ subject: LifecycleSubject) -> Bool {
        subject.part == .base && subject.tier == .cool && rules.contains { $0.warmsWhenRead && $0.matches(subject) }
    }
    /// Whether there is anything to do in any blob, or in one of these parts.
    package func acts(on parts: Set<LifecycleRule.Part> = Set(LifecycleRule.Part.allCases)) -> Bool {
        rules.contains { $0.isEnabled && !parts.isDisjoint(with: $0.steps.keys) }
    }
    /// The beginnings of names that rules may mean in a container, in order, none within another.
    package func prefixes(in container: String) -> [String] {
        PathPrefixes.merged(rules.filter(\.isEnabled).map(\.prefixes), in: container)
    }
}

/// Beginnings of `container/name`, as policies filter by them.
package enum PathPrefixes {
    /// What sets of such beginnings, of which an empty one means all, leave of a container: beginnings of names in
    /// order, none within another; empty when none of the container's blobs is meant.
    package static func merged(_ sets: [[String]], in container: String) -> [String] {
        let home = container + "/"
        var found: [String] = []
        for set in sets {
            if set.isEmpty { return [""] }
            for prefix in set {
                if home.utf8.starts(with: prefix.utf8) { return [""] }
                if prefix.utf8.starts(with: home.utf8) {
                    found.append(String(decoding: prefix.utf8.dropFirst(home.utf8.count), as: UTF8.self))
                }
            }
        }
        var merged: [String] = []
        for prefix in found.sorted(by: { $0.utf8.lexicographicallyPrecedes($1.utf8) }) {
            if let last = merged.last, prefix.utf8.starts(with: last.utf8) { continue }
            merged.append(prefix)
        }
        return merged
    }
}
