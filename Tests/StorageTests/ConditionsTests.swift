// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

struct ConditionsTests {
    static let changed = Timestamp(microseconds: 1_893_456_000_500_000)
    static let before = "Mon, 31 Dec 2029 23:59:59 GMT"
    static let same = "Tue, 01 Jan 2030 00:00:00 GMT"
    static let current = Conditions.Current(etag: "\"0x8D1\"", lastModified: changed)

    func outcome(
        _ headers: [(String, String)],
        _ purpose: Conditions.Purpose,
        exists: Bool = true
    ) -> String {
        let origin = purpose == .copySource ? Conditions.Origin.source : .target
        let fault = Fixture.fault {
            let fields = try Fixture.head(.get, "/", headers).headers
            try Conditions(fields, of: origin).check(exists ? Self.current : nil, for: purpose)
        }
        return fault?.line ?? "passes"
    }

    @Test(arguments: [
        ("If-Match", "\"0x8D1\"", "passes", "passes"), ("If-Match", "0x8D1", "passes", "passes"),
        ("If-Match", "*", "passes", "passes"), ("If-Match", "\"0x8D2\"", "412 ConditionNotMet", "412 ConditionNotMet"),
        ("If-None-Match", "\"0x8D1\"", "304 ConditionNotMet", "412 ConditionNotMet"),
        ("If-None-Match", "W/\"0x8D1\"", "304 ConditionNotMet", "412 ConditionNotMet"),
        ("If-None-Match", "\"0x8D2\"", "passes", "passes"),
        ("If-None-Match", "*", "400 UnsatisfiableCondition", "412 ConditionNotMet"),
        ("If-Modified-Since", before, "passes", "passes"),
        ("If-Modified-Since", same, "304 ConditionNotMet", "412 ConditionNotMet"),
        ("If-Unmodified-Since", same, "passes", "passes"),
        ("If-Unmodified-Since", before, "412 ConditionNotMet", "412 ConditionNotMet"),
        ("If-Modified-Since", "yesterday", "400 InvalidHeaderValue", "400 InvalidHeaderValue"),
        ("If-Match", "", "passes", "passes"),
    ])
    func `one condition on what exists`(_ name: String, _ value: String, _ read: String, _ write: String) {
        #expect(outcome([(name, value)], .read) == read)
        #expect(outcome([(name, value)], .write) == write)
    }

    @Test func `a condition on what does not exist`() {
        #expect(outcome([("If-None-Match", "*")], .create, exists: false) == "passes")
        #expect(outcome([("If-None-Match", "x")], .write, exists: false) == "passes")
        #expect(outcome([("If-Match", "*")], .write, exists: false) == "412 ConditionNotMet")
        #expect(outcome([("If-Match", "\"0x8D1\"")], .create, exists: false) == "412 ConditionNotMet")
        #expect(outcome([("If-Modified-Since", Self.same)], .write, exists: false) == "passes")
        #expect(outcome([("If-Modified-Since", Self.same)], .create, exists: false) == "412 ConditionNotMet")
        #expect(outcome([("If-Unmodified-Since", Self.before)], .write, exists: false) == "passes")
        #expect(outcome([("If-Match", "x")], .read, exists: false) == "passes")
    }

    @Test func `only if new answers that the blob exists`() {
        #expect(outcome([("If-None-Match", "*")], .create) == "409 BlobAlreadyExists")
        #expect(outcome([("If-None-Match", "*")], .copyTarget) == "409 BlobAlreadyExists")
        #expect(outcome([("If-None-Match", "\"0x8D1\"")], .create) == "412 ConditionNotMet")
    }

    @Test func `a copy tells which side's condition failed`() {
        #expect(outcome([("If-Match", "x")], .copyTarget) == "412 TargetConditionNotMet")
        #expect(outcome([("x-ms-source-if-match", "x")], .copySource) == "412 SourceConditionNotMet")
        #expect(outcome([("x-ms-source-if-none-match", "\"0x8D1\"")], .copySource) == "412 SourceConditionNotMet")
        #expect(outcome([("x-ms-source-if-modified-since", Self.same)], .copySource) == "412 SourceConditionNotMet")
        #expect(outcome([("x-ms-source-if-unmodified-since", Self.same)], .copySource) == "passes")
        #expect(outcome([("If-Match", "x")], .copySource) == "passes")
        #expect(outcome([("If-Match", "x")], .incrementTarget) == "412 TargetConditionNotMet")
        #expect(outcome([("If-None-Match", "\"0x8D1\"")], .incrementTarget) == "412 ConditionNotMet")
        #expect(outcome([("If-Modified-Since", Self.same)], .incrementTarget) == "412 ConditionNotMet")
        #expect(outcome([("If-Unmodified-Since", Self.before)], .incrementTarget) == "412 ConditionNotMet")
    }

    @Test func `reads combine conditions`() {
        let matches = ("If-Match", "\"0x8D1\"")
        let isSame = ("If-None-Match", "\"0x8D1\"")
        #expect(outcome([matches, ("If-Modified-Since", Self.before)], .read) == "passes")
        #expect(outcome([matches, ("If-Modified-Since", Self.same)], .read) == "304 ConditionNotMet")
        #expect(outcome([isSame, ("If-Modified-Since", Self.before)], .read) == "passes")
        #expect(outcome([isSame, ("If-Modified-Since", Self.same)], .read) == "304 ConditionNotMet")
        #expect(outcome([matches, ("If-Unmodified-Since", Self.before)], .read) == "412 ConditionNotMet")
        #expect(outcome([("If-None-Match", "\"a\", \"0x8D1\"")], .read) == "304 ConditionNotMet")
    }

    @Test func `writes take the pairs of the standard, where the tag decides, and no others`() {
        let none = ("If-None-Match", "\"0x8D2\"")
        #expect(outcome([none, ("If-Modified-Since", Self.same)], .write) == "passes")
        #expect(outcome([("If-Match", "\"0x8D1\""), ("If-Unmodified-Since", Self.before)], .write) == "passes")
        let refused = "400 MultipleConditionHeadersNotSupported"
        #expect(outcome([("If-Match", "\"0x8D1\""), none], .write) == refused)
        #expect(outcome([("If-Match", "\"0x8D1\""), ("If-Modified-Since", Self.before)], .write) == refused)
        #expect(outcome([("If-Match", "\"a\", \"0x8D1\"")], .write) == refused)
    }
}
