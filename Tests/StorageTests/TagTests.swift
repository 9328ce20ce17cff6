// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Storage
import Testing

struct TagTests {
    static func tags(_ items: [(String, String)]) throws -> BlobTags {
        try BlobTags(checking: items.map { Metadata.Item(name: $0.0, value: $0.1) })
    }
    static func fault(_ items: [(String, String)]) -> String? { Fixture.fault { _ = try tags(items) }?.line }

    @Test func `tags are kept in the order of their names, told apart by case`() throws {
        let tags = try Self.tags([("b", "2"), ("a", "1"), ("B", "3")])
        #expect(tags.items.map(\.name) == ["B", "a", "b"])
        #expect(tags["b"] == "2" && tags["B"] == "3" && tags["c"] == nil)
    }
    @Test func `tags have limits`() {
        #expect(Self.fault((0..<10).map { ("t\($0)", "") }) == nil)
        #expect(Self.fault((0..<11).map { ("t\($0)", "") }) == "400 TagsTooLarge")
        let (name, value) = (String(repeating: "n", count: 128), String(repeating: "v", count: 256))
        #expect(Self.fault([(name, value)]) == nil)
        #expect(Self.fault([(name + "n", "")]) == "400 TagsTooLarge")
        #expect(Self.fault([("n", value + "v")]) == "400 TagsTooLarge")
        #expect(Self.fault([("", "x")]) == "400 EmptyTagName")
        #expect(Self.fault([("a", "1"), ("a", "2")]) == "400 DuplicateTagNames")
        #expect(Self.fault([("+-./:=_ 9", "+-./:=_ aZ")]) == nil)
        for sign in ["'", "\"", "@", "é", ",", "\n"] { #expect(Self.fault([("a", sign)]) == "400 InvalidTag") }
        #expect(Self.fault([("a'b", "1")]) == "400 InvalidTag")
    }
    @Test func `the header is a query string`() throws {
        let head = try Fixture.head(.put, "/c/b", [("x-ms-tags", "tag2=%2B-.%2F%3A%3D_&tag+1=first%20tag&e=")])
        #expect(try BlobTags(head) == Self.tags([("tag2", "+-./:=_"), ("tag 1", "first tag"), ("e", "")]))
        #expect(try BlobTags(try Fixture.head(.put, "/c/b", [])) == nil)
        for text in ["alone", "a=%G1", "a=1&b"] {
            let bad = try Fixture.head(.put, "/c/b", [("x-ms-tags", text)])
            #expect(Fixture.fault { _ = try BlobTags(bad) }?.line == "400 InvalidHeaderValue")
        }
    }
    @Test func `the body is read and written`() throws {
        let tags = try Self.tags([("a", "1"), ("b c", "")])
        let text = String(decoding: try tags.body(), as: UTF8.self)
        #expect(
            text.hasSuffix(
                "<Tags><TagSet><Tag><Key>a</Key><Value>1</Value></Tag><Tag><Key>b c</Key><Value></Value></Tag></TagSet></Tags>"
            ) || text.contains("<Key>b c</Key><Value />")
        )
        #expect(try BlobTags(body: try tags.body()) == tags)
        #expect(try BlobTags(body: Array("<Tags><TagSet/></Tags>".utf8)) == .none)
        for text in ["<Tags/>", "<Tags><TagSet><Tag><Key>a</Key></Tag></TagSet></Tags>"] {
            #expect(Fixture.fault { _ = try BlobTags(body: Array(text.utf8)) }?.line == "400 MissingRequiredXmlNode")
        }
        for text in ["", "<Tags><TagSet>", "<Tag/>", "<Tags><TagSet><Other/></TagSet></Tags>"] {
            #expect(Fixture.fault { _ = try BlobTags(body: Array(text.utf8)) }?.line == "400 InvalidXmlDocument")
        }
    }

