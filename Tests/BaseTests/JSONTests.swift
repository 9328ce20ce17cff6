// SPDX-License-Identifier: Apache-2.0
import Base
import Testing

@Suite struct JSONTests {
    private func parse(_ text: String) throws -> JSON { try JSON(parsing: Array(text.utf8)) }
    private func text(_ json: JSON) -> String { String(decoding: json.bytes, as: UTF8.self) }

    @Test func `the canonical text sorts members, has no white space and escapes what it must`() throws {
        let json = try parse(#" { "b" : [ 1 , -2.5, true, null ], "a" : "\u0041\"\\\n\u0001é😀/" , "C": {} } "#)
        #expect(text(json) == #"{"C":{},"a":"A\"\\\u000a\u0001é😀/","b":[1,-2.5,true,null]}"#)
        #expect(try parse(text(json)) == json)
    }

    @Test(arguments: [
        "9223372036854775807", "-9223372036854775808", "0", "-1", "true", "false", "null", "\"\"", "[]", "{}",
        "[[[]]]", "0.5", "1e+300", "\"\u{7F}\u{2028}\"",
    ])
    func `the canonical text of a value is read back as that value`(source: String) throws {
        let json = try parse(source)
        #expect(try parse(text(json)) == json)
    }

    @Test func `numbers keep what they are`() throws {
        #expect(try parse("12") == .integer(12))
        #expect(try parse("1.5") == .number(1.5))
        #expect(try parse("9223372036854775808") == .number(9_223_372_036_854_775_808))
        #expect(try parse("true") == .bool(true))
        #expect(try parse("1").bool == nil)
    }

    @Test func `a body may nest so deep and no deeper`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try parse(nested(JSON.depthMax)) }
        #expect(throws: JSONError.self) { try parse(nested(JSON.depthMax + 1)) }
        #expect(throws: JSONError.self) { try parse(String(repeating: "{\"a\":", count: 100_000)) }
        // Brackets inside texts do not count.
        #expect(try parse("[\"\(String(repeating: "[\\\"{", count: 500))\"]").array?.count == 1)
    }

    @Test func `of a name given twice one value is taken, and it is one that was given`() throws {
        let value = try parse(#"{"a":1,"a":2}"#)["a"]?.integer
        #expect(value == 1 || value == 2)
    }

    @Test func `members are found in any case, the exact spelling first`() throws {
        let json = try parse(#"{"Location":"here","location":"there","none":null}"#)
        #expect(json["location"] == "there")
        #expect(json["Location"] == "here")
        #expect(["here", "there"].contains(json["LOCATION"]?.string))
        #expect(json["none"] == nil)
        #expect(json["absent"] == nil)
        #expect(JSON.string("x")["y"] == nil)
        #expect(text(json.withoutNulls) == #"{"Location":"here","location":"there"}"#)
    }

    @Test(arguments: ["", " ", "{", "{\"a\"}", "nul", "'a'", "\"\\x\"", "[1] 2", "\u{0}", "\"a"])
    func `what is not JSON is refused`(source: String) { #expect(throws: JSONError.self) { try parse(source) } }

    @Test func `a byte-order mark is passed over and broken UTF-8 is not`() throws {
        #expect(try JSON(parsing: [0xEF, 0xBB, 0xBF] + Array("{}".utf8)) == [:])
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0xFE, 0x22]) }
    }

    @Test func `a secret shows in no text and no encoding`() {
        let secret = Secret(text: "hunter2")
        for shown in ["\(secret)", String(reflecting: secret), "\(Mirror(reflecting: secret).children.count)"] {
            #expect(!shown.contains("hunter2"))
        }
        #expect(secret.matches(Array("hunter2".utf8)))
        #expect(!secret.matches(Array("hunter".utf8)))
        #expect(!secret.matches(Array("hunter3".utf8)))
    }
}
