// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Names as requests carry them, at every service: each is legal, and then comes back as it went, or refused by its code,
/// and then nothing is made.
struct NameTableTests {
    private static func repeated(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

    /// Escaped names of blobs, and what they are refused for.
    private static let blobs: [(name: String, code: String?)] = [
        ("a", nil), (repeated("a", 1_024), nil), (repeated("a", 1_025), "OutOfRangeInput"),
        (repeated("%C3%A9", 1_024), nil), (repeated("%C3%A9", 1_025), "OutOfRangeInput"),
        // Two units of UTF-16 each.
        (repeated("%F0%9F%98%80", 512), nil), (repeated("%F0%9F%98%80", 513), "OutOfRangeInput"),
        (repeated("a/", 253) + "a", nil), (repeated("a/", 254) + "a", "OutOfRangeInput"),
        ("a.", nil), ("a..", nil), ("a/", nil), ("a//", nil), ("a/.", nil), (".a", nil), ("%2E%2E", nil), ("a%2F", nil),
        ("%2Fa", nil), ("a%2Fb%2Fc", nil), ("a%5Cb", nil), ("a%20", nil), ("%20", nil), ("a+b", nil), ("%25", nil),
        ("%2525", nil), ("%3F", nil), ("%23", nil), ("a%3Bb", nil), ("%01", nil), ("%1F", nil), ("%7F", nil),
        ("%C2%80", nil),
        ("%C2%A0", nil), ("%E2%80%8B", nil), ("%E2%80%AE", nil), ("%EF%BB%BF", nil), ("%EF%BF%BE", nil),
        ("%EF%BF%BF", nil),
        ("%00", "InvalidResourceName"), ("a%00b", "InvalidResourceName"),
        // What is no UTF-8: halves of surrogate pairs, overlong forms, bytes of nothing.
        ("%ED%A0%80", "InvalidUri"), ("%ED%BF%BF", "InvalidUri"), ("%C0%80", "InvalidUri"), ("%C0%AF", "InvalidUri"),
        ("%FF", "InvalidUri"), ("%C3", "InvalidUri"), ("%F4%90%80%80", "InvalidUri"), ("%", "InvalidUri"),
        ("%2", "InvalidUri"), ("%zz", "InvalidUri"),
    ]
    @Test func `a blob's name is taken as it is, or refused`() async throws {
        let client = try await StorageClient.ready()
        for (number, row) in Self.blobs.enumerated() {
            let path = "/docs/" + row.name
            let put = try await client.upload(path, [UInt8(number)])
            guard let code = row.code else {
                #expect(put.status == 201, "\(row.name.prefix(40)): \(put.status) \(put.code ?? "")")
                #expect(try await client.send(.get, path).body == [UInt8(number)], "\(row.name.prefix(40))")
                let name = try #require(row.name.percentDecoded)
                let prefix = name.percentEncoded()
                let list = try await client.send(.get, "/docs", "restype=container&comp=list&prefix=\(prefix)")
                #expect(list.text.contains("<Blob>"), "\(row.name.prefix(40)) is not listed")
                #expect(try await client.copy(path, to: "/docs/copy").status == 202, "\(row.name.prefix(40))")
                #expect(try await client.send(.get, "/docs/copy").body == [UInt8(number)])
                #expect(try await client.send(.delete, path).status == 202, "\(row.name.prefix(40))")
                continue
            }
            #expect(put.status == 400 && put.code == code, "\(row.name.prefix(40)): \(put.status) \(put.code ?? "")")
            #expect(try await client.send(.get, path).status == 400, "\(row.name.prefix(40))")
        }
        #expect(try await client.names("", page: 100) == ["copy"])
    }

    /// Escaped paths of files, and the names they come to; nil where they are refused.
    private static let paths: [(path: String, name: String?)] = [
        ("a", "a"), ("a/", "a"), ("a//b", "a/b"), ("/a", "a"), ("a%2Fb", "a/b"), ("a.", "a."), ("a..", "a.."),
        ("..a", "..a"),
        (".", nil), ("..", nil), ("a/.", nil), ("a/../b", nil), ("%2E%2E", nil), ("a%2F..%2Fb", nil),
        ("%252E%252E", "%2E%2E"),
        ("a%20", "a "), ("a%5Cb", "a\\b"), ("a%3Fb", "a?b"), ("a%23b", "a#b"), ("%01", "\u{1}"), ("%7F", "\u{7F}"),
        ("%E2%80%AE", "\u{202E}"), ("%EF%BF%BF", "\u{FFFF}"), ("%F0%9F%98%80", "\u{1F600}"), ("a%CC%88", "a\u{308}"),
        (repeated("a", 1_024), repeated("a", 1_024)), (repeated("a", 1_025), nil),
        (repeated("a/", 62) + "a", repeated("a/", 62) + "a"), (repeated("a/", 63) + "a", nil),
        ("%00", nil), ("%ED%A0%80", nil), ("%C0%AF", nil), ("%FF", nil), ("%", nil), ("%zz", nil),
    ]
    @Test func `a file's path is read by its names, or refused`() async throws {
        let client = try await StorageClient.lake()
        for (path, name) in Self.paths {
            let made = try await client.makeFile("/docs/" + path)
            guard let name else {
                #expect(made.status == 400, "\(path.prefix(40)): \(made.status) \(made.code ?? "")")
                continue
            }
            #expect(made.status == 201, "\(path.prefix(40)): \(made.status) \(made.code ?? "")")
            let listed = try await client.paths()
            #expect(listed.contains { $0.utf8.elementsEqual(name.utf8) }, "\(path.prefix(40)): \(listed)")
            let away = "/docs/away\(listed.count)"
            #expect(try await client.rename("/docs/" + path, to: away).status == 201, "\(path.prefix(40))")
            #expect(try await client.path(.head, away).status == 200)
            #expect(try await client.path(.delete, away).status == 200)
            let first = name.split(separator: "/").first.map(String.init) ?? ""
            if first != name {
                let query = "recursive=true"
                #expect(try await client.path(.delete, "/docs/" + first.percentEncoded(), query).status == 200)
            }
        }
        #expect(try await client.paths() == [])
    }

    /// Names of containers, queues and file systems: one set of rules.
    private static let containers: [(name: String, code: String?)] = [
        ("abc", nil), ("a-b", nil), ("0a0", nil), ("a-b-c", nil), (repeated("a", 63), nil),
        ("ab", "OutOfRangeInput"), (repeated("a", 64), "OutOfRangeInput"), (repeated("a", 2_000), "OutOfRangeInput"),
        ("Abc", "InvalidResourceName"), ("-ab", "InvalidResourceName"), ("ab-", "InvalidResourceName"),
        ("a--b", "InvalidResourceName"), ("a_b", "InvalidResourceName"), ("a.b", "InvalidResourceName"),
        ("a%20b", "InvalidResourceName"), ("a%C3%A9b", "InvalidResourceName"), ("$abc", "InvalidResourceName"),
        ("a%00b", "InvalidResourceName"), ("a%2Eb", "InvalidResourceName"), ("a%0Ab", "InvalidResourceName"),
        ("abc%0A", "InvalidResourceName"), ("%61bc%20", "InvalidResourceName"),
        ("%EF%BD%81bc", "InvalidResourceName"), ("a%ED%A0%80", "InvalidUri"), ("a%FFb", "InvalidUri"),
        ("ab%", "InvalidUri"),
    ]
    @Test func `names of containers, queues and file systems follow one set of rules`() async throws {
        let client = try await StorageClient.ready()
        let doors: [(StorageService, String, Int, Int)] = [
            (.blob, "restype=container", 201, 202), (.queue, "", 201, 204), (.dfs, "resource=filesystem", 201, 202),
        ]
        for (service, query, made, gone) in doors {
            for (name, code) in Self.containers {
                let put = try await client.ask(service, .put, "/" + name, query)
                guard let code else {
                    #expect(put.status == made, "\(service) \(name.prefix(40)): \(put.status) \(put.code ?? "")")
                    #expect(
                        try await client.ask(service, .delete, "/" + name, query).status == gone,
                        "\(service) \(name)"
                    )
                    continue
                }
                // Data Lake has a code of its own for names it cannot read.
                let isRefused = put.status == 400 && (put.code == code || service == .dfs)
                #expect(isRefused, "\(service) \(name.prefix(40)): \(put.status) \(put.code ?? "")")
            }
        }
    }

