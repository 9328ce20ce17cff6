// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// Signatures made with a user delegation key by Microsoft's own Python packages, one for every set of fields:
/// azure-storage-blob 12.31.1 (sv 2026-10-06), 12.29.0b1 (2026-04-06), 12.8.1 (2020-06-12), 12.3.2 (2019-07-07).
struct DelegatedSignatureTests {
    /// The key's value is key1 of the fixtures.
    static let key =
        "skoid=0a0a0a0a-1111-2222-3333-444444444444&sktid=0b0b0b0b-1111-2222-3333-444444444444"
        + "&skt=2029-12-30T00%3A00%3A00Z&ske=2030-01-31T00%3A00%3A00Z&sks=b"
    static let agent = "saoid=0c0c0c0c-1111-2222-3333-444444444444&scid=0d0d0d0d-1111-2222-3333-444444444444"
    static let path = SharedAccessSignatureTests.blob

    static func full(_ version: String, _ sig: String) -> String {
        "\(SharedAccessSignatureTests.times)&sp=racwd&sip=10.0.0.1-10.0.0.9&spr=https&sv=\(version)&sr=b"
            + "&\(SharedAccessSignatureTests.overrides)&\(key)&skv=\(version)&sig=\(sig)"
    }
    static func short(_ version: String, _ fields: String, _ sig: String) -> String {
        "se=2030-02-01T00%3A00Z&sv=\(version)&\(fields)&\(key)&skv=\(version)&sig=\(sig)"
    }
    static let blobs = [
        full("2026-10-06", "nemg3ioz20UFv8nt20ZLDXb3x6Iq6Q6CulIxxQ%2BjW%2Bc%3D"),
        full("2026-04-06", "zcvJuF4sD0d5LIVQmOWrjB/O1wgUWy9s%2BOcFHKzIG7k%3D"),
        full("2020-06-12", "wAJqAfqpaBwS87/JtsmwdUNTqcw0kgvaKh%2BInlh03%2Bo%3D"),
        full("2019-07-07", "D8RfX19jv0mEWXJoVbOwqo7PIrt7H8jTnePnH5GV/84%3D"),
        short("2026-10-06", "sp=r&sr=b&\(agent)", "tmqsaKCGhzf6As4m2yR0XfY6xxKtbtmHOchziRoJAnk%3D"),
        short("2020-06-12", "sp=r&sr=b&\(agent)", "IUubZM0Z7qDg7nU5KSNXiTUc4sCidacfZxlk4ZDT5tc%3D"),
    ]
    static let container = short(
        "2026-04-06",
        "sp=rl&sr=c&ses=vault1",
        "05Q9JZmhbYuwJBsKLk3oDGrABQ5JgrnejhdIRvMn8TE%3D"
    )
    static let snapshot = short("2019-07-07", "sp=r&sr=bs", "pyIGA7no5MmOUHEMFPqbGJEiS%2B3w5faA3r1JqIITl/k%3D")
    static let policy = short(
        "2026-10-06",
        "sp=rl&sr=c&si=readers",
        "v4Jx/%2B3c2Rnky07oZJNLiPBIz9vdl3OWA5Jgv%2B20oOI%3D"
    )
    static let bound = short(
        "2026-10-06",
        "sp=r&sr=b&sduoid=0c0c0c0c-1111-2222-3333-444444444444",
        "/b0UbvwtcRPcwaJRSm8R4M6ELzvd0VOn8vnaH9rL6Ps%3D"
    )

    static let user = "0c0c0c0c-1111-2222-3333-444444444444"
    static let abroad = short(
        "2026-10-06",
        "sp=r&sr=b&sduoid=\(user)&skdutid=0d0d0d0d-1111-2222-3333-444444444444",
        "Oeiu5uPUWaoTbfnzIjOSuORotzNZ4YUoqFn94MCs6o4%3D"
    )
    static let nobody = short(
        "2026-10-06",
        "sp=r&sr=b&skdutid=0d0d0d0d-1111-2222-3333-444444444444",
        "3pdTu9IJylaITYR6l0bCfv8eCXT0iPFEWHoKfaG3oTQ%3D"
    )
    static let dressed = short(
        "2026-10-06",
        "sp=r&sr=b&srh=x-ms-meta-city,foo%24&srq=firstName,hello%24",
        "pv36C6GtwCYG71afwueKVfirsK7qoB7p/mBV9THNtmM%3D"
    )

