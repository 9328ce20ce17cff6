// SPDX-License-Identifier: Apache-2.0
import Base
import Storage
import Testing

@Suite struct EntityKeyTests {
    @Test(
        arguments: [
            ("(PartitionKey='a',RowKey='b')", "a", "b"), ("(RowKey='b',PartitionKey='a')", "a", "b"),
            ("(PartitionKey='',RowKey='')", "", ""), ("(PartitionKey='it''s',RowKey='''')", "it's", "'"),
            ("( PartitionKey = 'a' , RowKey = 'b,c)' )", "a", "b,c)"), ("(PartitionKey='é😀',RowKey='%')", "é😀", "%"),
        ]
    )
    func `the keys of an address are read`(text: String, partition: String, row: String) throws {
        #expect(try EntityKey(predicate: text) == EntityKey(partition: partition, row: row))
    }
    @Test(
        arguments: [
            "()", "('a')", "(PartitionKey='a')", "(PartitionKey='a',RowKey='b'", "(PartitionKey='a',RowKey=b)",
            "(PartitionKey='a',PartitionKey='b')", "(PartitionKey='a',RowKey='b')x", "(PartitionKey='a',Other='b')",
            "(PartitionKey='a',RowKey='b',X='c')", "(PartitionKey='a''",
        ]
    )
    func `other parentheses are refused`(text: String) {
        #expect(throws: StorageFault.self) { try EntityKey(predicate: text) }
    }
    @Test func `a key's address leads back to it`() throws {
        for text in ["a", "it's", "é 😀", "%25+&=()", "''", ""] {
            let key = EntityKey(partition: text, row: "b" + text)
            let decoded = try #require(key.predicate.percentDecoded)
            #expect(try EntityKey(predicate: decoded) == key)
        }
    }
    @Test(arguments: ["a/b", "a\\b", "a#b", "a?b", "a\u{0}b", "a\u{1F}", "\u{7F}", "\u{9F}", "\n"])
    func `characters that keys may not hold are refused`(text: String) {
        #expect(throws: StorageFault.self) { try EntityKey(partition: text, row: "").check() }
        #expect(throws: StorageFault.self) { try EntityKey(partition: "", row: text).check() }
    }
    @Test func `keys have at most 512 UTF-16 units`() throws {
        let longest = String(repeating: "😀", count: 256)
        try EntityKey(partition: longest, row: longest).check()
        #expect(throws: StorageFault.self) { try EntityKey(partition: longest + "a", row: "").check() }
    }
    @Test(arguments: [
        ("ab", "OutOfRangeInput"), ("1abc", "InvalidResourceName"), ("a-b", "InvalidResourceName"),
        ("", "InvalidResourceName"), ("tables", "InvalidResourceName"),
        (String(repeating: "a", count: 64), "OutOfRangeInput"),
    ])
    func `a table's name has 3 to 63 letters and digits`(text: String, code: String) throws {
        let fault = #expect(throws: StorageFault.self) { try TableName(text) }
        #expect(fault?.code == code)
        #expect(try TableName("MyTable1") == TableName("mytable1"))
    }
    @Test func `a continuation is read back, and nothing else is`() throws {
        for key in ["", "a", "é😀", "it's"] {
            #expect(try ContinuationToken.key(ContinuationToken.text(key)) == key)
        }
        for text in ["", "a", "1!4", "1!4!%%", "2!4!YQ==", "1!4!/w=="] {
            #expect(throws: StorageFault.self) { try ContinuationToken.key(text) }
        }
    }
}
