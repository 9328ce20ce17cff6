// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Storage
import Store
import Testing

@Suite struct TableFilterTests {
    private static let guid = "c9da6455-213d-42c9-9a79-3e9149a57833"
    private static let entity: [String: EDMValue] = [
        "PartitionKey": .string("p"), "RowKey": .string("it's"), "Age": .int32(23), "Big": .int64(1 << 40),
        "Ratio": .double(1.5), "Nan": .double(.nan), "Yes": .boolean(true), "No": .boolean(false),
        "Id": .guid(UUID(uuidString: guid) ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))),
        "Raw": .binary([1, 2, 255]), "When": .dateTime(EDMDateTime(ticks: 0)),
    ]

    @Test(
        arguments: [
            ("PartitionKey eq 'p'", true), ("RowKey eq 'it''s'", true), ("Age gt 22 and Age lt 24", true),
            ("Age eq 23L", true), ("Big gt 1099511627775L", true), ("Big eq 1099511627776", true),
            ("Ratio eq 1.5", true),
            ("Ratio ge 1", true), ("Age lt 23.5", true), ("Age ne 23", false), ("Missing ne 1", false),
            ("not (Missing eq 1)", true), ("not Missing eq 1", true), ("Age eq '23'", false), ("Age ne '23'", false),
            ("Yes", true), ("No", false), ("not No", true), ("Yes eq true", true), ("No ne true", true),
            ("Id eq guid'\(guid)'", true), ("Raw eq X'0102FF'", true), ("Raw lt binary'0103'", true),
            ("When eq datetime'1970-01-01T00:00:00Z'", true), ("When lt datetime'1970-01-01T00:00:00.0000001Z'", true),
            ("Nan eq 1.0", false), ("Nan ne 1.0", true), ("Nan lt 1.0", false), ("true", true), ("false", false),
            ("Age eq 1 or Age eq 2 or Age eq 23", true), ("Age eq 1 or Age eq 23 and Yes eq false", false),
            ("(Age eq 1 or Age eq 23) and Yes", true), ("Age gt -5", true), ("Ratio lt 1e3", true),
            ("  Age   eq\t23  ", true), ("Ratio lt Infinity", true), ("Ratio gt -Infinity", true),
        ]
    )
    func `a filter fits what it says`(text: String, fits: Bool) throws {
        let filter = try #require(try TableFilterParser.parse(text))
        #expect(filter.matches { Self.entity[$0] } == fits, "\(filter)")
    }
    @Test(
        arguments: [
            "Age eq", "eq 5", "Age eq 5 5", "(Age eq 5", "Age eq 5)", "Age eq 'x", "Age is 5", "Age eq Big",
            "Age eq 5x", "Age eq 99999999999999999999L", "Age eq guid'x'", "Age eq X'0'", "Age == 5", "5 eq Age",
            "Age eq datetime'x'", "not", "()",
        ]
    )
    func `a filter that makes no sense is refused`(text: String) {
        let fault = #expect(throws: StorageFault.self) { try TableFilterParser.parse(text) }
        #expect(fault?.status == 400)
    }
    @Test func `functions answer 501, and depth and number are bounded`() throws {
        let function = #expect(throws: StorageFault.self) { try TableFilterParser.parse("startswith(RowKey, 'a')") }
        #expect(function?.status == 501)
        let deep = String(repeating: "(", count: 5000) + "A eq 1" + String(repeating: ")", count: 5000)
        #expect(throws: StorageFault.self) { try TableFilterParser.parse(deep) }
        #expect(throws: StorageFault.self) { try TableFilterParser.parse(String(repeating: "not ", count: 5000) + "A") }
        let wide = (0..<300).map { "A eq \($0)" }.joined(separator: " or ")
        #expect(throws: StorageFault.self) { try TableFilterParser.parse(wide) }
        #expect(try TableFilterParser.parse("  ") == nil)
    }

    // MARK: Plans

    private let prefix = Key("t")
    private func plan(_ text: String) throws -> [KeyRange] {
        TablePlan(try TableFilterParser.parse(text), under: prefix).ranges
    }
    private func key(_ partition: String, _ row: String? = nil) -> Key {
        let key = prefix.appending(OrdinalText.bytes(partition))
        return row.map { key.appending(OrdinalText.bytes($0)) } ?? key
    }

    @Test func `a point is one key, and a partition is one range`() throws {
        let point = key("a", "b")
        #expect(try plan("PartitionKey eq 'a' and RowKey eq 'b'") == [KeyRange(from: point, to: point.next)])
        #expect(try plan("PartitionKey eq 'a' and Age gt 5") == [KeyRange(from: key("a"), to: key("a").afterChildren)])
        #expect(
            try plan("PartitionKey eq 'a' and RowKey ge 'b' and RowKey lt 'd'")
                == [KeyRange(from: point, to: key("a", "d"))]
        )
        #expect(try plan("RowKey eq 'b'") == [prefix.children])
        #expect(try plan("Age eq 5") == [prefix.children])
        #expect(try plan("") == [prefix.children])
    }
    @Test func `alternatives are ranges of their own, contradictions are none`() throws {
        let points = try plan("PartitionKey eq 'a' and RowKey eq 'x' or PartitionKey eq 'c' and RowKey eq 'y'")
        #expect(points == [key("a", "x"), key("c", "y")].map { KeyRange(from: $0, to: $0.next) })
        #expect(try plan("PartitionKey eq 'a' and PartitionKey eq 'b'").isEmpty)
        #expect(try plan("PartitionKey gt 'b' and PartitionKey lt 'b'").isEmpty)
        #expect(try plan("PartitionKey eq 5").isEmpty)
        #expect(try plan("false and PartitionKey eq 'a'").isEmpty)
        #expect(try plan("PartitionKey ne 'b'").count == 2)
        let negated = try plan("not (PartitionKey lt 'b' or PartitionKey gt 'b')")
        #expect(negated == [KeyRange(from: key("b"), to: key("b").afterChildren)])
        #expect(try plan("PartitionKey lt 'b' or PartitionKey ge 'a'") == [prefix.children])
    }
    @Test func `a signature's range cuts the plan`() throws {
        let window = TablePlan.window(from: ("b", "m"), to: ("d", nil), under: prefix)
        let all = TablePlan(nil, under: prefix, window: window)
        #expect(all.ranges == [KeyRange(from: key("b", "m"), to: key("d").afterChildren)])
        let filter = try TableFilterParser.parse("PartitionKey eq 'a'")
        #expect(TablePlan(filter, under: prefix, window: window).ranges.isEmpty)
    }

    // MARK: Random cases

    /// Filters of one run, each against 49 entities; `LAZULI_CASES` asks for more.
    private let cases = ProcessInfo.processInfo.environment["LAZULI_CASES"].flatMap { Int($0) } ?? 200

    /// Planned and filtered must come to what filtering everything comes to.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `what a plan leaves out does not fit, in random tables`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        for _ in 0..<cases {
            let filter = chance.filter(depth: 4)
            let read = try TableFilterParser.parse(Chance.text(filter))
            #expect(read == filter, "\(Chance.text(filter))")
            let ranges = TablePlan(filter, under: prefix).ranges
            #expect(zip(ranges, ranges.dropFirst()).allSatisfy { $0.to < $1.from })
            for partition in Chance.keys {
                for row in Chance.keys {
                    let entity: [String: EDMValue] = [
                        "PartitionKey": .string(partition), "RowKey": .string(row), "N": .int32(Int32(chance.below(5))),
                    ]
                    let isPlanned = ranges.contains { $0.contains(key(partition, row)) }
                    if !isPlanned, filter.matches({ entity[$0] }) {
                        Issue.record("\(Chance.text(filter)) leaves out \(partition)/\(row)")
                    }
                }
            }
        }
    }
    /// Filters over keys alone whose partitions are points must be planned exactly.
    @Test(arguments: 1...4 as ClosedRange<UInt64>)
    func `conditions on rows of one partition are planned exactly`(seed: UInt64) throws {
        var chance = Chance(state: seed)
        for _ in 0..<cases {
            let filter = TableFilter.and(
                .compare("PartitionKey", .equal, .string("b")),
                chance.filter(depth: 3, names: ["RowKey"])
            )
            let ranges = TablePlan(filter, under: prefix).ranges
            for row in Chance.keys {
                let fits = filter.matches { $0 == "PartitionKey" ? .string("b") : $0 == "RowKey" ? .string(row) : nil }
                if ranges.contains(where: { $0.contains(key("b", row)) }) != fits {
                    Issue.record("\(Chance.text(filter)) \(row)")
                }
            }
        }
    }
}

