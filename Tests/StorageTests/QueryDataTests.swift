// SPDX-License-Identifier: Apache-2.0
import Storage
import Testing

/// Reading of delimited text and JSON, and how results are written.
struct QueryDataTests {
    static let pieces = [1, 2, 3, 7, 1 << 20]

    @Test(arguments: pieces) func `delimited text is read however it comes in`(_ pieces: Int) throws {
        let data = "a,b\r\n\"x,\"\"y\"\"\nz\",2\n,\nlast,"
        let outcome = try QueryOutcome("SELECT * FROM BlobStorage", data, pieces: pieces)
        #expect(outcome.text == "a,b\n\"x,\"\"y\"\"\nz\",2\n,\nlast,\n")
        #expect(outcome.failures == [] && outcome.total == Int64(data.utf8.count))
        #expect(outcome.progress.last?.scanned == Int64(data.utf8.count))
        let swapped = try QueryOutcome("SELECT _2, _1 FROM BlobStorage", data, to: .lines, pieces: pieces)
        #expect(
            swapped.text == """
                {"_2":"b","_1":"a"}
                {"_2":"2","_1":"x,\\"y\\"\\nz"}
                {"_2":"","_1":""}
                {"_2":"","_1":"last"}

                """
        )
    }
    @Test(arguments: pieces) func `separators, quotes and escapes are the client's own`(_ pieces: Int) throws {
        var form = DelimitedForm()
        form.column = Array("::".utf8)
        form.record = Array("|\n".utf8)
        form.quote = UInt8(ascii: "'")
        form.escape = UInt8(ascii: "\\")
        let data = "a:b::'c::d'::e\\::f|\n1::2|3::'it\\'s'|\n"
        let read = try QueryOutcome(
            "SELECT * FROM BlobStorage",
            data,
            from: .delimited(form),
            to: .lines,
            pieces: pieces
        )
        #expect(
            read.text == """
                {"_1":"a:b","_2":"c::d","_3":"e::f"}
                {"_1":"1","_2":"2|3","_3":"it's"}

                """
        )
        let same = try QueryOutcome("SELECT * FROM BlobStorage", data, from: .delimited(form), pieces: pieces)
        let again = try QueryOutcome("SELECT * FROM BlobStorage", same.text, from: .delimited(form), to: .lines)
        #expect(again.text == read.text)
    }
    @Test func `headers name columns and may be written`() throws {
        let data = "Name,\"Full Size\",x\nfish,12,\nbird,7,1\n"
        func run(_ text: String, _ output: QueryForm = .plain) throws -> QueryOutcome {
            try QueryOutcome("SELECT \(text)", data, from: .headed, to: output)
        }
        #expect(try run("name FROM BlobStorage WHERE \"Full Size\" > 10").text == "fish\n")
        #expect(try run("* FROM BlobStorage").text == "fish,12,\nbird,7,1\n")
        #expect(try run("* FROM BlobStorage", .headed).text == "Name,Full Size,x\nfish,12,\nbird,7,1\n")
        #expect(try run("NAME AS n, _2 FROM BlobStorage", .headed).text == "n,_2\nfish,12\nbird,7\n")
        #expect(
            try run("* FROM BlobStorage LIMIT 1", .lines).text == #"{"Name":"fish","Full Size":"12","x":""}"# + "\n"
        )
        #expect(try run("* FROM BlobStorage WHERE FALSE", .headed).text == "Name,Full Size,x\n")
        #expect(try run("s.name FROM BlobStorage s LIMIT 1").text == "fish\n")
        for missing in ["\"name\"", "size"] {
            let outcome = try run("\(missing) FROM BlobStorage")
            #expect(outcome.failures.map(\.name) == ["InvalidColumnName"] && outcome.text == "")
        }
    }
    @Test func `a row with too few fields is passed over only where they are asked for`() throws {
        let data = "1,2\n3\n4,5\n"
        let all = try QueryOutcome("SELECT * FROM BlobStorage", data)
        #expect(all.text == data && all.failures == [])
        let second = try QueryOutcome("SELECT _2 FROM BlobStorage", data)
        #expect(second.text == "2\n5\n")
        #expect(second.failures.map(\.name) == ["InvalidColumnOrdinal"] && second.failures.map(\.position) == [4])
    }
    @Test func `what the SDKs' tests expect of faults is told`() throws {
        // @azure/storage-blob, "query should work with fatal error event" and "… non fatal error event".
        let fatal = try QueryOutcome(
            "select * from BlobStorage",
            "100,200,300,400\n150,250\n",
            from: .lines,
            to: .plain
        )
        #expect(fatal.text == "\n")
        let wanted = "Unexpected token ',' at [byte: 3]. Expecting tokens '{', or '['."
        #expect(
            fatal.failures.first
                == QueryOutcome.Failure(isFatal: true, name: "ParseError", description: wanted, position: 0)
        )
        let data = "100,hello,300,400\n150,250,350,450\n"
        let other = try QueryOutcome("select _2 from BlobStorage where _2 > 100", data)
        #expect(other.text == "250\n")
        let conversion = QueryOutcome.Failure(
            isFatal: false,
            name: "InvalidTypeConversion",
            description: "Invalid type conversion.",
            position: 0
        )
        #expect(other.failures == [conversion])
        #expect(other.chunks.count == 1)
    }

    @Test(arguments: pieces) func `JSON is read however it comes in`(_ pieces: Int) throws {
        let data = #"{"a": 1, "b": {"c": [true, "x\"]}"]}} {"a":2}"# + "\n[]" + #"{"b":{"c":[null]},"A":1.50}"#
        let outcome = try QueryOutcome("SELECT a, b.c[1] AS d, b FROM BlobStorage", data, from: .lines, pieces: pieces)
        #expect(outcome.failures == [])
        #expect(
            outcome.text == """
                {"a":1,"d":"x\\"]}","b":{"c":[true,"x\\"]}"]}}
                {"a":2}
                {"a":1.5,"b":{"c":[null]}}

                """
        )
    }
    @Test(arguments: pieces) func `an array around all records is read element by element`(_ pieces: Int) throws {
        let data = #" [ {"a":1}, {"a":2} , {"a":[3]} ] "#
        let outcome = try QueryOutcome("SELECT a FROM BlobStorage", data, from: .lines, to: .plain, pieces: pieces)
        #expect(outcome.text == "1\n2\n[3]\n" && outcome.failures == [])
        for wrong in [
            "[{},", "[{}", "[{} {}]", "[,{}]", "[{},]", "]", "{]", "{\"a\":}", "{\"a\":01}", "{\"a\":1e}", "\"a", "tru",
            "{\"a\"}",
        ] {
            let outcome = try QueryOutcome("SELECT a FROM BlobStorage", wrong, from: .lines, pieces: pieces)
            #expect(outcome.failures.map(\.name) == ["ParseError"], "\(wrong)")
            #expect(outcome.total == Int64(wrong.utf8.count))
        }
    }
    @Test func `a table's path finds rows within records`() throws {
        let data = """
            {"id":1,"tags":["wireless","accessory"],"dimensions":{"length":3},
            "warehouses":[{"latitude":41.8,"longitude":-87.6},{"latitude":1}]}
            """
        func run(_ text: String) throws -> String {
            let outcome = try QueryOutcome("SELECT \(text)", data, from: .lines)
            #expect(outcome.failures == [])
            return outcome.text
        }
        #expect(try run("latitude FROM BlobStorage[*].warehouses[*]") == "{\"latitude\":41.8}\n{\"latitude\":1}\n")
        #expect(try run("length FROM BlobStorage[*].dimensions") == "{\"length\":3}\n")
        #expect(
            try run("warehouses[0].longitude,id,tags[1] FROM BlobStorage[*]")
                == "{\"longitude\":-87.6,\"id\":1,\"tags\":\"accessory\"}\n"
        )
        #expect(try run("* FROM BlobStorage[*].tags[*]") == "{\"_1\":\"wireless\"}\n{\"_1\":\"accessory\"}\n")
        #expect(try run("* FROM BlobStorage[*].nothing[*]") == "")
        #expect(
            try run("id IS MISSING AS i, ID IS NULL AS n, x IS MISSING AS x FROM BlobStorage")
                == "{\"i\":false,\"n\":false,\"x\":true}\n"
        )
        #expect(try run("\"ID\" FROM BlobStorage") == "{}\n")
    }

    @Test func `records that are too large end the query`() throws {
        let long = String(repeating: "x", count: (1 << 20) + 10)
        for (data, form) in [
            ("1\n\(long)\n2\n", QueryForm.plain), ("1\n\"\(long)", .plain), ("{}{\"a\":\"\(long)\"}", .lines),
            ("{}{\"a\":\"\(long)", .lines), ("{}" + String(repeating: "[", count: 100), .lines),
            ("{}{\"a\":[" + String(repeating: "1,", count: 150_000) + "1]}", .lines),
        ] {
            let outcome = try QueryOutcome("SELECT COUNT(*) FROM BlobStorage", data, from: form, pieces: 60_000)
            #expect(outcome.failures.count == 1 && outcome.failures.first?.isFatal == true)
            #expect(["RecordTooLarge", "ParseError"].contains(outcome.failures.first?.name))
            #expect(outcome.text == "")
        }
        let wide = Array(repeating: "_1", count: 49).joined(separator: ",")
        let field = String(repeating: "\"\"", count: 60_000)
        let outcome = try QueryOutcome("SELECT \(wide) FROM BlobStorage", "\"\(field)\"\n")
        #expect(outcome.failures.map(\.name) == ["RecordTooLarge"] && outcome.text == "")
    }
    @Test func `an unclosed quote is told at the data's end`() throws {
        let outcome = try QueryOutcome("SELECT * FROM BlobStorage", "a\n\"b,c\nd")
        #expect(outcome.text == "a\n")
        #expect(outcome.failures.map(\.name) == ["ParseError"] && outcome.failures.map(\.position) == [2])
    }
    @Test func `a limit ends the reading`() throws {
        let data = String(repeating: "1,2\n", count: 100_000)
        let outcome = try QueryOutcome("SELECT _1 FROM BlobStorage LIMIT 3;", data)
        #expect(outcome.text == "1\n1\n1\n" && outcome.total == 400_000)
        #expect(outcome.progress.last?.scanned == 12)
        #expect(try QueryOutcome("SELECT _1 FROM BlobStorage LIMIT 0", data).text == "")
    }
    @Test func `long answers go out in batches of whole records, with progress`() throws {
        let data = String(repeating: "0123456789,abcdefghij\n", count: 400_000)
        let outcome = try QueryOutcome("SELECT * FROM BlobStorage", data, pieces: 1 << 18)
        #expect(outcome.data == Array(data.utf8))
        #expect(outcome.chunks.count > 20)
        #expect(outcome.chunks.allSatisfy { $0.last == 10 && $0.count < 300 << 10 })
        #expect(outcome.progress.count == 3)
    }
    @Test func `errors of every record are told, a batch at a time`() throws {
        let data = String(repeating: "x\n", count: 5_000)
        let outcome = try QueryOutcome("SELECT * FROM BlobStorage WHERE _1 > 1", data)
        #expect(outcome.failures.count == 5_000 && outcome.text == "")
        #expect(outcome.failures.last?.position == 9_998)
    }
    @Test func `sys.split gives parts that end with records`() throws {
        let line = String(repeating: "x", count: 999) + "\n"
        let data = Array(String(repeating: line, count: 25_000).utf8)
        let outcome = try QueryOutcome("SELECT sys.split(10485760)FROM BlobStorage", over: data)
        let parts = outcome.text.split(separator: "\n").compactMap { Int($0) }
        #expect(parts == [10_486_000, 10_486_000, 4_028_000])
        #expect(parts.reduce(0, +) == data.count)
    }
}
