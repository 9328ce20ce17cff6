// SPDX-License-Identifier: Apache-2.0
import Storage
import Testing

/// The language of Query Blob Contents ("Query acceleration SQL language reference").
struct QueryLanguageTests {
    /// What an expression gives for one record of three fields.
    static let values: [(String, String)] = [
        ("1 + 2 * 3", "7"), ("(1 + 2) * 3", "9"), ("7 / 2", "3"), ("7 % 4", "3"), ("7.0 / 2", "3.5"), ("-_1", "-12"),
        ("_1 + _1", "24"), ("_1 - 0.5", "11.5"), ("10 - 3 - 2", "5"), ("- - 1", "1"), ("1e2", "100.0"),
        ("_1 = 12", "true"), ("_1 <> 12", "false"), ("_1 != 12", "false"), ("_1 < 9", "false"), ("_1 < '9'", "true"),
        ("_1 >= 12.0", "true"), ("'a' < 'b'", "true"), ("TRUE = 'true'", "true"), ("_2 = 'Paris'", "true"),
        ("NULL = NULL", ""), ("NULL IS NULL", "true"), ("_1 IS NOT NULL", "true"), ("NOT NULL", ""),
        ("NULL AND FALSE", "false"), ("NULL OR TRUE", "true"), ("NULL AND TRUE", ""), ("NULL OR FALSE", ""),
        ("NOT 1 = 2 AND 2 = 2", "true"), ("1 = 1 OR 1 = 2 AND 1 = 3", "true"), ("(1 = 1 OR 1 = 2) AND 1 = 3", "false"),
        ("_1 BETWEEN 10 AND 12", "true"), ("_1 NOT BETWEEN 10 AND 12", "false"), ("NULL BETWEEN 1 AND 2", ""),
        ("_2 IN ('Rome', 'Paris')", "true"), ("_1 IN (1, 2)", "false"), ("_1 NOT IN (1, NULL)", ""),
        ("_2 LIKE 'P%s'", "true"), ("_2 LIKE 'p%'", "false"), ("_2 LIKE '_ar_s'", "true"),
        ("_2 NOT LIKE '%z%'", "true"),
        ("'5%' LIKE '5!%' ESCAPE '!'", "true"), ("'5x' LIKE '5!%' ESCAPE '!'", "false"), ("'' LIKE '%'", "true"),
        ("'aXbXc' LIKE 'a%X%c'", "true"), ("'ab' LIKE 'a%b%b'", "false"), ("'aab' LIKE '%a_'", "true"),
        ("LOWER('ÀB')", "àb"), ("UPPER(_2)", "PARIS"), ("CHAR_LENGTH('abcdefg')", "7"), ("CHARACTER_LENGTH('é')", "1"),
        ("SUBSTRING('123456789', 1, 5)", "23456"), ("SUBSTRING(_2 FROM 2)", "ris"),
        ("SUBSTRING(_2 FROM 0 FOR 2)", "Pa"),
        ("SUBSTRING('ab', 9)", ""), ("TRIM('  a ')", "a"),
        ("TRIM(BOTH '123' FROM '1112211Microsoft22211122')", "Microsoft"),
        ("TRIM(LEADING FROM '  a ')", "a "), ("TRIM(TRAILING 'x' FROM 'axx')", "a"), ("COALESCE(NULL, _2)", "Paris"),
        ("NULLIF(_1, 12)", ""), ("NULLIF(_1, 13)", "12"), ("LOWER(NULL)", ""),
        ("CASE WHEN _1 > 10 THEN 'big' ELSE 'small' END", "big"),
        ("CASE _2 WHEN 'Rome' THEN 1 WHEN 'Paris' THEN 2 END", "2"),
        ("CASE WHEN FALSE THEN 1 END", ""), ("CAST('12' AS INT) + 1", "13"), ("CAST(2.9 AS INT)", "2"),
        ("CAST(1 AS FLOAT)", "1.0"), ("CAST(1 AS STRING) = '1'", "true"), ("CAST('FALSE' AS BOOLEAN)", "false"),
        ("CAST('2017-01-02T03:04:05.006Z' AS TIMESTAMP)", "2017-01-02T03:04:05.006Z"),
        ("DATE_ADD('minute', 1, CAST('2017-01-02T03:04:05.006Z' AS TIMESTAMP))", "2017-01-02T03:05:05.006Z"),
        ("DATE_ADD('month', 1, '2020-01-31')", "2020-02-29T00:00:00.000Z"),
        ("DATE_ADD(year, -1, '2020-02-29')", "2019-02-28T00:00:00.000Z"),
        ("DATE_DIFF('hour', '2018-11-09T00:00+05:30', '2018-11-09T01:00:23-08:00')", "14"),
        ("DATE_DIFF('year', '2010-12-31', '2011-01-01')", "0"), ("DATE_DIFF('day', '2020-03-01', '2020-02-28')", "-2"),
        ("DATE_DIFF('month', '2010-01-01T', '2010-05-01T')", "4"), ("EXTRACT(YEAR FROM '2010-01-01T')", "2010"),
        ("EXTRACT(timezone_hour FROM '2010-01-01T00:00+05:30')", "5"),
        ("EXTRACT(TIMEZONE_MINUTE FROM '2010-01-01T00:00+05:30')", "30"),
        ("TO_STRING(CAST('1969-07-20T20:18Z' AS TIMESTAMP), 'MMMM d, y')", "July 20, 1969"),
        (
            "TO_STRING('1999-01-02T15:04:05.678-07:00', 'yy M MM MMM d dd a h hh H HH m mm s ss S SS SSS X XX XXX')",
            "99 1 01 Jan 2 02 PM 3 03 15 15 4 04 5 05 6 67 678 -07 -0700 -07:00"
        ),
        ("TO_TIMESTAMP('2007T')", "2007-01-01T00:00:00.000Z"), ("UTCNOW()", "2027-01-15T08:00:00.000Z"),
        ("TO_TIMESTAMP('2007-01-01') + 1.5", "2007-01-02T12:00:00.000Z"), ("'it''s'", "it's"),
        ("TO_TIMESTAMP('2007-01-01') < '2008'", "true"), ("_3", "a b"),
    ]
    @Test(arguments: values) func `an expression gives what the reference says`(_ text: String, _ wanted: String) throws
    {
        let outcome = try QueryOutcome("SELECT \(text) FROM BlobStorage", "12,Paris,a b\n")
        #expect(outcome.failures == [])
        let shown = wanted.contains(",") ? "\"\(wanted)\"\n" : wanted + "\n"
        #expect(outcome.text == shown)
    }