    static func holds(_ text: String, _ tags: [(String, String)]) throws -> Bool {
        let head = try Fixture.head(.put, "/c/b", [("x-ms-if-tags", text)])
        return try TagExpression(head)?.holds(for: try Self.tags(tags)) ?? true
    }
    @Test(arguments: [
        (#""a"='1'"#, true), (#"a = '1'"#, true), (#""a"='2'"#, false), (#""a"<>'2'"#, true), (#""a"<>'1'"#, false),
        (#""b">'05'"#, true), (#""b">='10'"#, true), (#""b">'10'"#, false), (#""b"<'9'"#, true),
        (#""b"<='10'"#, true), (#""none"='1'"#, false), (#""none"<>'1'"#, false),
        (#""a"='1' AND "b"='10'"#, true), (#""a"='1' and "b"='11'"#, false), (#""a"='2' OR "b"='10'"#, true),
        (#""a"='1' OR "b"='11' AND "b"='12'"#, true), (#"("a"='1' OR "b"='11') AND "b"='12'"#, false),
        (#""c d"='it''s'"#, false), (#""A"='1'"#, false),
    ])
    func `a condition is evaluated`(_ text: String, _ expected: Bool) throws {
        #expect(try Self.holds(text, [("a", "1"), ("b", "10"), ("c d", "x")]) == expected)
    }
    @Test(arguments: [
        "a", "a=", "a='1", "\"a='1'", "a='1' AND", "AND a='1'", "a='1' b='2'", "(a='1'", "a='1')", "='1'", "'a'='1'",
        "a=='1'", "a!='1'", "@container='c'", "a=1", "\"\"='1'", "a='1' XOR b='2'",
        String(repeating: "(", count: 9) + "a='1'" + String(repeating: ")", count: 9),
        Array(repeating: "a='1'", count: 33).joined(separator: " OR "),
    ])
    func `what is no condition is a wrong header`(_ text: String) throws {
        let head = try Fixture.head(.put, "/c/b", [("x-ms-if-tags", text)])
        #expect(Fixture.fault { _ = try TagExpression(head) }?.line == "400 InvalidHeaderValue")
    }

    static func query(_ text: String) throws -> TagQuery {
        try TagQuery(try QueryItems("where=" + text.percentEscaped))
    }
    @Test func `a search names tags and perhaps a container`() throws {
        let query = try Self.query(#"@container = 'videos' AND "rank" >= '010' and rank < '100' AND "st at" = 'x'"#)
        #expect(query.container == "videos")
        #expect(query.comparisons.map(\.relation) == [.greaterOrEqual, .less, .equal])
        #expect(query.leading == "st at")
        #expect(query.names == ["rank", "st at"])
        #expect(query.comparisons(on: "rank").count == 2)
        #expect(query.holds(for: try Self.tags([("rank", "05"), ("st at", "x")])))
        #expect(!query.holds(for: try Self.tags([("rank", "1"), ("st at", "y")])))
        #expect(try Self.query("a > '1'").leading == "a")
    }
    @Test(arguments: [
        "", "@container='c'", "a<>'1'", "a='1' OR b='2'", "(a='1')", "a>'1' AND a>='2'", "a<'1' AND a<='2'",
        "@container='c' AND @container='d' AND a='1'", "@container>'c' AND a='1'", "@other='c' AND a='1'", "a='1' AND",
    ])
    func `what is no search is a wrong parameter`(_ text: String) {
        #expect(Fixture.fault { _ = try Self.query(text) }?.line == "400 InvalidQueryParameterValue")
    }
    @Test func `a search without an expression lacks a parameter`() throws {
        let query = try QueryItems("comp=blobs")
        #expect(Fixture.fault { _ = try TagQuery(query) }?.line == "400 MissingRequiredQueryParameter")
    }
}

extension String {
    /// For a query.
    fileprivate var percentEscaped: String {
        utf8.map { byte in
            let digits = String(byte, radix: 16)
            return "%" + (digits.count == 1 ? "0" : "") + digits
        }.joined()
    }
}