/// Random filters by a seed (SplitMix64).
private struct Chance {
    var state: UInt64
    static let keys = ["", "a", "a'b", "b", "c", "\u{10000}", "\u{FFFD}"]

    mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
    mutating func filter(depth: Int, names: [String] = ["PartitionKey", "RowKey", "N"]) -> TableFilter {
        switch depth == 0 ? 9 : below(10) {
        case 0, 1: return .and(filter(depth: depth - 1, names: names), filter(depth: depth - 1, names: names))
        case 2, 3: return .or(filter(depth: depth - 1, names: names), filter(depth: depth - 1, names: names))
        case 4: return .not(filter(depth: depth - 1, names: names))
        case 5: return .constant(below(2) == 0)
        default:
            let name = names[below(names.count)]
            let comparison = TableFilter.Comparison.allCases[below(6)]
            let isKey = name != "N"
            return .compare(
                name,
                comparison,
                isKey && below(20) > 0 ? .string(Self.keys[below(Self.keys.count)]) : .int32(Int32(below(5)))
            )
        }
    }
    static func text(_ filter: TableFilter) -> String {
        switch filter {
        case .and(let a, let b): return "(\(text(a)) and \(text(b)))"
        case .or(let a, let b): return "(\(text(a)) or \(text(b)))"
        case .not(let inner): return "not (\(text(inner)))"
        case .constant(let truth): return "\(truth)"
        case .property(let name): return name
        case .compare(let name, let comparison, let value):
            switch value {
            case .string(let text): return "\(name) \(comparison.rawValue) '\(text.replacing("'", with: "''"))'"
            case .int32(let number): return "\(name) \(comparison.rawValue) \(number)"
            default: return ""
            }
        }
    }
}