    static let wrong: [(String, Int)] = [
        ("", 0), ("SELECT", 6), ("SELECT * FROM Table", 14), ("SELECT * FROM BlobStorage WHERE", 31),
        ("SELECT * FROM BlobStorage x y", 28), ("SELECT 'a FROM BlobStorage", 7), ("SELECT a b c FROM BlobStorage", 11),
        ("DELETE FROM BlobStorage", 0), ("SELECT COUNT(*), SUM(_1) FROM BlobStorage", 15),
        ("SELECT _1, COUNT(*) FROM BlobStorage", 11), ("SELECT NOSUCH(_1) FROM BlobStorage", 7),
        ("SELECT LOWER() FROM BlobStorage", 7), ("SELECT CAST(_1 AS BLOB) FROM BlobStorage", 18),
        ("SELECT sys.split(10) FROM BlobStorage", 17), ("SELECT * FROM BlobStorage LIMIT -1", 32),
        ("SELECT * FROM BlobStorage LIMIT 1.5", 32), ("SELECT _1 # _2 FROM BlobStorage", 10),
        ("SELECT 1x FROM BlobStorage", 8), ("SELECT * FROM BlobStorage; SELECT", 27),
        ("SELECT _1 NOT FROM BlobStorage", 14),
        ("SELECT EXTRACT(WEEK FROM _1) FROM BlobStorage", 15), ("SELECT * FROM BlobStorage ORDER BY _1", 32),
        ("SELECT 1e999 FROM BlobStorage", 7), ("SELECT DATE_ADD('timezone_hour', 1, _1) FROM BlobStorage", 16),
    ]
    @Test(arguments: wrong) func `what is not of the language is refused with its place`(_ text: String, _ place: Int) {
        do {
            _ = try QueryStatement(text)
            Issue.record("'\(text)' was read")
        } catch { #expect(error.position == place, "\(text): \(error.reason)") }
    }

    @Test func `depth, parts and columns of an expression are bounded`() throws {
        func refused(_ text: String) -> Bool {
            do throws(QuerySyntaxError) { _ = try QueryStatement("SELECT \(text) FROM BlobStorage") } catch {
                return true
            }
            return false
        }
        for (open, close) in [("(", ")"), ("NOT ", ""), ("- ", ""), ("LOWER(", ")"), ("CASE WHEN TRUE THEN ", " END")] {
            func nested(_ depth: Int) -> String {
                String(repeating: open, count: depth) + "1" + String(repeating: close, count: depth)
            }
            #expect(!refused(nested(40)))
            #expect(refused(nested(60)))
            #expect(refused(nested(20_000)))
        }
        let long = Array(repeating: "1", count: 9_000)
        #expect(!refused(long.joined(separator: " + ")))
        #expect(!refused("1 IN (\(long.prefix(4_000).joined(separator: ", ")))"))
        #expect(refused(Array(repeating: "1", count: 11_000).joined(separator: " + ")))
        #expect(!refused(Array(repeating: "_1", count: 49).joined(separator: ",")))
        #expect(refused(Array(repeating: "_1", count: 50).joined(separator: ",")))
        #expect(refused("'" + String(repeating: "x", count: 256 << 10) + "'"))
        #expect(refused("a" + String(repeating: ".a", count: 40)))
    }

    @Test func `patterns take time in proportion to the text`() throws {
        let text = String(repeating: "a", count: 400_000)
        for pattern in [
            "%a%a%a%a%a%a%a%a%a%b", String(repeating: "%a", count: 1_000) + "%b",
            "%" + String(repeating: "a", count: 2_000) + "b%",
        ] {
            let outcome = try QueryOutcome("SELECT COUNT(*) FROM BlobStorage WHERE _1 LIKE '\(pattern)'", text + "\n")
            #expect(outcome.text == "0\n" && outcome.failures == [])
        }
        let wild = "%" + String(repeating: "_", count: 100) + "b%"
        #expect(try QueryOutcome("SELECT _1 LIKE '\(wild)' FROM BlobStorage", "abc\n").text == "false\n")
        let tooWild = "%" + String(repeating: "_", count: 200) + "b%"
        let refused = try QueryOutcome("SELECT _1 LIKE '\(tooWild)' FROM BlobStorage", "abc\n")
        #expect(refused.failures.map(\.name) == ["InvalidPattern"])
    }

    @Test func `a record that would take too much work ends the query`() throws {
        let text = String(repeating: "x", count: 900_000)
        let calls = Array(repeating: "UPPER(_1) = ''", count: 200).joined(separator: " OR ")
        let outcome = try QueryOutcome("SELECT * FROM BlobStorage WHERE \(calls)", text + "\nx\n")
        #expect(outcome.failures.map(\.name) == ["QueryTooComplex"])
        #expect(outcome.failures.first?.isFatal == true)
    }

    static let faults: [(String, String)] = [
        ("_2 > 5", "InvalidTypeConversion"), ("_9", "InvalidColumnOrdinal"), ("1 / 0", "DivideByZero"),
        ("9223372036854775807 + 1", "ArithmeticOverflow"), ("CAST(_2 AS INT)", "InvalidTypeConversion"),
        ("CAST('13 o''clock' AS TIMESTAMP)", "InvalidTypeConversion"), ("1e308 * 10", "ArithmeticOverflow"),
        ("CAST(1e300 AS INT)", "ArithmeticOverflow"), ("DATE_ADD('year', 9000, '2020')", "ArithmeticOverflow"),
        ("DATE_ADD('day', 9223372036854775807, '2020')", "ArithmeticOverflow"),
        ("_2 AND TRUE", "InvalidTypeConversion"),
        ("TO_STRING('2020', 'QQ')", "InvalidFormat"), ("'a' LIKE 'a!' ESCAPE '!'", "InvalidPattern"),
        ("SUBSTRING('abc', 0, -1)", "InvalidTypeConversion"), ("-(-9223372036854775807 - 1)", "ArithmeticOverflow"),
    ]
    @Test(arguments: faults) func `a record that cannot be evaluated is passed over`(_ text: String, _ name: String)
        throws
    {
        let outcome = try QueryOutcome("SELECT \(text) FROM BlobStorage", "1,x\n")
        #expect(outcome.failures.map(\.name) == [name])
        #expect(outcome.failures.first?.isFatal == false)
        #expect(outcome.text == "" && outcome.total == 4)
    }

    static let aggregates: [(String, String)] = [
        ("COUNT(*)", "4"), ("COUNT(_1)", "4"), ("SUM(CAST(_1 AS INT))", "10"), ("AVG(_1)", "2.5"),
        ("AVERAGE(_1)", "2.5"),
        ("MIN(_1)", "1"), ("MAX(CAST(_1 AS INT) * 10)", "40"), ("SUM(_1) AS total", "10"), ("SUM(0.5)", "2.0"),
        ("COUNT(NULLIF(_1, 2))", "3"), ("SUM(NULL)", ""), ("MAX(_2)", "d"),
    ]
    @Test(arguments: aggregates) func `an aggregate is one record`(_ text: String, _ wanted: String) throws {
        let outcome = try QueryOutcome("SELECT \(text) FROM BlobStorage", "1,a\n2,b\n3,c\n4,d")
        #expect(outcome.text == wanted + "\n" && outcome.failures == [])
    }
    @Test func `an aggregate over nothing is NULL, a count 0`() throws {
        #expect(try QueryOutcome("SELECT COUNT(*) FROM BlobStorage", "").text == "0\n")
        #expect(try QueryOutcome("SELECT SUM(_1) FROM BlobStorage", "").text == "\n")
        #expect(try QueryOutcome("SELECT COUNT(*) FROM BlobStorage LIMIT 0", "1\n").text == "")
        let large = try QueryOutcome("SELECT SUM(_1) FROM BlobStorage", "9223372036854775807\n1\n")
        #expect(large.failures.map(\.name) == ["ArithmeticOverflow"] && large.failures.first?.isFatal == true)
    }
}
