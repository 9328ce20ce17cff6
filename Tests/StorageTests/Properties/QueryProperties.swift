// SPDX-License-Identifier: Apache-2.0
import Storage

extension ParserProperty {
    private static let forms: [(String, QueryForm)] = {
        var odd = DelimitedForm()
        odd.column = Array("::".utf8)
        odd.record = Array("|\n".utf8)
        odd.quote = UInt8(ascii: "'")
        odd.escape = UInt8(ascii: "\\")
        return [
            ("delimited text", .plain), ("delimited text with headers", .headed),
            ("delimited text of odd marks", .delimited(odd)),
        ]
    }()
    private static let lineTokens = ["\"", "\"\"", ",", "\n", "\r\n", "\"\n\"", "\\", "'", "::", "|\n", "|", ":"]

    static let queries: [ParserProperty] =
        [
            ParserProperty(
                "Query Blob Contents",
                [
                    String(decoding: QueryJourneyTests.query, as: UTF8.self),
                    String(decoding: QueryJourneyTests.body("SELECT * FROM BlobStorage"), as: UTF8.self),
                ],
                tokens: [
                    "<", ">", "&lt;", "</Expression>", "<Format>", "<Type>json</Type>", "<EscapeChar>\\</EscapeChar>",
                    "<FieldQuote/>", "SELECT ", "(", "'",
                ]
            ) { bytes, _ in _ = try QueryRequest(bytes) }
        ]
        + forms.map { name, form in
            // What is read comes out so that it reads the same, however it came in.
            ParserProperty(
                name,
                ["a,b\r\n\"x,\"\"y\"\"\nz\",2\n,\nlast,", "a::'b::c'|\n1::'it\\'s'"],
                tokens: lineTokens
            ) { bytes, generator in
                let whole = try QueryOutcome("SELECT * FROM BlobStorage", over: bytes, from: form)
                let pieces = 1 + generator.upTo(9)
                let again = try QueryOutcome("SELECT * FROM BlobStorage", over: bytes, from: form, pieces: pieces)
                try require(whole == again, "pieces of \(pieces) bytes read otherwise")
                try require(whole.total == Int64(bytes.count), "an answer without its end")
                guard whole.failures.isEmpty else { return }
                try require(whole.progress.last?.scanned == Int64(bytes.count), "some bytes are not read")
                let plain = try QueryOutcome("SELECT * FROM BlobStorage", over: bytes, from: form, to: .lines)
                let copy = try QueryOutcome("SELECT * FROM BlobStorage", over: whole.data, from: form, to: .lines)
                try require(plain == copy || plain.data == copy.data, "written and read again it is another text")
            }
        } + [
            ParserProperty(
                "JSON records",
                [
                    #"{"a": 1, "b": {"c": [true, "x\"]}"]}} {"a":2}"#, #"[{"a":1},{"a":[]}]"#,
                    #"{"a":"é\n\ud83d\ude00"}"#,
                ],
                tokens: ["{", "}", "[", "]", "\"", "\\", "\\ud800", ",", ":", "null", "1e400", "\n", "{}", "-"]
            ) { bytes, generator in
                let whole = try QueryOutcome("SELECT * FROM BlobStorage", over: bytes, from: .lines)
                let pieces = 1 + generator.upTo(9)
                let again = try QueryOutcome("SELECT * FROM BlobStorage", over: bytes, from: .lines, pieces: pieces)
                try require(whole == again, "pieces of \(pieces) bytes read otherwise")
                try require(whole.total == Int64(bytes.count), "an answer without its end")
                let copy = try QueryOutcome("SELECT * FROM BlobStorage", over: whole.data, from: .lines)
                try require(copy.data == whole.data && copy.failures.isEmpty, "what is written is not JSON")
            },
            ParserProperty("Avro", ["x"], tokens: ["y"]) { bytes, generator in
                let schema = String(decoding: bytes.prefix(100), as: UTF8.self)
                let numbers = (0..<20).map { _ in Int64(bitPattern: generator.next() >> UInt64(generator.upTo(64))) }
                var avro = AvroWriter(schema: schema, sync: generator.bytes(16))
                for number in numbers {
                    avro.record(2) { out in
                        AvroWriter.write(number, to: &out)
                        AvroWriter.write(-number, to: &out)
                    }
                    if generator.upTo(3) == 0 { avro.endBlock() }
                }
                avro.record(0) { AvroWriter.write(bytes, to: &$0) }
                avro.endBlock()
                let file = avro.take()
                let outcome = try QueryOutcome(file)
                try require(
                    outcome.data == bytes && outcome.progress.map(\.scanned) == numbers,
                    "records come back as others"
                )
            },
        ]
}
