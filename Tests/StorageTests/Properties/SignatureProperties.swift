// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage

extension ParserProperty {
    private static let vectors = [
        SharedAccessSignatureTests.full, SharedAccessSignatureTests.container, SharedAccessSignatureTests.account,
    ]
    private static let tokens = [
        "&", "=", "sig=", "sp=rwdl", "sr=c", "sr=d&sdd=9", "srt=sco", "ss=b", "sv=2026-10-06", "sv=2012-02-12", "si=x",
        "skoid=",
        "spr=http", "sip=0.0.0.0-255.255.255.255", "se=9999-12-31", "st=", "tn=t", "%0A", "ses=", "srh=", "srq=",
    ]
    /// Whatever is done to a signature, it opens nothing unless it says the same as before.
    static let signatures: [ParserProperty] =
        vectors.map { vector in
            ParserProperty("SAS of \(vector.name)", [vector.query], tokens: tokens) { bytes, _ in
                let text = String(decoding: bytes, as: UTF8.self)
                let query = try QueryItems(text)
                let signature = try some(try SharedAccessSignature(query))
                let head = try RequestHead(method: .get, target: vector.path, headers: [:])
                let circumstances = SharedAccessSignature.Circumstances(
                    target: try StorageTarget(head: head, host: AccountName("lazulitest"), of: .blob),
                    clientAddress: "10.0.0.1",
                    isSecure: true,
                    now: Fixture.now
                )
                _ = try signature.verify(circumstances, keys: [Fixture.key1])
                try require(same(query, try QueryItems(vector.query)), "another signature is accepted")
            }
        } + [
            .text(
                "Authorization",
                ["SharedKey lazulitest:AAAA", "SharedKeyLite a1b:\([UInt8](repeating: 1, count: 32).base64)"],
                tokens: ["SharedKey ", ":", "=", " ", "Bearer "]
            ) { text in
                _ = try SharedKey(authorization: text)
            },
            .text("conditions", ["\"0x8D1\"", "*", "W/\"a\"", "\"a\", \"b\""], tokens: ["\"", ",", "*", "W/", " "]) {
                text in
                for name in ["If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since"] {
                    guard let conditions = try? Conditions(try head(name, text).headers) else { continue }
                    let fault = Fixture.fault {
                        try conditions.check(.init(etag: "0x8D1", lastModified: Fixture.now), for: .read)
                    }
                    try require([nil, 304, 400, 412].contains(fault?.status), "answers \(fault?.status ?? 0)")
                }
            },
            .text("metadata", ["v", "=?utf-8?q?x?="], tokens: ["\t", " ", "=", "\u{7F}"]) { text in
                let metadata = try Metadata(try head("x-ms-meta-a", text).headers)
                try require(metadata.items.count <= 1, "one field is several items")
            },
            .text(
                "customer's key",
                [CustomerKeyTests.headers(1)["x-ms-encryption-key"] ?? ""],
                tokens: ["=", "A", "+"]
            ) { text in
                let more = CustomerKeyTests.headers(1).filter { $0.key != "x-ms-encryption-key" }
                _ = try CustomerKey(try head("x-ms-encryption-key", text, more))
            },
            .text(
                "entity tag condition",
                ["W/\"datetime'2020-01-01T00%3A00%3A00Z'\"", "*"],
                tokens: ["W/", "\"", "'", "%3A", "*"]
            ) { text in
                _ = try EntityTagText.condition(text)
            },
        ]
    /// Whether two queries say the same: what no signature binds may differ, and so may empty fields.
    private static func same(_ a: QueryItems, _ b: QueryItems) -> Bool {
        func said(_ query: QueryItems) -> [String: String] {
            let known = query.items.filter { item in b.items.contains { $0.name == item.name } && !item.value.isEmpty }
            return Dictionary(known.map { ($0.name, $0.value) }) { first, _ in first }
        }
        var (x, y) = (said(a), said(b))
        // The spare bits of base64's last character say nothing.
        let signatures = [x, y].map { $0["sig"].flatMap { [UInt8](base64: $0) } }
        (x["sig"], y["sig"]) = (nil, nil)
        return x == y && signatures[0] == signatures[1]
    }
}
