// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Signatures made by Microsoft's own Python packages: azure-storage-blob 12.31.1 (sv 2026-10-06), 12.8.1 (2020-06-12),
/// 2.1.0 (2019-02-02), azure-storage 0.34.3 (2016-05-31) and 0.20.3 (2014-02-14).
struct SharedAccessSignatureTests {
    static let blob = "/fotos/dir%20%C3%A4/b.txt"
    static let times = "st=2030-01-01T00%3A00%3A00Z&se=2030-02-01T00%3A00Z"
    static let overrides = "rscc=no-cache&rscd=inline&rsce=gzip&rscl=fr&rsct=text/plain"

    struct Vector: Sendable, CustomTestStringConvertible {
        let name: String
        var path = SharedAccessSignatureTests.blob
        let query: String
        var need = SASNeed.readBlob
        var testDescription: String { name }
    }
    static let full = Vector(
        name: "blob 2026-10-06",
        query: "\(times)&sp=racwd&sip=10.0.0.1-10.0.0.9&spr=https&sv=2026-10-06&sr=b&\(overrides)"
            + "&sig=LEtsHS0ks9wdqXRYeY%2BG7csp37bex18uxrUlVrOE/24%3D"
    )
    static let create = Vector(
        name: "create only",
        query: "se=2030-02-01T00%3A00Z&sp=c&sv=2026-10-06&sr=b&sig=DNBpiVgfiuW9ZcSFVdCzXPvG/79r9dfvvH2TXPdN2GE%3D",
        need: .putBlob
    )
    static let snapshot = Vector(
        name: "snapshot 2026-10-06",
        path: blob + "?snapshot=2029-12-31T00:00:00.0000000Z",
        query: "se=2030-02-01T00%3A00Z&sp=r&sv=2026-10-06&sr=bs&sig=TQ3YCGr8QxBnObE/o26OnbOXlVI/ovNrseaDp8yeJfQ%3D"
    )
    static let version = Vector(
        name: "version",
        path: blob + "?versionid=2029-12-30T00:00:00.0000000Z",
        query: "se=2030-02-01T00%3A00Z&sp=r&sv=2026-10-06&sr=bv"
            + "&sig=yKXK6toweO30tY1bVC3WR01sqL2sCv4%2BDkL5LNPHtAg%3D"
    )
    static let directory = Vector(
        name: "directory",
        query: "se=2030-02-01T00%3A00Z&sp=r&sv=2026-10-06&sr=d&sdd=1"
            + "&sig=WJ1CwIoUwrRRWTWWhxx/4rNegLdYxISYqpSF4KqqBkg%3D"
    )
    static let container = Vector(
        name: "container",
        path: "/fotos?restype=container&comp=list",
        query: "\(times)&sp=rl&sip=10.0.0.1&spr=https%2Chttp&sv=2026-10-06&sr=c"
            + "&sig=T2OLB6WN3osgPYTmLCUaPe4pnv1C4uF//kJVyZuwl5s%3D",
        need: .listBlobs
    )
    static let account = Vector(
        name: "account 2026-10-06",
        path: "/?comp=list",
        query: "\(times)&sp=rwdl&sip=10.0.0.1&spr=https&sv=2026-10-06&ss=bq&srt=sco"
            + "&sig=gE7TiI1jN9vHh47GYDvF1pCIglxPFl999vfcz53KndA%3D",
        need: .listContainers
    )
    static let policy = "sv=2026-10-06&si=readers&sr=c&sig=Q2VBaHP6z4ByiffwxOzA/b6T0/7Aa96x2mkpZngj8UA%3D"
    static let scope =
        "se=2030-02-01T00%3A00Z&sp=w&sv=2026-10-06&sr=c&ses=vault1&sig=ew12bRVIh3Zaa6wxtISSkgQo3NrR0Ch6hxinKhLZHVE%3D"
    static let accountScope =
        "se=2030-02-01&sp=w&sv=2026-10-06&ss=tqfb&srt=o&ses=vault1&sig=qYjXIhVu5mCyTR15TtkxMiTVvujdibQxir5rd8SZBfQ%3D"

