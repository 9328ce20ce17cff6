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

    @Test func `of a name given twice the last value counts`() throws {
        #expect(try parse(#"{"a":1,"b":0,"a":{"c":2}}"#) == ["a": ["c": 2], "b": 0])
        // Names are compared as what they say, not as they are written.
        #expect(try parse(#"{"a":1,"\u0061":2}"#) == ["a": 2])
        #expect(try parse(#"{"a":1,"a":null}"#)["a"] == nil)
    }

    @Test func `a text may be so long and no longer`() {
        let text = [UInt8](repeating: 0x20, count: JSON.sizeBytesMax - 1)
        #expect(throws: Never.self) { try JSON(parsing: text + [0x31]) }
        #expect(throws: JSONError.self) { try JSON(parsing: text + [0x31, 0x31]) }
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

    @Test(arguments: [
        "", " ", "nul", "nulll", "True", "NaN", "Infinity", "-Infinity", "undefined", "'a'", "a", "\u{0}", "[1] 2",
        "1 1",
        "{} {}", "\u{A0}1", "\u{B}1", "1\u{C}", "// a\n1", "/* a */ 1", "1 # a",
    ])
    func `what is no value, or more than one, is refused`(source: String) {
        #expect(throws: JSONError.self) { try parse(source) }
    }
    @Test(arguments: [
        "[", "]", "[1", "[1,", "[1,]", "[,1]", "[,]", "[1 2]", "[1,,2]", "[1;2]", "[1}", "{", "}", "{]", #"{"a"}"#,
        #"{"a":}"#, #"{"a":1,}"#, #"{,"a":1}"#, #"{"a" 1}"#, #"{"a"::1}"#, #"{"a":1 "b":2}"#, #"{"a":1,,"b":2}"#,
        "{a:1}", "{'a':1}", "{1:1}", "{null:1}", #"{"a":1"#, #"{"a":1]"#, #"{"a":1,"b"}"#,
    ])
    func `a list or an object that is not written as one is refused`(source: String) {
        #expect(throws: JSONError.self) { try parse(source) }
    }
    @Test(arguments: [
        "01", "-01", "00", "-", "+1", ".5", "-.5", "1.", "1.e1", "1e", "1e+", "1E-", "0x10", "1_000", "- 1", "1.5.2",
        "--1", "1e1.5", "0e", "1e400", "-1e400", "\u{661}",
    ])
    func `what is no number, or none that a double holds, is refused`(source: String) {
        #expect(throws: JSONError.self) { try parse(source) }
        #expect(throws: JSONError.self) { try parse("[\(source)]") }
    }
    @Test(arguments: [
        #"""#, #""a"#, #""\"#, #""\""#, #""\x""#, #""\'""#, #""\U0041""#, #""\u""#, #""\u004""#, #""\u00g1""#,
        #""\u+041""#, #""\u 041""#, "\"\t\"", "\"\n\"", "\"\u{0}\"", "\"\u{1F}\"", #""\ud800""#, #""\udc00""#,
        #""\ud800a""#, #""\ud800\n""#, #""\ud800\ud800""#, #""\ud800\u0041""#, #""\udc00\ud800""#, #""\ud83d\""#,
    ])
    func `what is no text is refused, a lone surrogate among it`(source: String) {
        #expect(throws: JSONError.self) { try parse(source) }
        #expect(throws: JSONError.self) { try parse("{\(source):1}") }
    }
    @Test func `text that is not UTF-8 is refused`() {
        let broken: [[UInt8]] = [
            [0xFF], [0xC3], [0xC0, 0x80], [0xED, 0xA0, 0x80], [0xE2, 0x82], [0xF4, 0x90, 0x80, 0x80], [0x80],
        ]
        for bytes in broken { #expect(throws: JSONError.self) { try JSON(parsing: [0x22] + bytes + [0x22]) } }
    }

    @Test(arguments: [
        (#""\u00e9""#, "é"), (#""\uD83D\uDE00""#, "😀"), (#""\ud83d\ude00!""#, "😀!"),
        (#""\b\f\n\r\t\/\\\"""#, "\u{8}\u{C}\n\r\t/\\\""),
        (#""\u0000""#, "\u{0}"), (#""\uFFFF""#, "\u{FFFF}"), ("\"\u{7F}\"", "\u{7F}"), (#""a\u0062c""#, "abc"),
    ])
    func `texts say what their escapes say`(source: String, said: String) throws {
        #expect(try parse(source) == .string(said))
    }
    @Test(arguments: [
        ("-0", JSON.integer(0)), ("1.0", .integer(1)), ("1e2", .integer(100)), ("1E+2", .integer(100)),
        ("0.0", .integer(0)), ("1e-2", .number(0.01)), ("1e-400", .integer(0)),
        ("-9223372036854775809", .number(-9_223_372_036_854_775_808)), ("1e308", .number(1e308)),
        ("123456789012345678901234567890", .number(1.2345678901234568e29)),
    ])
    func `numbers of any size and form are read`(source: String, value: JSON) throws {
        #expect(try parse(source) == value)
        #expect(try parse(" [ \(source)\t,\r\n\(source) ] ") == [value, value])
    }

    @Test func `a byte-order mark is passed over and broken UTF-8 is not`() throws {
        #expect(try JSON(parsing: [0xEF, 0xBB, 0xBF] + Array("{}".utf8)) == [:])
        #expect(throws: JSONError.self) { try JSON(parsing: [0x22, 0xFF, 0xFE, 0x22]) }
        #expect(throws: JSONError.self) { try JSON(parsing: [0xEF, 0xBB] + Array("{}".utf8)) }
        #expect(throws: JSONError.self) { try JSON(parsing: Array("{}".utf8) + [0xEF, 0xBB, 0xBF]) }
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
