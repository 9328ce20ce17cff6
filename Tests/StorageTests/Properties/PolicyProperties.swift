// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage

extension ParserProperty {
    private static let json = [
        "{", "}", "[", "]", "\"", ",", ":", "null", "true", "-1", "1e400", "\"name\":", "\"enabled\":false",
        "\"definition\":",
    ]
    private static let lifecycle = #"""
        {"rules":[{"enabled":true,"name":"r1","type":"Lifecycle","definition":{"filters":{"blobTypes":["blockBlob"],
        "prefixMatch":["docs/a"]},"actions":{"baseBlob":{"tierToCool":{"daysAfterModificationGreaterThan":30},
        "delete":{"daysAfterModificationGreaterThan":90}},"snapshot":{"delete":{"daysAfterCreationGreaterThan":7}}}}}]}
        """#
    private static let inventory = #"""
        {"enabled":true,"type":"Inventory","rules":[{"enabled":true,"name":"r1","destination":"reports","definition":
        {"format":"Csv","schedule":"Daily","objectType":"Blob","schemaFields":["Name","Content-Length"],
        "filters":{"blobTypes":["blockBlob"],"prefixMatch":["docs"]}}}]}
        """#
    /// Policies that come as JSON through the manager, and what comes only to paths.
    static let policies: [ParserProperty] = [
        ParserProperty(
            "lifecycle policy",
            [lifecycle],
            tokens: json + [
                "\"prefixMatch\":[", "\"version\":{", "\"tierToArchive\":{", "\"daysAfterCreationGreaterThan\":",
            ]
        ) { bytes, _ in
            let value = try typed(JSONError.self) { try JSON(parsing: bytes) }
            _ = try LifecyclePolicy(value, home: TierHome(kind: "StorageV2", sku: "Standard_LRS"), tracksAccess: true)
        },
        ParserProperty(
            "inventory policy",
            [inventory],
            tokens: json + ["\"schemaFields\":[", "\"Weekly\"", "\"Container\"", "\"Parquet\"", "\"excludePrefix\":["]
        ) { bytes, _ in
            let value = try typed(JSONError.self) { try JSON(parsing: bytes) }
            let policy = try InventoryPolicy(value)
            try require((1...InventoryPolicy.rulesMax).contains(policy.rules.count), "\(policy.rules.count) rules")
        },
        .text("x-ms-properties", ["a=MQ==,b=Mg==", ""], tokens: [",", "=", "MQ==", "a=", "\u{E4}", " "]) { text in
            guard let metadata = try PathProperties.read(try head("x-ms-properties", text)) else { return }
            let shown = PathProperties.text(metadata) ?? ""
            let again = try PathProperties.read(try head("x-ms-properties", shown))
            try require(again == metadata || metadata.items.isEmpty, "written and read again they are others")
        },
        .text("a path's name", ["a/b/c", "/a//b/", "a."], tokens: ["/", "//", ".", "..", "/../", "%2F", "\\", "a"]) {
            text in
            let path = try PathName(try BlobName(text))
            try require(path.names.count <= PathName.depthMax, "\(path.names.count) names")
            try require(
                !path.names.contains { [".", ".."].contains($0.text) || $0.text.utf8.contains(47) },
                "it climbs"
            )
            guard !path.isRoot else { return }
            try require(try PathName(try BlobName(path.text)) == path, "written and read again it is another one")
        },
        .text(
            "list of paths",
            ["recursive=true&directory=a%2Fb&maxResults=5", "recursive=false&beginFrom=a"],
            tokens: ["&", "=", "recursive=", "maxResults=", "continuation=", "-1", "99999999999999999999", "%00"]
        ) { text in
            let query = try PathQuery(try QueryItems(text), for: .paths)
            try require((1...5_000).contains(query.pageSize), "a page of \(query.pageSize)")
        },
    ]
}