    func grant(
        _ path: String,
        _ query: String,
        now: Timestamp = Fixture.now,
        user: (String, String)? = nil,
        headers: [(String, String)] = []
    ) throws -> SASGrant {
        let head = try Fixture.head(.get, path + (path.contains("?") ? "&" : "?") + query, headers)
        let target = try BlobTarget(head: head, host: Fixture.account())
        let signature = try #require(try SharedAccessSignature(head.query))
        #expect(try query.contains("skoid") == (signature.delegatedKey != nil))
        return try signature.verify(
            .init(
                target: .blob(target),
                clientAddress: "10.0.0.1",
                isSecure: true,
                now: now,
                head: head,
                user: try user.map {
                    (try #require(PrincipalID(text: $0.0)), try #require(TenantID(text: $0.1)))
                }
            ),
            keys: [Fixture.key1]
        )
    }

    @Test(arguments: blobs) func `a delegated signature of every generation of the SDK is accepted`(_ query: String)
        throws
    {
        #expect(try grant(Self.path, query).permits(.readBlob) == .always)
    }

    @Test func `containers and snapshots are signed for too`() throws {
        #expect(try grant("/fotos/any", Self.container).permits(.readBlob) == .always)
        let snapshot = Self.path + "?snapshot=2029-12-31T00:00:00.0000000Z"
        #expect(try grant(snapshot, Self.snapshot).permits(.readBlob) == .always)
        #expect(Fixture.code { try grant(Self.path, Self.snapshot) } == "AuthenticationFailed")
    }

    @Test(arguments: blobs) func `every field altered or taken away is refused`(_ query: String) {
        let pairs = query.split(separator: "&").map(String.init)
        let other = [
            "st": "2029-01-01", "se": "2031-01-01", "sp": "rw", "sip": "0.0.0.0-255.255.255.255", "spr": "https,http",
            "sv": "2025-01-05", "sr": "c", "skoid": "0e0e0e0e-1111-2222-3333-444444444444",
            "sktid": "0e0e0e0e-1111-2222-3333-444444444444", "skt": "2029-12-29T00:00:00Z",
            "ske": "2030-02-03T00:00:00Z", "sks": "q", "skv": "2018-11-09",
            "sig": "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA%3D",
        ]
        for (index, pair) in pairs.enumerated() {
            let name = String(pair.prefix { $0 != "=" })
            var altered = pairs
            altered[index] = "\(name)=\(other[name] ?? "other")"
            var shorter = pairs
            shorter.remove(at: index)
            for changed in name == "sig" ? [altered] : [altered, shorter] {
                let code = Fixture.code { try grant(Self.path, changed.joined(separator: "&")) }
                #expect(code == "AuthenticationFailed", "\(name)")
            }
        }
    }

    @Test(arguments: ["saoid=x", "suoid=x", "scid=x", "sduoid=x", "skdutid=x", "srh=a", "srq=a"])
    func `a field that the version does not sign is refused`(_ field: String) {
        #expect(Fixture.code { try grant(Self.path, Self.blobs[3] + "&" + field) } == "AuthenticationFailed")
    }

    @Test func `a stored policy has no part in a delegated signature`() {
        #expect(Fixture.code { try grant("/fotos/any", Self.policy) } == "AuthenticationFailed")
        #expect(Fixture.code { try grant(Self.path, Self.blobs[0] + "&ss=b&srt=o") } == "AuthenticationFailed")
    }

    @Test func `a user whom lists bind is named by an id, and alone`() {
        for field in ["suoid=x", "saoid=\(Self.user)&suoid=\(Self.user)"] {
            #expect(Fixture.code { try grant(Self.path, Self.blobs[0] + "&" + field) } == "AuthenticationFailed")
        }
    }

    @Test func `a signature made for a user opens nothing to others`() throws {
        let (home, other) = ("0b0b0b0b-1111-2222-3333-444444444444", "0d0d0d0d-1111-2222-3333-444444444444")
        let (user, stranger) = (Self.user, "0e0e0e0e-1111-2222-3333-444444444444")
        let cases: [(String, (String, String)?, Bool)] = [
            (Self.bound, (user, home), true), (Self.bound, nil, false), (Self.bound, (stranger, home), false),
            (Self.bound, (user, other), false), (Self.abroad, (user, other), true), (Self.abroad, (user, home), false),
            (Self.abroad, nil, false), (Self.nobody, nil, false), (Self.nobody, (user, other), false),
        ]
        for (query, bearer, opens) in cases {
            let code = Fixture.code { try grant(Self.path, query, user: bearer) }
            #expect(code == (opens ? nil : "AuthenticationFailed"))
        }
        let freed = Self.bound.replacing("&sduoid=\(user)", with: "")
        #expect(Fixture.code { try grant(Self.path, freed, user: (user, home)) } == "AuthenticationFailed")
    }

    @Test func `a signature binds the headers and parameters it names`() throws {
        let headers = [("x-ms-meta-city", "oslo,bergen"), ("foo$", "bar!"), ("other", "1")]
        let parameters = "&firstName=john%2CTim&hello%24=w%20o&more=1"
        #expect(
            try grant(Self.path, Self.dressed + parameters, headers: headers).permits(.readBlob) == .always
        )
        let wrong: [(String, [(String, String)])] = [
            ("", headers), (parameters, []), (parameters.replacing("Tim", with: "Tom"), headers),
            (parameters, [("x-ms-meta-city", "oslo"), headers[1]]), ("&firstName=john%2CTim", headers),
            (parameters.replacing("w%20o", with: "w%0Ao"), headers),
        ]
        for (query, fields) in wrong {
            let code = Fixture.code { try grant(Self.path, Self.dressed + query, headers: fields) }
            #expect(code == "AuthenticationFailed", "\(query)")
        }
    }

