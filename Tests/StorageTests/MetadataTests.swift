// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

struct MetadataTests {
    func metadata(_ headers: [(String, String)]) throws -> Metadata {
        try Metadata(Fixture.head(.put, "/c/b", headers).headers)
    }

    @Test func `names keep their case and their order`() throws {
        let metadata = try metadata([("X-Ms-Meta-Mtime", "1"), ("x-ms-meta-aB_1", "two  words"), ("x-ms-version", "v")])
        #expect(metadata.items == [.init(name: "Mtime", value: "1"), .init(name: "aB_1", value: "two  words")])
        #expect(metadata.headers.map(\.name.rawName) == ["x-ms-meta-Mtime", "x-ms-meta-aB_1"])
        #expect(try self.metadata([]) == .none)
    }

    @Test(arguments: [
        ("x-ms-meta-", "1", "EmptyMetadataKey"), ("x-ms-meta-1a", "1", "InvalidMetadata"),
        ("x-ms-meta-a-b", "1", "InvalidMetadata"), ("x-ms-meta-a.b", "1", "InvalidMetadata"),
        ("x-ms-meta-a", "ä", "InvalidMetadata"),
        ("x-ms-meta-a", String(repeating: "x", count: 8192), "MetadataTooLarge"),
    ])
    func `a bad pair is refused with the service's code`(_ name: String, _ value: String, _ code: String) {
        #expect(Fixture.fault { try metadata([(name, value)]) }?.line == "400 \(code)")
    }

    @Test func `eight kibibytes of names and values are the most`() throws {
        let half = String(repeating: "x", count: 4095)
        #expect(try metadata([("x-ms-meta-a", half), ("x-ms-meta-b", half)]).items.count == 2)
        #expect(
            Fixture.code { try metadata([("x-ms-meta-a", half), ("x-ms-meta-b", half + "x")]) } == "MetadataTooLarge"
        )
    }

    @Test func `names that differ in case alone are one name given twice`() {
        #expect(Fixture.code { try metadata([("x-ms-meta-a", "1"), ("x-ms-meta-A", "2")]) } == "InvalidMetadata")
    }

    @Test func `a blob takes its properties from its own headers, else from the request's where that is meant`() throws
    {
        let headers = try Fixture.head(
            .put,
            "/c/b",
            [
                ("Content-Type", "text/xml"), ("x-ms-blob-content-type", "image/png"), ("Content-Encoding", "gzip"),
                ("Content-Language", "fr"), ("Cache-Control", "no-cache"), ("x-ms-blob-content-disposition", "inline"),
                ("x-ms-blob-content-md5", [UInt8](repeating: 1, count: 16).base64),
            ]
        ).headers
        let put = try ContentHeaders(headers, from: .putBlob)
        #expect(put.type == "image/png")
        #expect(put.encoding == "gzip")
        #expect(put.language == "fr")
        #expect(put.cacheControl == "no-cache")
        #expect(put.disposition == "inline")
        #expect(put.md5 == [UInt8](repeating: 1, count: 16))
        let explicit = try ContentHeaders(headers, from: .explicit)
        #expect(explicit.type == "image/png")
        #expect(explicit.encoding == nil)
        #expect(explicit.cacheControl == nil)
        let bad = try Fixture.head(.put, "/c/b", [("x-ms-blob-content-md5", "AAAA")]).headers
        #expect(Fixture.code { try ContentHeaders(bad, from: .putBlob) } == "InvalidMd5")
        #expect(try ContentHeaders(bad, from: .explicit).md5 == [0, 0, 0])
    }

    @Test func `a signature's headers replace a blob's and a blob without type is bytes`() throws {
        var headers = ContentHeaders()
        headers.language = "fr"
        #expect(headers.fields()[.contentType] == "application/octet-stream")
        let fields = headers.fields(overrides: [.contentType: "text/plain", .cacheControl: "no-store"])
        #expect(fields[.contentType] == "text/plain")
        #expect(fields[.cacheControl] == "no-store")
        #expect(fields[.contentLanguage] == "fr")
    }

    @Test func `public access and lease ids are read or refused`() throws {
        func access(_ value: String) throws -> PublicAccess? {
            try PublicAccess(Fixture.head(.put, "/c", [("x-ms-blob-public-access", value)]))
        }
        #expect(try access("blob") == .blob)
        #expect(try access("container") == .container)
        #expect(try access("") == nil)
        #expect(Fixture.code { try access("everyone") } == "InvalidHeaderValue")
        func lease(_ value: String) throws -> String? {
            try LeaseID(Fixture.head(.put, "/c", [("x-ms-lease-id", value)]))?.text
        }
        #expect(try lease("F81D4FAE-7DEC-11D0-A765-00A0C91E6BF6") == "f81d4fae-7dec-11d0-a765-00a0c91e6bf6")
        #expect(Fixture.code { try lease("mine") } == "InvalidHeaderValue")
    }
}
