// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

struct ListingTests {
    static let endpoint = "https://lazulitest.blob.core.lazuli.localhost/"
    static let time = Timestamp(seconds: 1_893_456_000)
    static let date = "Tue, 01 Jan 2030 00:00:00 GMT"

    func query(_ text: String, _ kind: ListMarker.Kind = .blobs) throws -> ListQuery {
        try ListQuery(QueryItems(text), for: kind)
    }
    func page(_ query: String, _ lines: [BlobListing.Line], next: ListMarker? = nil) throws -> String {
        var listing = BlobListing(
            endpoint: Self.endpoint,
            container: try ContainerName("fotos"),
            query: try self.query(query)
        )
        for line in lines { listing.add(line) }
        return String(decoding: try listing.end(next: next), as: UTF8.self)
    }
    func entry(_ name: String) throws -> BlobEntry {
        var entry = BlobEntry(name: try BlobName(name))
        entry.created = Self.time
        entry.lastModified = Self.time
        entry.etag = "0x8D1"
        entry.length = 5
        return entry
    }

    @Test func `an empty page says what it is about and where it ends`() throws {
        #expect(
            try page("", [])
                == #"<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="\#(Self.endpoint)" "#
                + #"ContainerName="fotos"><Blobs></Blobs><NextMarker /></EnumerationResults>"#
        )
    }

    @Test func `a page repeats what was asked for and names the next page`() throws {
        let marker = ListMarker(.blobs, ["b"])
        let text = try page(
            "prefix=a%26&delimiter=%2F&maxresults=7000&marker=\(marker.text)&include=",
            [],
            next: marker
        )
        let echo = "<Prefix>a&amp;</Prefix><Marker>\(marker.text)</Marker><MaxResults>7000</MaxResults>"
        #expect(text.contains(echo + "<Delimiter>/</Delimiter><Blobs>"))
        #expect(text.contains("<NextMarker>\(marker.text)</NextMarker>"))
    }

    @Test func `a blob's elements come in the service's order`() throws {
        var entry = try entry("a")
        entry.tier = "Hot"
        entry.isTierInferred = true
        entry.metadata = Metadata(items: [.init(name: "Mtime", value: "1 < 2")])
        entry.tagCount = 1
        entry.tags = [.init(name: "k", value: "v")]
        let text = try page("", [.blob(entry), .prefix("d/")])
        #expect(
            text.contains(
                joined(
                    "<Blob><Name>a</Name><Properties><Creation-Time>\(Self.date)</Creation-Time>",
                    "<Last-Modified>\(Self.date)</Last-Modified><Etag>0x8D1</Etag><Content-Length>5</Content-Length>",
                    "<Content-Type>application/octet-stream</Content-Type><Content-Encoding /><Content-Language />",
                    "<Content-CRC64 /><Content-MD5 /><Cache-Control /><Content-Disposition />",
                    "<BlobType>BlockBlob</BlobType><AccessTier>Hot</AccessTier>",
                    "<AccessTierInferred>true</AccessTierInferred><LeaseStatus>unlocked</LeaseStatus>",
                    "<LeaseState>available</LeaseState><ServerEncrypted>true</ServerEncrypted><TagCount>1</TagCount>",
                    "</Properties><Metadata><Mtime>1 &lt; 2</Mtime></Metadata>",
                    "<Tags><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tags><OrMetadata /></Blob>",
                    "<BlobPrefix><Name>d/</Name></BlobPrefix>"
                )
            )
        )
    }

    @Test func `a name that XML cannot hold is percent-encoded and says so`() throws {
        let text = try page(
            "",
            [.blob(entry("a/\u{FFFF}")), .blob(entry("b\u{1}")), .prefix("\u{FFFE}/"), .blob(entry("é&"))]
        )
        #expect(text.contains(#"<Name Encoded="true">a%2F%EF%BF%BF</Name>"#))
        #expect(text.contains(#"<Name Encoded="true">b%01</Name>"#))
        #expect(text.contains(#"<BlobPrefix><Name Encoded="true">%EF%BF%BE%2F</Name></BlobPrefix>"#))
        #expect(text.contains("<Name>é&amp;</Name>"))
    }

    @Test func `a page of containers has the service's elements`() throws {
        var entry = ContainerEntry(name: try ContainerName("fotos"), lastModified: Self.time, etag: "0x8D1")
        entry.publicAccess = .blob
        entry.metadata = Metadata.none
        let listing = ContainerListing(
            endpoint: Self.endpoint,
            query: try query("prefix=fo&include=metadata", .containers),
            containers: [entry],
            next: nil
        )
        #expect(
            String(decoding: try listing.body(), as: UTF8.self)
                == joined(
                    #"<?xml version="1.0" encoding="utf-8"?><EnumerationResults ServiceEndpoint="\#(Self.endpoint)">"#,
                    "<Prefix>fo</Prefix><Containers><Container><Name>fotos</Name><Properties>",
                    "<Last-Modified>\(Self.date)</Last-Modified><Etag>\"0x8D1\"</Etag>",
                    "<LeaseStatus>unlocked</LeaseStatus><LeaseState>available</LeaseState>",
                    "<PublicAccess>blob</PublicAccess>",
                    "<DefaultEncryptionScope>$account-encryption-key</DefaultEncryptionScope>",
                    "<DenyEncryptionScopeOverride>false</DenyEncryptionScopeOverride>",
                    "<HasImmutabilityPolicy>false</HasImmutabilityPolicy><HasLegalHold>false</HasLegalHold>",
                    "<ImmutableStorageWithVersioningEnabled>false</ImmutableStorageWithVersioningEnabled></Properties>",
                    "<Metadata /></Container></Containers><NextMarker /></EnumerationResults>"
                )
        )
    }

    @Test func `parameters are read as the service reads them`() throws {
        let asked = try query("prefix=&delimiter=&maxresults=10&include=metadata,%20Tags&include=uncommittedblobs")
        #expect(asked.prefix == nil)
        #expect(asked.delimiter == nil)
        #expect(asked.pageSize == 10)
        #expect(asked.include == [.metadata, .tags, .uncommittedBlobs])
        #expect(try query("maxresults=7000").pageSize == 5000)
        #expect(try query("").pageSize == 5000)
    }

    @Test(arguments: [
        ("maxresults=0", "OutOfRangeQueryParameterValue"), ("maxresults=-1", "OutOfRangeQueryParameterValue"),
        ("maxresults=many", "InvalidQueryParameterValue"), ("include=everything", "InvalidQueryParameterValue"),
        ("include=system", "InvalidQueryParameterValue"), ("marker=2!abc", "InvalidQueryParameterValue"),
        ("delimiter=%2F&include=snapshots", "InvalidQueryParameterValue"),
    ])
    func `a wrong parameter is refused with the service's code`(_ text: String, _ code: String) {
        #expect(Fixture.fault { try query(text) }?.line == "400 \(code)")
    }

    @Test func `the list of containers includes other things than the list of blobs`() throws {
        #expect(try query("include=system,deleted,metadata", .containers).include == [.system, .deleted, .metadata])
        #expect(Fixture.code { try query("include=tags", .containers) } == "InvalidQueryParameterValue")
    }

    @Test func `a marker comes back as it went, for its own list only`() throws {
        for fields in [[], ["a"], ["ä/\u{FFFF}\u{1}", ""], [String(repeating: "\u{10FFFF}", count: 512), "v"]] {
            let marker = ListMarker(.blobs, fields)
            #expect(try ListMarker(marker.text, for: .blobs) == marker)
            #expect(Fixture.code { try ListMarker(marker.text, for: .containers) } == "OutOfRangeInput")
        }
    }

    @Test func `a marker with any character changed is refused`() throws {
        let text = Array(ListMarker(.blobs, ["dir/blob", "2030"]).text)
        for index in text.indices {
            var altered = text
            altered[index] = text[index] == "A" ? "B" : "A"
            // The last character of base64 may hold spare bits: then the marker is the same one.
            let marker = try? ListMarker(String(altered), for: .blobs)
            #expect(marker == nil || marker == ListMarker(.blobs, ["dir/blob", "2030"]), "character \(index)")
            #expect(marker == nil || index == text.count - 1)
        }
        for count in 0..<text.count {
            #expect(
                Fixture.code { try ListMarker(String(text.prefix(count)), for: .blobs) } == "InvalidQueryParameterValue"
            )
        }
    }
}