    @Test func `the key's times hold within those of the signature`() throws {
        func code(_ time: String) throws -> String? {
            let now = try #require(Timestamp(iso8601: time))
            return Fixture.code { try grant(Self.path, Self.blobs[4], now: now) }
        }
        #expect(try code("2029-12-29T23:59:59Z") == "AuthenticationFailed")
        #expect(try code("2029-12-30T00:00:00Z") == nil)
        #expect(try code("2030-01-30T23:59:59Z") == nil)
        #expect(try code("2030-01-31T00:00:00Z") == "AuthenticationFailed")
    }

    @Test func `a key's value depends on everything that names it`() throws {
        let signature = try #require(try SharedAccessSignature(QueryItems(Self.blobs[0])))
        let key = try #require(try signature.delegatedKey)
        let value = key.value(under: Fixture.key1)
        #expect(value.reveal().count == 32 && key.value(under: Fixture.key2).reveal() != value.reveal())
        let others = [
            DelegatedKey(
                principal: PrincipalID(key.tenant.raw),
                tenant: key.tenant,
                start: key.start,
                expiry: key.expiry,
                version: key.version
            ),
            DelegatedKey(
                principal: key.principal,
                tenant: TenantID(key.principal.raw),
                start: key.start,
                expiry: key.expiry,
                version: key.version
            ),
            DelegatedKey(
                principal: key.principal,
                tenant: key.tenant,
                start: key.expiry,
                expiry: key.expiry,
                version: key.version
            ),
            DelegatedKey(
                principal: key.principal,
                tenant: key.tenant,
                start: key.start,
                expiry: key.start,
                version: key.version
            ),
            DelegatedKey(
                principal: key.principal,
                tenant: key.tenant,
                start: key.start,
                expiry: key.expiry,
                version: .oldest
            ),
        ]
        for other in others { #expect(other.value(under: Fixture.key1).reveal() != value.reveal()) }
    }
}