    static func older(_ version: String, _ sig: String, permissions: String = "racwd", origin: Bool = true) -> Vector {
        let sip = origin ? "&sip=10.0.0.1-10.0.0.9&spr=https" : ""
        return Vector(
            name: "blob \(version)",
            query: "\(times)&sp=\(permissions)\(sip)&sv=\(version)&sr=b&\(overrides)&sig=\(sig)"
        )
    }
    static func olderAccount(_ version: String, _ sig: String) -> Vector {
        Vector(
            name: "account \(version)",
            path: "/?comp=list",
            query: "\(times)&sp=rwdl&sip=10.0.0.1&spr=https&sv=\(version)&ss=b&srt=sco&sig=\(sig)",
            need: .listContainers
        )
    }
    static let vectors = [
        full, create, snapshot, version, directory, container, account,
        older("2020-06-12", "UxNerXGfPX6OhpAPdQuNQ6bviT6jWpT3rrOLsIdRFo4%3D"),
        older("2019-02-02", "5p%2BTn5wBuC8NJDONt7dk7619RqBttlbwwDnShWA7rzg%3D"),
        older("2016-05-31", "LrFGDG6IeopE70FEuipKUBKvZMhEeYny8UElLusC3cw%3D"),
        older("2014-02-14", "jKq7rQrVrBkIFZqLRN81vDF4MCAF2fMfn76TG5j3EEQ%3D", permissions: "rwd", origin: false),
        olderAccount("2020-06-12", "zhkkt8KPEqF2DAFbS/eeDP5hTmuWnOPERReVOCAhNtg%3D"),
        olderAccount("2019-02-02", "%2BZr1YYq4//qcm1saYwIh6VByYCgJqHBqtdjpPq3j/9k%3D"),
        olderAccount("2016-05-31", "JAnc0UEIxzYHv2kjsmyWIhdujsc75fm4iSDbH9QYnEg%3D"),
        Vector(
            name: "snapshot 2020-06-12",
            path: blob + "?snapshot=2029-12-31T00:00:00.0000000Z",
            query:
                "se=2030-02-01T00%3A00Z&sp=r&sv=2020-06-12&sr=bs&sig=4r%2BU943mMpj5NjP%2BxP20K/4bxVdJsLV9RqMFkE7KRjc%3D"
        ),
    ]

    func grant(
        _ path: String,
        _ query: String,
        address: String = "10.0.0.1",
        secure: Bool = true,
        now: Timestamp = Fixture.now,
        keys: [Secret] = [Fixture.key1, Fixture.key2],
        policy: StoredPolicy? = nil
    ) throws -> SASGrant {
        let head = try Fixture.head(.get, path + (path.contains("?") ? "&" : "?") + query)
        let target = try BlobTarget(head: head, host: Fixture.account())
        let signature = try #require(try SharedAccessSignature(head.query))
        return try signature.verify(
            .init(target: .blob(target), clientAddress: address, isSecure: secure, now: now),
            keys: keys,
            policy: policy
        )
    }

    @Test(arguments: vectors) func `a signature of every generation of the SDK is accepted`(_ vector: Vector) throws {
        let grant = try grant(vector.path, vector.query)
        #expect(grant.keyIndex == 0)
        _ = try grant.permits(vector.need)
        #expect(try self.grant(vector.path, vector.query, keys: [Fixture.key2, Fixture.key1]).keyIndex == 1)
    }

