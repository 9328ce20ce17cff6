// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage

extension ParserProperty {
    private static let account = AccountName("lazulitest")
    private static let pathTokens = [
        "/", "%2F", "%", "%00", "$root", "$web", "(", ")", "'", "?", "&", "=", "+", "..", ".",
    ]

    private static func target(_ name: String, _ samples: [String], of service: StorageService) -> ParserProperty {
        .text(name, samples, tokens: pathTokens) { text in
            let head = try RequestHead(method: .get, target: text, headers: [:])
            let byPath = try? StorageTarget(head: head, host: nil, of: service)
            _ = byPath?.account
            _ = try StorageTarget(head: head, host: account, of: service)
        }
    }
    static let addresses: [ParserProperty] = [
        target("BlobTarget", ["/lazulitest/a/b%20c?snapshot=2020-01-01T00:00:00.0000000Z"], of: .blob),
        target("QueueTarget", ["/jobs/messages/1?popreceipt=x", "/jobs"], of: .queue),
        target(
            "TableTarget",
            ["/People(PartitionKey='a',RowKey='b%27%27')", "/$batch"],
            of: .table
        ),
        .text("BlobName", ["a/b c", "\u{E4}", "a.", "x/../y"], tokens: pathTokens) { text in
            let name = try BlobName(text)
            try require(name.text.utf8.elementsEqual(text.utf8), "a name is changed")
            let target = try BlobTarget(
                head: RequestHead(method: .get, target: "/docs/\(text.percentEncoded())", headers: [:]),
                host: account
            )
            try require(target.blob == name, "an address does not name it")
        },
        .text("ContainerName", ["docs", "a-b", "$root", "$web", "$logs"], tokens: ["-", "--", "$", "a", "A", "."]) {
            text in
            try require(try ContainerName(text).text == text, "a name is changed")
        },
        .text("QueueName", ["jobs", "a-b"], tokens: ["-", "--", "$", "a", "A", "."]) { text in
            try require(try QueueName(text).text == text, "a name is changed")
        },
        .text("TableName", ["People", "a1b2"], tokens: ["-", "tables", "$", "a", "A", "."]) { text in
            _ = try TableName(text)
        },
        .text(
            "entity keys",
            ["(PartitionKey='a',RowKey='b''c')", "(RowKey='',PartitionKey='')"],
            tokens: ["(", ")", "'", "''", ",", "="]
        ) {
            text in
            let key = try EntityKey(predicate: text)
            let written =
                "(PartitionKey='\(key.partition.replacing("'", with: "''"))',RowKey='\(key.row.replacing("'", with: "''"))')"
            try require(try EntityKey(predicate: written) == key, "written and read again it is another one")
        },
        .text(
            "QueryItems",
            ["a=1&b=%20+&c", "comp=list&include=a,b"],
            tokens: ["&", "=", "%", "%2", "+", "&&", "a=1&"]
        ) { text in
            let items = try QueryItems(text).items
            try require(items.count <= QueryItems.countMax, "limits are not kept")
            let written = items.map { "\($0.name.percentEncoded())=\($0.value.percentEncoded())" }.joined(
                separator: "&"
            )
            try require(
                items.isEmpty || (try QueryItems(written)).items == items,
                "written and read again they are others"
            )
        },
        .text(
            "ListQuery",
            [
                "prefix=a&delimiter=%2F&maxresults=10&include=metadata,tags",
                "maxresults=5001&marker=\(ListMarker(.blobs, ["b"]).text)",
            ],
            tokens: [
                "&", "=", "marker=", "maxresults=", "99999999999999999999", "include=", "snapshots", ",", "-1",
                "showonly=files",
            ]
        ) { text in
            let query = try ListQuery(QueryItems(text), for: .blobs)
            try require((1...5_000).contains(query.pageSize), "a page of \(query.pageSize)")
        },
        ParserProperty(
            "ListMarker",
            [ListMarker(.blobs, ["dir/blob", "2030"]).text],
            tokens: ["1!", "2!", "AAAA", "=", "-", "_"]
        ) {
            bytes,
            generator in
            let fields = (0..<generator.upTo(4)).map { _ in
                String(decoding: generator.bytes(generator.upTo(40)), as: UTF8.self)
            }
            let own = ListMarker(.blobs, fields)
            try require(try ListMarker(own.text, for: .blobs) == own, "a marker comes back as another one")
            let read = try ListMarker(String(decoding: bytes, as: UTF8.self), for: .blobs)
            try require(try ListMarker(read.text, for: .blobs) == read, "written and read again it is another one")
        },
        .text("entity continuation", ["1!8!QWJj", ContinuationToken.text("a/b")], tokens: ["!", "1!", "=", "A", "8"]) {
            text in
            let key = try ContinuationToken.key(text)
            try require(
                try ContinuationToken.key(ContinuationToken.text(key)) == key,
                "written and read again it is another one"
            )
        },
        .text(
            "Range",
            ["bytes=0-499", "bytes=5-"],
            tokens: ["bytes=", "-", ",", "9223372036854775807", "0", " "]
        ) { text in
            guard let range = try ByteRange(try head("x-ms-range", text)) else { return }
            let bytes = try range.resolve(size: 1_000)
            try require(bytes.lowerBound >= 0 && bytes.upperBound <= 1_000 && !bytes.isEmpty, "\(bytes)")
        },
        .text(
            "page ranges",
            ["bytes=0-511", "bytes=512-1023"],
            tokens: ["bytes=", "-", "9223372036854775807", "511", "512"]
        ) { text in
            let range = try PageRange.pages(text, header: "x-ms-range")
            try require(range.lowerBound % 512 == 0 && range.upperBound % 512 == 0 && !range.isEmpty, "\(range)")
        },
        .text("Moment", ["2020-01-01T00:00:00.1234567Z"], tokens: ["-", ":", ".", "Z", "9", "0", "+01:00"]) { text in
            let moment = try some(Moment(text))
            try require(Moment(moment.text) == moment, "written and read again it is another one")
        },
        .text(
            "EDMDateTime",
            ["2020-01-01T00:00:00.12Z", "1601-01-01T00:00:00Z"],
            tokens: ["-", ":", ".", "Z", "9", "0", "+01:00"]
        ) { text in
            let moment = try some(EDMDateTime(text))
            try require(EDMDateTime(moment.text) == moment, "written and read again it is another one")
        },
        .text("HTTP date", ["Sat, 21 Nov 2026 19:35:00 GMT"], tokens: [" ", ":", "GMT", "Mon", "00", "31 Feb", "60"]) {
            text in
            let time = try some(Timestamp(httpDate: text))
            try require(time.httpDate.count == 29, "\(time.httpDate)")
        },
        .text(
            "ISO 8601",
            ["2026-11-21T19:35:00.1234567Z", "2026-11-21", "2026-11-21T19:35+01:00"],
            tokens: ["T", ":", ".", "Z", "+", "99"]
        ) { text in
            let time = try some(Timestamp(iso8601: text))
            try require(Timestamp(iso8601: time.iso8601) == time, "written and read again it is another one")
        },
        .text(
            "NetworkAddress",
            ["10.0.0.1", "::1", "fe80::1:2", "::ffff:1.2.3.4", "10.0.0.1-10.0.0.9"],
            tokens: [":", "::", ".", "-", "ffff", "256", "%1"]
        ) {
            text in
            let range = try some(NetworkAddressRange(text))
            if let address = NetworkAddress(text) {
                try require(range.contains(address), "an address is not in itself")
            }
        },
        .text(
            "AccessList",
            [
                "user::rwx,user:21cd756e-e290-4a26-9547-93e8cc1a8923:r--,group::r-x,mask::r-x,other::---,default:user::rwx"
            ],
            tokens: [
                ",", ":", "default:", "user", "group", "mask", "other", "rwx", "::",
                "21cd756e-e290-4a26-9547-93e8cc1a8923",
            ]
        ) { text in
            let list = try AccessList(text)
            try require(try AccessList(list.text) == list, "written and read again it is another one")
            var access = AccessControl(owner: "o", group: "g", .root)
            try access.replace(list, onDirectory: true)
            try require(try AccessList(access.text) == access.list, "what it makes is not read again")
        },
        .text("AccessMode", ["rwxr-x---", "0750", "rwxrwxrwt"], tokens: ["r", "w", "x", "t", "T", "-", "0", "7"]) {
            text in
            let mode = try AccessMode(permissions: text)
            try require(try AccessMode(permissions: mode.text) == mode, "written and read again they are others")
        },
    ]
}
