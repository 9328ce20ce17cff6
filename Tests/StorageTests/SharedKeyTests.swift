// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Signatures made by azure-storage-blob 12.31.1 (`sdk`), and by the documented text for clients that sort by ASCII,
/// for SharedKeyLite and for versions before 2015-02-21.
struct SharedKeyTests {
    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        let method: HTTPRequest.Method
        let target: String
        var version = "2026-10-06"
        var dateHeader = "x-ms-date"
        var headers: [(String, String)] = []
        let authorization: String
        var testDescription: String { name }

        func head(_ change: ([(String, String)]) -> [(String, String)] = { $0 }) throws -> RequestHead {
            let common = [(dateHeader, SharedKeyTests.date), ("X-Ms-Version", version)]
            return try Fixture.head(method, target, change(common + headers))
        }
    }
    static let date = "Tue, 01 Jan 2030 00:00:00 GMT"
    static let now = Timestamp(iso8601: "2030-01-01T00:10:00Z") ?? Timestamp(seconds: 0)
    static let put = [
        ("Content-Length", "5"), ("Content-Type", "application/octet-stream"), ("x-ms-blob-type", "BlockBlob"),
        ("x-ms-meta-a_b", "1"), ("x-ms-meta-a1", "2  3"), ("x-ms-meta-ab", "4"), ("If-None-Match", "*"),
    ]
    static let vectors = [
        Vector(
            name: "sdk: empty include",
            method: .get,
            target: "/?comp=list&maxresults=5000&include=",
            authorization: "SharedKey lazulitest:y+6KGAxL46T86gBUZ8Q0d7XVWwufMV95YAQmFc1heQ4="
        ),
        Vector(
            name: "sdk: escaped path, the SDK's order of headers, two blanks in a value",
            method: .put,
            target: "/fotos/dir%20%C3%A4/b.txt",
            headers: put,
            authorization: "SharedKey lazulitest:xEKoJLC1lQllRBOek4HL826UU27+8ScYy5z7+fNYESM="
        ),
        Vector(
            name: "ASCII order of headers",
            method: .put,
            target: "/fotos/dir%20%C3%A4/b.txt",
            headers: put,
            authorization: "SharedKey lazulitest:dG9feqy8la4EXB0rBCYGJwex8mJmaxFx5SzdOUTsnz8="
        ),
        Vector(
            name: "sdk: a length of zero",
            method: .put,
            target: "/fotos?restype=container",
            headers: [("Content-Length", "0")],
            authorization: "SharedKey lazulitest:Mg6fo3G6ozFCKPHS7Vt/PYO+gL3HPRUD+qgmoHZdq3s="
        ),
        Vector(
            name: "a length of zero in an old version, and Date",
            method: .put,
            target: "/fotos?restype=container",
            version: "2014-02-14",
            dateHeader: "Date",
            headers: [("Content-Length", "0")],
            authorization: "SharedKey lazulitest:/7+uy1bGKwK/eb1+5HqXInp9M6WzjMnQsU20X6wG6LI="
        ),
        Vector(
            name: "sdk: path style names the account twice",
            method: .get,
            target: "/lazulitest/fotos/b.txt?timeout=30",
            headers: [("x-ms-range", "bytes=0-99")],
            authorization: "SharedKey lazulitest:Q1nNbOHekOzwkVWoQkPnF95wsw8JUrg4a5R1Q7I2bb8="
        ),
        Vector(
            name: "sdk: decoded query values",
            method: .get,
            target: "/fotos?restype=container&comp=list&prefix=a%2Fb%26c&delimiter=%2F&include=metadata%2Ctags",
            authorization: "SharedKey lazulitest:UmvkiU5+KB3qFFMiAxGXcPiscA1SyzLATl0Il+rnqy0="
        ),
        Vector(
            name: "lite",
            method: .put,
            target: "/fotos?comp=metadata&restype=container",
            authorization: "SharedKeyLite lazulitest:jq/jr9DLhqBIalte+gZZncTZWtywYTYYvHMMPcPSxck="
        ),
    ]

    func verify(_ vector: Vector, _ head: RequestHead, now: Timestamp = SharedKeyTests.now) throws -> Int {
        let key = try #require(try SharedKey(authorization: vector.authorization))
        let keys = [Fixture.key2, Fixture.key1]
        return try key.verify(head, account: Fixture.account(), keys: keys, now: now)
    }

    @Test(arguments: vectors) func `a client's signature is accepted and its key is named`(_ vector: Vector) throws {
        #expect(try verify(vector, vector.head()) == 1)
    }

    @Test(arguments: vectors) func `a signature does not outlive any change of its request`(_ vector: Vector) throws {
        let lite = vector.name == "lite"
        var altered = [
            try Fixture.head(
                .delete,
                vector.target,
                [(vector.dateHeader, Self.date), ("x-ms-version", vector.version)]
            ),
            try vector.head { $0 + [("x-ms-meta-added", "1")] },
            try vector.head { $0.map { $0.0 == "X-Ms-Version" ? ($0.0, "2026-06-06") : $0 } },
        ]
        if !lite {
            altered.append(try vector.head { $0 + [("If-Match", "*")] })
            altered.append(try vector.head { $0.filter { $0.0 != "Content-Length" } + [("Content-Length", "9")] })
            let more = Vector(
                name: "",
                method: vector.method,
                target: vector.target + (vector.target.contains("?") ? "&" : "?") + "x=1",
                version: vector.version,
                dateHeader: vector.dateHeader,
                headers: vector.headers,
                authorization: ""
            )
            altered.append(try more.head())
        }
        for head in altered { #expect(Fixture.code { try verify(vector, head) } == "AuthenticationFailed") }
    }

    @Test(arguments: [-16 * 60, 16 * 60]) func `a date more than fifteen minutes off is refused`(_ seconds: Int) throws
    {
        let sent = try #require(Timestamp(httpDate: Self.date))
        let head = try Self.vectors[0].head()
        let outside = Timestamp(seconds: sent.seconds + Int64(seconds))
        let inside = Timestamp(seconds: sent.seconds + Int64(seconds) * 14 / 16)
        #expect(Fixture.code { try verify(Self.vectors[0], head, now: outside) } == "AuthenticationFailed")
        #expect(try verify(Self.vectors[0], head, now: inside) == 1)
    }

    @Test func `a request without a date is refused`() throws {
        let head = try Self.vectors[0].head { $0.filter { $0.0 != "x-ms-date" } }
        #expect(Fixture.code { try verify(Self.vectors[0], head) } == "AuthenticationFailed")
    }

    @Test func `a refusal shows the text to sign without the secrets in it`() throws {
        let head = try Self.vectors[0].head { $0 + [("x-ms-encryption-key", "c2VjcmV0"), ("x-ms-meta-a", "seen")] }
        let shown = Fixture.fault { try verify(Self.vectors[0], head) }?.details.first?.value ?? ""
        #expect(shown.contains("x-ms-meta-a:seen"))
        #expect(!shown.contains("c2VjcmV0"))
    }

    @Test func `a signature of another account or key is refused`() throws {
        let head = try Self.vectors[0].head()
        let key = try #require(try SharedKey(authorization: Self.vectors[0].authorization))
        let other = try #require(AccountName("othertest"))
        let refused = [
            Fixture.code { try key.verify(head, account: other, keys: [Fixture.key1], now: Self.now) },
            Fixture.code { try key.verify(head, account: Fixture.account(), keys: [Fixture.key2], now: Self.now) },
            Fixture.code { try key.verify(head, account: Fixture.account(), keys: [], now: Self.now) },
        ]
        #expect(refused == ["AuthenticationFailed", "AuthenticationFailed", "AuthenticationFailed"])
    }

    @Test(arguments: ["SharedKey", "SharedKey lazulitest", "SharedKey lazulitest:%%%", "SharedKey UPPER:AAAA", ""])
    func `an unreadable header is told apart from a wrong one`(_ text: String) {
        #expect(Fixture.fault { try SharedKey(authorization: text) }?.line == "400 InvalidAuthenticationInfo")
    }

    @Test func `another scheme is left to others`() throws {
        #expect(try SharedKey(authorization: "Bearer abc") == nil)
    }

    @Test func `the SDK sorts other signs before digits and letters and counts hyphens last`() {
        let names = ["x-ms-meta-ab", "x-ms-meta-a1", "x-ms-meta-a_b", "x-ms-metaab", "x-ms-date"]
        let sorted = names.sorted(by: HeaderOrder.linguistic.precedes)
        #expect(sorted == ["x-ms-date", "x-ms-meta-a_b", "x-ms-meta-a1", "x-ms-metaab", "x-ms-meta-ab"])
        #expect(names.sorted(by: HeaderOrder.ascii.precedes)[1] == "x-ms-meta-a1")
    }
}
