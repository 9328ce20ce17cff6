// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Storage
import Testing

@Suite struct EDMValueTests {
    @Test(
        arguments: [
            ("2008-07-10T00:00:00Z", "2008-07-10T00:00:00Z"),
            ("2008-07-10T00:00:00", "2008-07-10T00:00:00Z"),
            ("2013-08-22T01:12:06.2608595Z", "2013-08-22T01:12:06.2608595Z"),
            ("2013-08-22T01:12:06.26Z", "2013-08-22T01:12:06.26Z"),
            ("2013-08-22T01:12:06.26085951Z", "2013-08-22T01:12:06.2608595Z"),
            ("2013-08-22T01:12:06.5+01:00", "2013-08-22T00:12:06.5Z"),
            ("1601-01-01T00:00:00Z", "1601-01-01T00:00:00Z"),
            ("1601-01-01T00:00:00.0000001Z", "1601-01-01T00:00:00.0000001Z"),
            ("9999-12-31T23:59:59.9999999Z", "9999-12-31T23:59:59.9999999Z"),
        ]
    )
    func `a moment keeps seven decimals and shows those it needs`(sent: String, shown: String) throws {
        #expect(try #require(EDMDateTime(sent)).text == shown)
    }
    @Test(arguments: [
        "", "now", "1600-12-31T23:59:59Z", "2008-13-10T00:00:00Z", "2008-07-10T25:00:00Z", "2008-07-10T00:00:00.Z",
    ])
    func `what is no moment of the service is refused`(text: String) { #expect(EDMDateTime(text) == nil) }

    @Test func `keys sort by UTF-16 units and come back whole`() {
        let texts = ["", "a", "a\u{1}", "ab", "b", "é", "\u{D7FF}", "\u{10000}", "\u{1F600}", "\u{E000}", "\u{FFFD}"]
        for (index, text) in texts.enumerated() {
            #expect(OrdinalText.text(OrdinalText.bytes(text)) == text)
            for other in texts[(index + 1)...] {
                #expect(OrdinalText.precedes(text, other) && !OrdinalText.precedes(other, text), "\(text) \(other)")
                #expect(OrdinalText.bytes(text).lexicographicallyPrecedes(OrdinalText.bytes(other)))
            }
        }
    }
    @Test func `numbers compare by value whatever their type, and exactly`() {
        let big: Int64 = 9_007_199_254_740_993
        #expect(EDMValue.int32(5).compared(to: .int64(5)) == .equal)
        #expect(EDMValue.int64(big).compared(to: .double(9_007_199_254_740_992)) == .greater)
        #expect(EDMValue.double(9_007_199_254_740_992).compared(to: .int64(big)) == .less)
        #expect(EDMValue.int64(.max).compared(to: .double(0x1p63)) == .less)
        #expect(EDMValue.int64(.min).compared(to: .double(-0x1p63)) == .equal)
        #expect(EDMValue.int32(-1).compared(to: .double(-0.5)) == .less)
        #expect(EDMValue.double(-0.5).compared(to: .int32(-1)) == .greater)
        #expect(EDMValue.double(.nan).compared(to: .double(.nan)) == nil)
        #expect(EDMValue.double(.infinity).compared(to: .int64(.max)) == .greater)
        #expect(EDMValue.string("5").compared(to: .int32(5)) == nil)
    }

    @Test(
        arguments: [
            (#"{"p":1}"#, EDMValue.int32(1)), (#"{"p":1.0}"#, .double(1)), (#"{"p":3000000000}"#, .double(3e9)),
            (#"{"p":-2147483648}"#, .int32(.min)), (#"{"p":true}"#, .boolean(true)), (#"{"p":"x"}"#, .string("x")),
            (#"{"p@odata.type":"Edm.Int64","p":"9223372036854775807"}"#, .int64(.max)),
            (#"{"p":"-1","p@odata.type":"Edm.Int64"}"#, .int64(-1)),
            (#"{"p@odata.type":"Edm.Int64","p":5}"#, .int64(5)),
            (#"{"p@odata.type":"Edm.Double","p":"Infinity"}"#, .double(.infinity)),
            (#"{"p@odata.type":"Edm.Double","p":"-INF"}"#, .double(-.infinity)),
            (#"{"p@odata.type":"Edm.Double","p":2}"#, .double(2)),
            (#"{"p@odata.type":"Edm.Binary","p":"AAH/"}"#, .binary([0, 1, 255])),
            (#"{"p@odata.type":"Edm.Boolean","p":"False"}"#, .boolean(false)),
            (#"{"p@odata.type":"Edm.String","p":"😀\ud83d\ude00\n"}"#, .string("😀😀\n")),
        ]
    )
    func `a property's type is the annotated one, or the one its text tells`(body: String, value: EDMValue) throws {
        let read = try EntityProperties(body: Array(body.utf8))
        #expect(read.properties == [EntityProperty(name: "p", value: value)])
    }
    @Test func `a guid is read in either case`() throws {
        let body = #"{"p@odata.type":"Edm.Guid","p":"C9DA6455-213D-42C9-9A79-3E9149A57833"}"#
        let read = try EntityProperties(body: Array(body.utf8))
        let id = try #require(UUID(uuidString: "c9da6455-213d-42c9-9a79-3e9149a57833"))
        #expect(read.properties == [EntityProperty(name: "p", value: .guid(id))])
    }
    @Test(
        arguments: [
            ("", "InvalidInput"), ("[]", "InvalidInput"), (#"{"p":{}}"#, "InvalidInput"),
            (#"{"p":[1]}"#, "InvalidInput"),
            (#"{"p":01}"#, "InvalidInput"), (#"{"p":1}x"#, "InvalidInput"), (#"{"p":"\ud83d"}"#, "InvalidInput"),
            (#"{"p":1,"p":2}"#, "DuplicatePropertiesSpecified"), (#"{"a b":1}"#, "PropertyNameInvalid"),
            (#"{"1a":1}"#, "PropertyNameInvalid"), (#"{"p@odata.type":"Edm.Byte","p":1}"#, "InvalidInput"),
            (#"{"p@odata.type":"Edm.Int32","p":"2147483648"}"#, "InvalidInput"),
            (#"{"p@odata.type":"Edm.Guid","p":"x"}"#, "InvalidInput"), (#"{"PartitionKey":5}"#, "InvalidInput"),
            (#"{"p@odata.type":"Edm.Binary","p":"?"}"#, "InvalidInput"),
        ]
    )
    func `a body that is no entity is refused`(body: String, code: String) {
        let fault = #expect(throws: StorageFault.self) { try EntityProperties(body: Array(body.utf8)) }
        #expect(fault?.code == code, "\(body)")
    }
    @Test func `null is no value, and what the service adds is passed over`() throws {
        let body = #"{"odata.etag":"x","PartitionKey":"a","RowKey":"b","Timestamp":"x","p":null,"q":1}"#
        let read = try EntityProperties(body: Array(body.utf8))
        #expect(read.partition == "a" && read.row == "b")
        #expect(read.properties == [EntityProperty(name: "q", value: .int32(1))])
    }
    @Test func `an entity has 252 properties, texts of 32 Ki units and one mebibyte`() throws {
        func body(_ count: Int, _ length: Int) -> [UInt8] {
            let text = String(repeating: "x", count: length)
            return Array(("{" + (0..<count).map { "\"p\($0)\":\"\(text)\"" }.joined(separator: ",") + "}").utf8)
        }
        #expect(try EntityProperties(body: body(252, 1)).properties.count == 252)
        #expect(throws: StorageFault.tooManyProperties) { try EntityProperties(body: body(253, 1)) }
        #expect(throws: StorageFault.propertyValueTooLarge) { try EntityProperties(body: body(1, 32_769)) }
        let key = EntityKey(partition: "a", row: "b")
        let fits = try EntityProperties(body: body(15, 32_768)).properties
        try EntityProperties.check(key, fits)
        let large = try EntityProperties(body: body(16, 32_768)).properties
        #expect(throws: StorageFault.entityTooLarge) { try EntityProperties.check(key, large) }
    }
    @Test(arguments: [("W/\"datetime'2020-09-17T15%3A20%3A51.6131373Z'\"", true), ("W/\"other\"", false)])
    func `a tag is read back as the time it was made of`(header: String, isTime: Bool) throws {
        let condition = try EntityTagText.condition(header)
        let time = try #require(EDMDateTime("2020-09-17T15:20:51.6131373Z"))
        #expect(condition == (isTime ? .time(time) : .never))
        #expect(!isTime || EntityTagText.text(time) == header)
        #expect(try EntityTagText.condition("*") == .any)
        #expect(throws: StorageFault.self) { try EntityTagText.condition("none") }
    }
}
