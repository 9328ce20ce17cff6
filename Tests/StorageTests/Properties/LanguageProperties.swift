// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage

extension ParserProperty {
    /// A request head with one header field of this value.
    static func head(_ name: String, _ value: String, _ more: [String: String] = [:]) throws -> RequestHead {
        var fields = HTTPFields()
        for (name, value) in more { fields[StorageHeader.name(name)] = value }
        // A server hands on no value that HTTP cannot carry.
        fields[StorageHeader.name(name)] = value.filter { $0 != "\r\n" && !$0.isNewline && $0 != "\0" }
        return try RequestHead(method: .get, target: "/c/b", headers: fields)
    }
    /// A query of one item.
    static func query(_ name: String, _ value: String) throws -> QueryItems {
        try QueryItems("\(name)=\(value.percentEncoded())")
    }
    private static let tagTokens = [
        "(", ")", "\"a\"", "'b'", "'", "\"", " AND ", " or ", "=", "<>", ">=", "<", "@container", "''", "a = '1'",
    ]
    static let languages: [ParserProperty] = [
        .text(
            "$filter",
            [
                "PartitionKey eq 'a' and RowKey ge 'b' or not (N gt 5L)", "T eq datetime'2020-01-01T00:00:00Z'",
                "G eq guid'00000000-0000-0000-0000-000000000001' and B ne X'00ff' and D lt 1.5e3 and F eq true",
            ],
            tokens: [
                "(", ")", " and ", " or ", "not ", "'", "''", " eq ", "5L", "1e309", "datetime'", "X'0'", "true",
                "A eq 1",
            ]
        ) { text in
            guard let filter = try TableFilterParser.parse(text) else { return }
            _ = filter.matches { _ in nil }
            _ = filter.matches { _ in .string("a") }
        },
        .text("x-ms-if-tags", ["\"a b\" = 'c' AND d >= '1' OR (e <> 'f')", "a='b'"], tokens: tagTokens) { text in
            guard let condition = try TagExpression(try head("x-ms-if-tags", text)) else { return }
            _ = condition.holds(for: BlobTags(known: []))
        },
        .text("Find Blobs by Tags", ["@container = 'c' AND \"a\" >= 'b' AND \"a\" < 'c'", "a='b'"], tokens: tagTokens) {
            text in
            _ = try TagQuery(try query("where", text))
        },
        .text(
            "SELECT",
            QueryLanguageTests.values.prefix(200).map { "SELECT \($0.0) AS x FROM BlobStorage WHERE \($0.0) LIMIT 5" }
                + [
                    "SELECT * FROM BlobStorage[*].a[*].\"b\"", "SELECT COUNT(*) FROM BlobStorage",
                    "SELECT sys.split(10485760) FROM BlobStorage",
                ],
            tokens: [
                "(", ")", "NOT ", "- ", "CASE ", " WHEN ", " THEN ", " ELSE ", " END ", "CAST(", " AS INT)", "LOWER(",
                ",", "[", "]",
                "[*]", ".", "'", "\"", " AND ", " OR ", " IN (", " LIKE ", " ESCAPE ", " BETWEEN ", " IS MISSING", "_1",
                "*", "/", "%",
                "TRIM(", " FROM ", "EXTRACT(YEAR FROM ", "DATE_ADD('day', ", "9223372036854775807", "1e308", "NULL",
                ";",
            ]
        ) { text in
            let statement = try typed(QuerySyntaxError.self) { try QueryStatement(text) }
            let forms: [(QueryForm, String)] = [
                (.headed, "_1,b\n12,Paris\n"), (.lines, #"{"_1":"12","a":[{"b":1}],"b":null}{"_1":[]}"#),
            ]
            for (form, data) in forms {
                let outcome = try QueryOutcome(statement, over: Array(data.utf8), from: form, to: form, pieces: 7)
                try require(outcome.total == Int64(data.utf8.count), "an answer without its end")
            }
        },
    ]
}