    @Test(arguments: vectors) func `every field altered or taken away is refused`(_ vector: Vector) throws {
        let pairs = vector.query.split(separator: "&").map(String.init)
        for (index, pair) in pairs.enumerated() {
            let name = String(pair.prefix { $0 != "=" })
            let other = [
                "st": "2029-01-01", "se": "2031-01-01", "sp": "rwdlacx", "sip": "0.0.0.0-255.255.255.255",
                "spr": "https,http", "sv": "2025-01-05", "sr": "c", "ss": "bqt", "srt": "so", "sdd": "2",
                "sig": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D",
            ]
            // `spr` of the container's vector is the wide one already.
            let value = pair == "spr=https%2Chttp" ? "https" : pair == "sr=c" ? "b" : other[name] ?? "other"
            var altered = pairs
            altered[index] = "\(name)=\(value)"
            var shorter = pairs
            shorter.remove(at: index)
            #expect(
                Fixture.code { try grant(vector.path, altered.joined(separator: "&")) } == "AuthenticationFailed",
                "\(name) altered"
            )
            guard name != "sig" else { continue }
            #expect(
                Fixture.code { try grant(vector.path, shorter.joined(separator: "&")) } == "AuthenticationFailed",
                "\(name) taken away"
            )
            #expect(
                Fixture.code { try grant(vector.path, (pairs + [pair]).joined(separator: "&")) }
                    == "InvalidQueryParameterValue",
                "\(name) twice"
            )
        }
    }

    @Test(arguments: [
        "st=2029-01-01", "si=readers", "sip=10.0.0.1", "spr=https", "ses=vault1", "rscc=public", "rsct=a/b",
    ])
    func `a field added to a signature is refused`(_ field: String) {
        #expect(Fixture.code { try grant(Self.blob, "\(Self.create.query)&\(field)") } == "AuthenticationFailed")
    }

    @Test func `a signature opens only the resource it was made for`() {
        let elsewhere = [
            ("/fotos/other.txt", Self.full.query), ("/other/dir%20%C3%A4/b.txt", Self.full.query),
            ("/fotos?restype=container&comp=list", Self.full.query), ("/?comp=list", Self.full.query),
            ("/other?restype=container&comp=list", Self.container.query), ("/?comp=list", Self.container.query),
            (Self.blob + "?snapshot=2029-12-31T00:00:00.0000000Z", Self.create.query),
            (Self.blob + "?snapshot=2029-12-31T00:00:00.0000001Z", Self.snapshot.query),
            (Self.blob, Self.snapshot.query),
            (Self.blob + "?versionid=2029-12-31T00:00:00.0000000Z", Self.version.query),
            ("/fotos/other/b.txt", Self.directory.query), ("/fotos/b.txt", Self.directory.query),
        ]
        for (path, query) in elsewhere {
            #expect(Fixture.code { try grant(path, query) } == "AuthenticationFailed", "\(path)")
        }
    }

    @Test func `a container's signature opens its blobs and a directory's what is below it`() throws {
        #expect(try grant("/fotos/any/blob", Self.container.query).permits(.readBlob) == .always)
        #expect(try grant("/fotos/dir%20%C3%A4/deep/c.txt", Self.directory.query).permits(.readBlob) == .always)
    }

    @Test func `a signature holds from its start until just before its expiry`() throws {
        func code(_ time: String) throws -> String? {
            let now = try #require(Timestamp(iso8601: time))
            return Fixture.code { try grant(Self.blob, Self.full.query, now: now) }
        }
        #expect(try code("2029-12-31T23:59:59Z") == "AuthenticationFailed")
        #expect(try code("2030-01-01T00:00:00Z") == nil)
        #expect(try code("2030-01-31T23:59:59Z") == nil)
        #expect(try code("2030-02-01T00:00:00Z") == "AuthenticationFailed")
    }

    @Test func `a signature binds the caller's address and protocol`() throws {
        func code(_ address: String, secure: Bool = true) -> String? {
            Fixture.code { try grant(Self.blob, Self.full.query, address: address, secure: secure) }
        }
        #expect(code("10.0.0.9") == nil)
        #expect(code("::ffff:10.0.0.9") == nil)
        #expect(code("10.0.0.10") == "AuthorizationSourceIPMismatch")
        #expect(code("10.0.0.0") == "AuthorizationSourceIPMismatch")
        #expect(code("::1") == "AuthorizationSourceIPMismatch")
        #expect(code("nonsense") == "AuthorizationSourceIPMismatch")
        #expect(code("10.0.0.9", secure: false) == "AuthorizationProtocolMismatch")
    }

    @Test func `a service signature sets the headers of the answer and an account signature cannot`() throws {
        let overrides = try grant(Self.blob, Self.full.query).overrides
        #expect(overrides[.cacheControl] == "no-cache")
        #expect(overrides[.contentDisposition] == "inline")
        #expect(overrides[.contentEncoding] == "gzip")
        #expect(overrides[.contentLanguage] == "fr")
        #expect(overrides[.contentType] == "text/plain")
        #expect(try grant("/?comp=list", Self.account.query + "&rsct=text/html").overrides.isEmpty)
    }

    @Test func `a stored policy gives what the signature leaves out and nothing twice`() throws {
        let expiry = try #require(Timestamp(iso8601: "2030-02-01"))
        let policy = StoredPolicy(identifier: "readers", expiry: expiry, permissions: "r")
        #expect(try grant(Self.blob, Self.policy, policy: policy).permits(.readBlob) == .always)
        let refused: [(String, StoredPolicy?)] = [
            (Self.policy, nil), (Self.policy, StoredPolicy(identifier: "writers", expiry: expiry, permissions: "r")),
            (Self.policy, StoredPolicy(identifier: "readers", permissions: "r")),
            (Self.policy, StoredPolicy(identifier: "readers", expiry: expiry)),
            (Self.policy, StoredPolicy(identifier: "readers", expiry: Fixture.now, permissions: "r")),
            (Self.policy, StoredPolicy(identifier: "readers", start: expiry, expiry: expiry, permissions: "r")),
        ]
        for (query, policy) in refused {
            #expect(Fixture.code { try grant(Self.blob, query, policy: policy) } == "AuthenticationFailed")
        }
    }

    @Test func `a policy that also gives what the signature gives is refused`() throws {
        let expiry = try #require(Timestamp(iso8601: "2030-02-01"))
        // sv 2026-10-06, si=readers with sp=r and se=2030-02-01T00:00Z in the signature too, signed with key1.
        let query = "se=2030-02-01T00%3A00Z&sp=r&sv=2026-10-06&si=readers&sr=c&sig=\(Self.bothSignature)"
        #expect(try grant(Self.blob, query, policy: StoredPolicy(identifier: "readers")).permits(.readBlob) == .always)
        for policy in [
            StoredPolicy(identifier: "readers", expiry: expiry), StoredPolicy(identifier: "readers", permissions: "r"),
        ] {
            #expect(Fixture.code { try grant(Self.blob, query, policy: policy) } == "AuthenticationFailed")
        }
    }
    static let bothSignature = "Is4GiWH5qj5k4XU54zjqlkyqZOTZlJRwAjh%2BUfqHSRM%3D"

    @Test func `an encryption scope is read with the rest, for writes to keep to`() throws {
        for (path, query) in [(Self.blob, Self.scope), (Self.blob, Self.accountScope)] {
            let grant = try grant(path, query)
            #expect(try grant.permits(.writeBlob) == .always)
            #expect(grant.encryptionScope == "vault1")
        }
    }

    @Test func `a request without a signature has none`() throws {
        #expect(try SharedAccessSignature(QueryItems("comp=list&sv=2026-10-06")) == nil)
    }

    @Test func `a later version is taken by the newest fields, and opens nothing when it signs others`() throws {
        // The Go SDK of rclone 1.75 signs 2026-12-06 as 2026-10-06; the second text has a field more, as versions get them.
        let query = "\(Self.times)&sp=rwdl&sip=10.0.0.1&spr=https&sv=2026-12-06&ss=bq&srt=sco"
        let (same, longer) = (
            "VgPHeGMz0pkNryubxzccbaoQ3I1VEvzfvi6IwGwguKw%3D", "PJgBKnWUzhNS3ER6LA6rcnSdftwCVi6yaL2B/4uuXBY%3D"
        )
        #expect(try grant("/?comp=list", "\(query)&sig=\(same)").permits(.listContainers) == .always)
        #expect(Fixture.code { try grant("/?comp=list", "\(query)&sig=\(longer)") } == "AuthenticationFailed")
    }

    @Test(arguments: ["2012-02-12", "2026-10-07", "2030-01-01", "2026-1-06", "", "latest"])
    func `a version that was not signed, or none of the service, is refused`(_ version: String) {
        let query = Self.full.query.split(separator: "&").filter { !$0.hasPrefix("sv=") }.joined(separator: "&")
        #expect(Fixture.code { try grant(Self.blob, "\(query)&sv=\(version)") } == "AuthenticationFailed")
    }

    @Test func `a signature of an account's key does not become a user's`() {
        for query in [Self.full.query, Self.account.query] {
            let delegated = query + "&" + DelegatedSignatureTests.key + "&skv=2026-10-06"
            #expect(Fixture.code { try grant(Self.blob, delegated) } == "AuthenticationFailed")
        }
    }

    @Test func `a control character in a field is refused`() {
        #expect(Fixture.code { try grant(Self.blob, Self.full.query + "&si=a%0Ab") } == "AuthenticationFailed")
    }
}
