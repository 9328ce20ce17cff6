// SPDX-License-Identifier: Apache-2.0
package import Base

extension LifecyclePolicy {
    /// The most rules of a policy.
    package static let rulesMax = 100
    private static let daysAllowed: ClosedRange<Int64> = 0...99_999

    /// Reads `properties.policy` of Management Policies "Create Or Update".
    ///
    /// `home` says which tiers the account has, `tracksAccess` whether blobs say when they were last used.
    package init(_ json: JSON?, home: TierHome, tracksAccess: Bool) throws(StorageFault) {
        let policy = PolicyReader(json, "properties.policy")
        try policy.only(["rules"])
        var rules: [LifecycleRule] = []
        for element in try policy.required("rules").elements(1...Self.rulesMax) {
            let rule = try Self.rule(element, home)
            guard !rules.contains(where: { $0.name == rule.name }) else {
                throw element.fault("a rule named '\(rule.name)' is there already")
            }
            guard tracksAccess || !rule.asksForAccess else { throw .missingAccessTracking }
            rules.append(rule)
        }
        self.init(rules: rules)
    }
    /// Rules as they were stored.
    package init(stored: JSON) throws(StorageFault) {
        var rules: [LifecycleRule] = []
        for element in stored.array ?? [] { rules.append(try Self.rule(PolicyReader(element, "rules"), nil)) }
        self.init(rules: rules)
    }

    private static func rule(_ reader: PolicyReader, _ home: TierHome?) throws(StorageFault) -> LifecycleRule {
        try reader.only(["enabled", "name", "type", "definition"])
        let name = try reader.required("name").ruleName()
        _ = try reader.required("type").choice(["Lifecycle"])
        let isEnabled = try reader.member("enabled")?.bool() ?? true
        let definition = try reader.required("definition")
        try definition.only(["actions", "filters"])
        let actions = try definition.required("actions")
        try actions.only(LifecycleRule.Part.allCases.map(\.rawValue))
        var steps: [LifecycleRule.Part: [LifecycleRule.Step]] = [:]
        for part in LifecycleRule.Part.allCases {
            guard let member = actions.member(part.rawValue) else { continue }
            steps[part] = try Self.steps(member, part, home)
        }
        guard !steps.isEmpty else { throw actions.fault("a rule needs an action") }
        let filters = try definition.required("filters")
        try filters.only(["prefixMatch", "blobTypes", "blobIndexMatch"])
        let kinds = try filters.required("blobTypes").kinds([("blockBlob", .block), ("appendBlob", .append)])
        guard !kinds.contains(.append) || steps.values.allSatisfy({ $0.allSatisfy { $0.action == .delete } }) else {
            throw filters.fault("append blobs can only be deleted; name blockBlob alone in blobTypes to set tiers")
        }
        let tags =
            try filters.member("blobIndexMatch").map { member throws(StorageFault) in try Self.tags(member) } ?? []
        var shown = reader.value.withoutNulls.object ?? [:]
        for key in shown.keys where key.lowercased() == "enabled" || key.lowercased() == "type" { shown[key] = nil }
        shown["enabled"] = .bool(isEnabled)
        shown["type"] = "Lifecycle"
        return LifecycleRule(
            name: name,
            isEnabled: isEnabled,
            kinds: kinds,
            prefixes: try filters.member("prefixMatch")?.prefixes() ?? [],
            tags: tags,
            steps: steps,
            warmsWhenRead: try actions.member("baseBlob")?.member("enableAutoTierToHotFromCool")?.bool() ?? false,
            shown: .object(shown)
        )
    }
    /// The actions on one part, and whether the account can do them.
    private static func steps(
        _ reader: PolicyReader,
        _ part: LifecycleRule.Part,
        _ home: TierHome?
    ) throws(StorageFault) -> [LifecycleRule.Step] {
        let known = LifecycleRule.Action.allCases.map(\.rawValue) + ["tierToHot"]
        try reader.only(known + (part == .base ? ["enableAutoTierToHotFromCool"] : []))
        if let hot = reader.member("tierToHot") {
            throw hot.fault("this action can only be used with premium block blob accounts, whose tiers are not built")
        }
        var steps: [LifecycleRule.Step] = []
        for action in LifecycleRule.Action.allCases {
            guard let member = reader.member(action.rawValue) else { continue }
            if let home, let tier = action.tier { try tier.check(for: .block, account: home) }
            steps.append(LifecycleRule.Step(action: action, days: try days(member, action, part)))
        }
        guard !steps.isEmpty else { throw reader.fault("\(part.rawValue) needs an action") }
        let warms = try reader.member("enableAutoTierToHotFromCool")?.bool() ?? false
        let coolsByAccess = steps.contains { $0.action == .tierToCool && $0.days[.lastAccess] != nil }
        guard !warms || coolsByAccess else {
            throw reader.fault(
                "enableAutoTierToHotFromCool needs tierToCool with daysAfterLastAccessTimeGreaterThan"
            )
        }
        return steps
    }
    /// One age, and for the archive also how long the last change of tier must be past.
    private static func days(
        _ reader: PolicyReader,
        _ action: LifecycleRule.Action,
        _ part: LifecycleRule.Part
    ) throws(StorageFault) -> [LifecycleRule.Basis: Int64] {
        try reader.only(LifecycleRule.Basis.allCases.map(\.rawValue))
        var days: [LifecycleRule.Basis: Int64] = [:]
        for basis in LifecycleRule.Basis.allCases {
            guard let member = reader.member(basis.rawValue) else { continue }
            guard part == .base || basis == .creation || basis == .tierChange else {
                throw member.fault("\(part.rawValue) actions go by daysAfterCreationGreaterThan")
            }
            guard basis != .tierChange || action == .tierToArchive else {
                throw member.fault("it is for tierToArchive only")
            }
            days[basis] = try member.whole(in: daysAllowed)
        }
        guard days.keys.count(where: { $0 != .tierChange }) == 1 else {
            throw reader.fault("exactly one of the ages by modification, creation or last access is needed")
        }
        return days
    }
    private static func tags(_ reader: PolicyReader) throws(StorageFault) -> [Metadata.Item] {
        var tags: [Metadata.Item] = []
        for element in try reader.elements(0...10) {
            try element.only(["name", "op", "value"])
            _ = try element.required("op").choice(["=="])
            let name = try element.required("name").string()
            let value = try element.required("value").string()
            guard !name.isEmpty, name.utf8.count <= BlobTags.nameMax, value.utf8.count <= BlobTags.valueMax else {
                throw element.fault("a tag's name has 1 to 128 characters, its value at most 256")
            }
            tags.append(Metadata.Item(name: name, value: value))
        }
        return tags
    }
}

extension LifecycleRule {
    /// Whether it goes by when blobs were last used.
    fileprivate var asksForAccess: Bool {
        warmsWhenRead || steps.values.contains { $0.contains { $0.days[.lastAccess] != nil } }
    }
}
