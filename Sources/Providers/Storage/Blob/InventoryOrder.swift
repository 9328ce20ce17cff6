// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// Where a run of an inventory policy stands, as a saga's state.
struct InventoryOrder {
    /// What is written next of a rule's report.
    enum Part: String {
        /// Lines of the report.
        case lines
        case manifest
        case checksum
    }
    let account: UUID
    /// The account's ARM id.
    let resource: ResourceID
    /// The rules that are still to be run; the first is at hand.
    var rules: [String]
    /// When the run began: part of the names of all it writes.
    let began: Timestamp
    /// When the policy was set that the run is of: once there is another one, the run ends.
    ///
    /// Nil in runs of early releases.
    var policy: Timestamp?
    var part = Part.lines
    var walk = AccountWalk()
    /// Whether the walk is at its end.
    var isAtEnd = false
    /// The list of the report's pieces; nil before the first.
    var list: UUID?
    var pieces = 0
    /// Bytes of the report so far.
    var length: Int64 = 0
    /// What the report lists, and how long that is in all.
    var objects: Int64 = 0
    var objectBytes: Int64 = 0
    /// The MD5 of the manifest.
    var digest: String?
    /// States whose records do not open.
    var unreadable: Int64 = 0

    init(account: UUID, resource: ResourceID, rules: [String], at began: Timestamp) {
        self.account = account
        self.resource = resource
        self.rules = rules
        self.began = began
    }
    init?(_ state: JSON) {
        guard let account = state.uuid("account"), let resource = state["resource"]?.string,
            let began = state["began"]?.integer
        else { return nil }
        self.init(
            account: account,
            resource: ResourceID(resource),
            rules: (state["rules"]?.array ?? []).compactMap(\.string),
            at: Timestamp(microseconds: began)
        )
        policy = state["policy"]?.integer.map { Timestamp(microseconds: $0) }
        part = state["part"]?.string.flatMap(Part.init(rawValue:)) ?? .lines
        walk = AccountWalk(state["walk"] ?? .null)
        isAtEnd = state["end"]?.bool ?? false
        list = state.uuid("list")
        pieces = Int(state["pieces"]?.integer ?? 0)
        length = state["length"]?.integer ?? 0
        objects = state["objects"]?.integer ?? 0
        objectBytes = state["objectBytes"]?.integer ?? 0
        digest = state["digest"]?.string
        unreadable = state["unreadable"]?.integer ?? 0
    }
    var json: JSON {
        var state: [String: JSON] = [
            "account": .string(account.lowercaseText), "resource": .string(resource.text),
            "rules": .array(rules.map { .string($0) }), "began": .integer(began.microseconds),
            "part": .string(part.rawValue), "walk": .object(walk.json), "end": .bool(isAtEnd),
            "pieces": .integer(Int64(pieces)),
            "length": .integer(length), "objects": .integer(objects), "objectBytes": .integer(objectBytes),
            "unreadable": .integer(unreadable),
        ]
        state["policy"] = policy.map { .integer($0.microseconds) }
        state["list"] = list.map { .string($0.lowercaseText) }
        state["digest"] = digest.map { .string($0) }
        return .object(state)
    }
    /// The same run at its next rule.
    var atNextRule: InventoryOrder {
        var next = InventoryOrder(account: account, resource: resource, rules: Array(rules.dropFirst()), at: began)
        next.policy = policy
        return next
    }

    /// The folder of a rule's files: `2026/11/30/08-45-00/rule`.
    func folder(_ rule: String) -> String {
        let text = began.iso8601Seconds
        let day = text.prefix(10).replacing("-", with: "/")
        let time = text.dropFirst(11).prefix(8).replacing(":", with: "-")
        return "\(day)/\(time)/\(rule)"
    }
    /// The name of the file a part becomes.
    func path(_ part: Part, of rule: String) -> String {
        switch part {
        case .lines: "\(folder(rule))/\(rule).csv"
        case .manifest: "\(folder(rule))/\(rule)-manifest.json"
        case .checksum: "\(folder(rule))/\(rule)-manifest.checksum"
        }
    }
    /// What a report is and says ("Azure Storage blob inventory", inventory manifest file).
    func manifest(_ rule: InventoryRule, endpoint: String, at now: Timestamp) -> [UInt8] {
        var definition = rule.shown["definition"]?.object ?? [:]
        for (name, value) in definition { definition[name] = value.string.map { .string($0.lowercased()) } ?? value }
        let manifest: JSON = [
            "destinationContainer": .string(rule.destination), "endpoint": .string(endpoint),
            "files": [["blob": .string(path(.lines, of: rule.name)), "size": .integer(length)]],
            "inventoryStartTime": .string(began.iso8601Seconds), "inventoryCompletionTime": .string(now.iso8601Seconds),
            "ruleDefinition": .object(definition), "ruleName": .string(rule.name),
            "status": unreadable == 0 ? "Succeeded" : "PartiallySucceeded",
            "summary": ["objectCount": .integer(objects), "totalObjectSize": .integer(objectBytes)], "version": "1.0",
        ]
        return manifest.bytes
    }
}
