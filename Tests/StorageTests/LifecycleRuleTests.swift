// SPDX-License-Identifier: Apache-2.0
import Base
import Storage
import Testing

/// Rules of lifecycle policies as tables: what is read, what is refused, what is due.
@Suite struct LifecycleRuleTests {
    private static let home = TierHome(kind: "StorageV2", sku: "Standard_LRS")
    private static let day: Int64 = 24 * 3600
    private static let now = Timestamp(seconds: 2_000 * day)

    static func rule(
        _ actions: JSON,
        filters: JSON = ["blobTypes": ["blockBlob"]],
        name: String = "r1",
        enabled: Bool? = nil
    ) -> JSON {
        var rule: [String: JSON] = [
            "name": .string(name), "type": "Lifecycle", "definition": ["actions": actions, "filters": filters],
        ]
        if let enabled { rule["enabled"] = .bool(enabled) }
        return .object(rule)
    }
    private static func read(_ rules: JSON, tracks: Bool = true, _ home: TierHome = home) throws -> LifecyclePolicy {
        try LifecyclePolicy(["rules": rules], home: home, tracksAccess: tracks)
    }
    private static let deleting: JSON = ["baseBlob": ["delete": ["daysAfterModificationGreaterThan": 30]]]
    private static let cooling: JSON = ["baseBlob": ["tierToCool": ["daysAfterModificationGreaterThan": 30]]]

    @Test(
        arguments: [
            [], "text", [["name": "x"]], [rule([:])], [rule(["baseBlob": [:]])],
            [rule(deleting, name: "with space")], [rule(deleting, name: "")], [rule(deleting), rule(deleting)],
            [rule(["baseBlob": ["delete": [:]]])],
            [rule(["baseBlob": ["delete": ["daysAfterModificationGreaterThan": -1]]])],
            [rule(["baseBlob": ["delete": ["daysAfterModificationGreaterThan": .number(1.5)]]])],
            [rule(["baseBlob": ["delete": ["daysAfterModificationGreaterThan": "7"]]])],
            [
                rule([
                    "baseBlob": ["delete": ["daysAfterModificationGreaterThan": 7, "daysAfterCreationGreaterThan": 7]]
                ])
            ],
            [rule(["baseBlob": ["delete": ["daysAfterLastTierChangeGreaterThan": 7]]])],
            [
                rule([
                    "baseBlob": [
                        "tierToCool": [
                            "daysAfterModificationGreaterThan": 7, "daysAfterLastTierChangeGreaterThan": 7,
                        ]
                    ]
                ])
            ],
            [rule(["baseBlob": ["tierToHot": ["daysAfterModificationGreaterThan": 7]]])],
            [rule(["baseBlob": ["freeze": ["daysAfterModificationGreaterThan": 7]]])],
            [rule(["snapshot": ["delete": ["daysAfterModificationGreaterThan": 7]]])],
            [rule(["snapshot": ["enableAutoTierToHotFromCool": true, "delete": ["daysAfterCreationGreaterThan": 7]]])],
            [
                rule([
                    "baseBlob": [
                        "enableAutoTierToHotFromCool": true, "tierToCool": ["daysAfterModificationGreaterThan": 7],
                    ]
                ])
            ],
            [rule(deleting, filters: [:])], [rule(deleting, filters: ["blobTypes": []])],
            [rule(deleting, filters: ["blobTypes": ["pageBlob"]])],
            [rule(cooling, filters: ["blobTypes": ["blockBlob", "appendBlob"]])],
            [rule(deleting, filters: ["blobTypes": ["blockBlob"], "prefixMatch": "docs"])],
            [rule(deleting, filters: ["blobTypes": ["blockBlob"], "prefixMatch": [""]])],
            [
                rule(
                    deleting,
                    filters: [
                        "blobTypes": ["blockBlob"],
                        "prefixMatch": [
                            "a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "k",
                        ],
                    ]
                )
            ],
            [
                rule(
                    deleting,
                    filters: ["blobTypes": ["blockBlob"], "blobIndexMatch": [["name": "a", "op": ">", "value": "1"]]]
                )
            ],
            [rule(deleting, filters: ["blobTypes": ["blockBlob"], "suffixMatch": ["x"]])],
            .array((0...100).map { rule(deleting, name: "r\($0)") }),
        ] as [JSON]
    )
    func `a policy that is not one is refused by the place of its fault`(_ rules: JSON) {
        let fault = #expect(throws: StorageFault.self) { try Self.read(rules) }
        #expect(fault?.status == 400 && fault?.code == "InvalidRequestPropertyValue")
        #expect(fault?.message.contains("properties.policy") == true)
    }

    @Test func `rules by last access need its tracking, and tiers an account that has them`() throws {
        let rules: JSON = [Self.rule(["baseBlob": ["delete": ["daysAfterLastAccessTimeGreaterThan": 30]]])]
        #expect(try Self.read(rules).rules.count == 1)
        let fault = #expect(throws: StorageFault.self) { try Self.read(rules, tracks: false) }
        #expect(fault?.code == "MissingLastAccessTimeBasedTrackingPolicy")
        let premium = TierHome(kind: "BlockBlobStorage", sku: "Premium_LRS")
        let other = #expect(throws: StorageFault.self) { try Self.read([Self.rule(Self.cooling)], premium) }
        #expect(other?.code == "BlobAccessTierNotSupportedForAccountType")
        #expect(try Self.read([Self.rule(Self.deleting)], premium).rules.count == 1)
    }