    private static let tables: [(name: String, code: String?)] = [
        ("abc", nil), ("Abc9", nil), (repeated("a", 63), nil), ("ab", "OutOfRangeInput"), ("", "InvalidResourceName"),
        (repeated("a", 64), "OutOfRangeInput"), ("9ab", "InvalidResourceName"), ("a-b", "InvalidResourceName"),
        ("a_b", "InvalidResourceName"), ("a b", "InvalidResourceName"), ("a\u{E9}b", "InvalidResourceName"),
        ("a/b", "InvalidResourceName"), ("a'b", "InvalidResourceName"), ("$MetricsX", "InvalidResourceName"),
    ]
    @Test func `a table's name has letters and digits, however it is sent`() async throws {
        let client = TableClient(storage: try await StorageClient.ready())
        for (name, code) in Self.tables {
            let made = try await client.create(name)
            if let code {
                #expect(
                    made.status == 400 && made.code == code,
                    "'\(name.prefix(40))': \(made.status) \(made.code ?? "")"
                )
            } else {
                #expect(made.status == 201, "'\(name.prefix(40))': \(made.status) \(made.code ?? "")")
                #expect(try await client.send(.delete, "/Tables('\(name)')").status == 204, "'\(name)'")
            }
        }
    }

    /// Keys of entities in a body, escaped as JSON does it.
    private static let keys: [(key: String, isLegal: Bool)] = [
        ("", true), ("a", true), ("a.", true), ("%2F", true), ("'", true), ("''", true), (" ", true), ("+", true),
        ("%", true),
        ("\u{A0}", true), ("\u{E9}", true), ("e\u{301}", true), ("\u{1F600}", true), ("\u{FFFF}", true),
        (repeated("a", 512), true),
        (repeated("\u{1F600}", 256), true), (repeated("a", 513), false), (repeated("\u{1F600}", 257), false),
        ("/", false),
        ("\\\\", false), ("#", false), ("?", false), ("\\u0000", false), ("\\u0009", false), ("\\u001f", false),
        ("\\u007f", false),
        ("\\u0080", false), ("\\u009f", false), ("\\ud800", false), ("\\udc00x", false),
    ]
    @Test func `an entity's keys hold what they may, and lead back to it`() async throws {
        let client = try await TableClient.ready()
        for (key, isLegal) in Self.keys {
            for (partition, row) in [(key, "r"), ("p", key)] {
                let answer = try await client.insert(partition, row)
                #expect(
                    answer.status == (isLegal ? 201 : 400),
                    "'\(key.prefix(20))': \(answer.status) \(answer.code ?? "")"
                )
                guard isLegal else { continue }
                #expect(try await client.get(partition, row).status == 200, "'\(key.prefix(20))'")
                let path = TableClient.path(partition, row)
                #expect(
                    try await client.send(.delete, path, headers: ["If-Match": "*"]).status == 204,
                    "'\(key.prefix(20))'"
                )
            }
        }
        #expect(try await client.query("").found.isEmpty)
    }
}
