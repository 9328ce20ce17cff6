// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

struct BlobTargetTests {
    @Test(arguments: [
        ("/", "", ""), ("/?comp=list", "", ""), ("/fotos?restype=container", "fotos", ""),
        ("/fotos/?restype=container", "fotos", ""), ("/fotos?restype=account&comp=properties", "fotos", ""),
        ("/fotos?comp=list", "fotos", ""), ("/fotos/b", "fotos", "b"),
        ("/fotos/a/b/", "fotos", "a/b/"), ("/fotos//b", "fotos", "/b"), ("/fotos/a%2Fb%20%C3%A4+", "fotos", "a/b ä+"),
        ("/b.txt", "$root", "b.txt"), ("/$root/b.txt", "$root", "b.txt"), ("/%24web/index.html", "$web", "index.html"),
        ("/$root?restype=container", "$root", ""), ("/fotos/..%2F.", "fotos", "../."),
        ("/fotos/%EF%BF%BE", "fotos", "\u{FFFE}"), ("/fotos/b%01", "fotos", "b\u{1}"),
    ])
    func `a path names a container and a blob`(_ path: String, _ container: String, _ blob: String) throws {
        let target = try Fixture.target(path)
        #expect(target.container?.text ?? "" == container)
        #expect(target.blob?.text ?? "" == blob)
    }

    @Test func `in path style the first segment is the account`() throws {
        let head = try Fixture.head(.get, "/lazulitest/fotos/b?snapshot=s&versionid=v")
        let target = try BlobTarget(head: head, host: nil)
        #expect(target.account.text == "lazulitest")
        #expect(target.canonicalPath == "/lazulitest/fotos/b")
        #expect(target.snapshot == "s")
        #expect(target.version == "v")
        #expect(Fixture.code { try BlobTarget(head: Fixture.head(.get, "/"), host: nil) } == "InvalidUri")
        #expect(Fixture.code { try BlobTarget(head: Fixture.head(.get, "/UPPER/c/b"), host: nil) } == "InvalidUri")
    }

    @Test(arguments: [
        ("/fotos/%", "InvalidUri"), ("/fotos/%zz", "InvalidUri"), ("/fotos/%C3", "InvalidUri"), ("//b", "InvalidUri"),
        ("fotos", "InvalidUri"), ("/a%2Fb", "InvalidUri"), ("/fotos/a%00b", "InvalidResourceName"),
        ("/Fotos/b", "InvalidResourceName"), ("/fo--tos/b", "InvalidResourceName"),
        ("/-fotos/b", "InvalidResourceName"),
        ("/fotos-/b", "InvalidResourceName"), ("/fo_tos/b", "InvalidResourceName"), ("/$mine/b", "InvalidResourceName"),
        ("/fo%C3%A4/b", "InvalidResourceName"), ("/ab/b", "OutOfRangeInput"),
        ("/" + String(repeating: "a", count: 64) + "/b", "OutOfRangeInput"),
        ("/fotos/" + String(repeating: "a", count: 1025), "OutOfRangeInput"),
        ("/fotos/" + String(repeating: "a/", count: 254), "OutOfRangeInput"), ("/?x=%zz", "InvalidUri"),
        ("/fotos/ä", "InvalidUri"), ("/fotos/a b", "InvalidUri"), ("/fotos/b?prefix=ä", "InvalidUri"),
    ])
    func `a bad name is refused with the service's code`(_ path: String, _ code: String) {
        let fault = Fixture.fault { try Fixture.target(path) }
        #expect(fault?.line == "400 \(code)")
    }

    @Test func `names at their limits are accepted`() throws {
        _ = try Fixture.target("/" + String(repeating: "a", count: 63) + "/" + String(repeating: "%C3%A4", count: 1024))
        _ = try Fixture.target("/abc/" + String(repeating: "a/", count: 253))
    }

    @Test func `texts that only look equal name different blobs`() throws {
        #expect(try BlobName("\u{E4}") != BlobName("a\u{308}"))
        #expect(try Set([BlobName("\u{E4}"), BlobName("a\u{308}")]).count == 2)
    }

    @Test(arguments: [("ab", false), ("abc", true), ("a1b2", true), ("Abc", false), ("a-b", false), ("abä", false)])
    func `an account's name has small letters and digits`(_ name: String, _ isGood: Bool) {
        #expect((AccountName(name) != nil) == isGood)
    }

    @Test func `a query is decoded, with plus as a blank, and keeps empty values`() throws {
        let query = try QueryItems("Comp=a+b%2B&include=&flag&x=1&x=2&y=a=b")
        #expect(query["comp"] == "a b+")
        #expect(query["include"] == "")
        #expect(query["flag"] == "")
        #expect(query.values("x") == ["1", "2"])
        #expect(query["y"] == "a=b")
        #expect(Fixture.code { try QueryItems(String(repeating: "a=1&", count: 200)) } == "InvalidUri")
    }

    @Test func `a newer version of the service is accepted and a malformed one is not`() throws {
        func version(_ text: String) throws -> ServiceVersion {
            try ServiceVersion(head: Fixture.head(.get, "/", [("x-ms-version", text)]))
        }
        #expect(try version("2029-12-31").text == "2029-12-31")
        #expect(try version("2014-02-14").isAtLeast("2015-02-21") == false)
        for text in ["2009-09-19", "2030-01-01", "2026-13-01", "2026-1-1", "latest", "2026-10-06Z", "20261006"] {
            #expect(Fixture.fault { try version(text) }?.line == "400 InvalidHeaderValue")
        }
        #expect(try ServiceVersion(head: Fixture.head(.get, "/?sv=2019-02-02")).text == "2019-02-02")
        #expect(try ServiceVersion(head: Fixture.head(.get, "/")) == .newest)
    }
}