    @Test func `what is shown is what was sent, with what is the rule where nothing was said`() throws {
        let policy = try Self.read([
            Self.rule(["baseBlob": ["delete": ["daysAfterModificationGreaterThan": .number(30)]]])
        ])
        let shown = try #require(policy.rules.first?.shown)
        #expect(shown["enabled"] == true && shown["type"] == "Lifecycle")
        #expect(try LifecyclePolicy(stored: [shown]) == policy)
    }

    private static func subject(
        _ part: LifecycleRule.Part = .base,
        _ kind: BlobEntry.Kind = .block,
        path: String = "docs/a",
        age: Int64 = 40,
        tier: AccessTier? = .hot
    ) -> LifecycleSubject {
        let time = Timestamp(seconds: now.seconds - age * day)
        var subject = LifecycleSubject(part: part, kind: kind, path: path, created: time, modified: time)
        subject.tier = tier
        return subject
    }
    private static func due(_ actions: JSON, _ subject: LifecycleSubject, filters: JSON? = nil, enabled: Bool? = nil)
        throws
        -> LifecycleRule.Action?
    {
        let rule = rule(actions, filters: filters ?? ["blobTypes": ["blockBlob"]], enabled: enabled)
        let since = Timestamp(seconds: now.seconds - 10 * day)
        return try read([rule]).due(subject, since: since, at: now)
    }

    @Test(arguments: [
        (AccessTier.hot, Int64(31), LifecycleRule.Action?.some(.tierToCool)), (.hot, 30, nil), (.cool, 31, nil),
        (.hot, 61, .tierToCold), (.cool, 61, .tierToCold), (.cold, 61, nil), (.hot, 91, .tierToArchive),
        (.cold, 91, .tierToArchive), (.archive, 91, nil), (.archive, 366, .delete), (.hot, 366, .delete),
        (.smart, 91, nil), (.smart, 366, .delete),
    ])
    func `of what is due the cheapest is done, and tiers only get cooler`(
        _ tier: AccessTier,
        _ age: Int64,
        _ expected: LifecycleRule.Action?
    ) throws {
        let actions: JSON = [
            "baseBlob": [
                "tierToCool": ["daysAfterModificationGreaterThan": 30],
                "tierToCold": ["daysAfterModificationGreaterThan": 60],
                "tierToArchive": ["daysAfterModificationGreaterThan": 90],
                "delete": ["daysAfterModificationGreaterThan": 365],
            ]
        ]
        #expect(try Self.due(actions, Self.subject(age: age, tier: tier)) == expected)
    }

    @Test func `rules mean what their filters say and nothing else`() throws {
        let any = Self.subject()
        #expect(try Self.due(Self.deleting, any) == .delete)
        #expect(try Self.due(Self.deleting, any, enabled: false) == nil)
        #expect(try Self.due(Self.deleting, Self.subject(.base, .append)) == nil)
        #expect(try Self.due(Self.deleting, Self.subject(.snapshot)) == nil)
        #expect(try Self.due(Self.deleting, Self.subject(.version)) == nil)
        for (prefix, means) in [("docs", true), ("docs/a", true), ("doc", true), ("docs/b", false), ("Docs/a", false)] {
            let filters: JSON = ["blobTypes": ["blockBlob"], "prefixMatch": ["x/y", .string(prefix)]]
            #expect(try (Self.due(Self.deleting, any, filters: filters) == .delete) == means, "\(prefix)")
        }
        let filters: JSON = [
            "blobTypes": ["blockBlob"], "blobIndexMatch": [["name": "a", "op": "==", "value": "1"]],
        ]
        #expect(try Self.due(Self.deleting, any, filters: filters) == nil)
        var tagged = any
        tagged.tags = BlobTags(known: [Metadata.Item(name: "a", value: "1")])
        #expect(try Self.due(Self.deleting, tagged, filters: filters) == .delete)
        tagged.tags = BlobTags(known: [Metadata.Item(name: "a", value: "2")])
        #expect(try Self.due(Self.deleting, tagged, filters: filters) == nil)
    }

    @Test func `ages are counted from what the rule names`() throws {
        var subject = Self.subject(age: 100)
        let byAccess: JSON = ["baseBlob": ["delete": ["daysAfterLastAccessTimeGreaterThan": 20]]]
        // Never used: since the policy, ten days ago.
        #expect(try Self.due(byAccess, subject) == nil)
        subject.lastAccess = Timestamp(seconds: Self.now.seconds - 21 * Self.day)
        #expect(try Self.due(byAccess, subject) == .delete)
        subject.modified = Timestamp(seconds: Self.now.seconds - Self.day)
        #expect(try Self.due(Self.deleting, subject) == nil)
        #expect(try Self.due(["baseBlob": ["delete": ["daysAfterCreationGreaterThan": 99]]], subject) == .delete)
        let archiving: JSON = [
            "baseBlob": [
                "tierToArchive": [
                    "daysAfterCreationGreaterThan": 50, "daysAfterLastTierChangeGreaterThan": 7,
                ]
            ]
        ]
        #expect(try Self.due(archiving, subject) == .tierToArchive)
        subject.tierChanged = Timestamp(seconds: Self.now.seconds - 3 * Self.day)
        #expect(try Self.due(archiving, subject) == nil)
    }

    @Test(
        arguments: [
            ([[]], [""]), ([["docs"]], [""]), ([["doc"]], [""]), ([["docs/"]], [""]), ([["logs"], ["docs2/a"]], []),
            ([["docs/b", "docs/a"], ["docs/ab", "x/y"]], ["a", "b"]), ([["docs/a"], []], [""]),
        ] as [([[String]], [String])]
    )
    func `a run looks only where a prefix may lead`(_ sets: [[String]], _ expected: [String]) {
        #expect(PathPrefixes.merged(sets, in: "docs") == expected)
    }
}
