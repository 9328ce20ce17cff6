// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel

/// Rows for append and page blobs, and for copies.
extension StorageProvider {
    static func growingRows(_ path: String, _ prefix: String) -> [Row] {
        brought("appendBlock", comp: "appendblock", path, prefix, "append_block(", receiveAppend, appendBlock)
            + brought("putPage", comp: "page", path, prefix, "upload_page(", receivePages, putPages) + [
                .writes(
                    "\(prefix)blob.seal",
                    .blob,
                    .put(path, query: ["comp": "seal"]),
                    .data(BlobAction.write),
                    bodyMax: 0,
                    proof: .client("seal_append_blob"),
                    sealBlob
                ),
                .reads(
                    "\(prefix)blob.getPageRanges",
                    .blob,
                    .get(path, query: ["comp": "pagelist"]),
                    .data(BlobAction.read),
                    pageMax: BlobLimits.pageRangesMax,
                    proof: .client("list_page_ranges"),
                    getPageRanges
                ),
            ]
    }
    static func copyRows(_ path: String, _ prefix: String) -> [Row] {
        [
            .writes(
                "\(prefix)blob.abortCopy",
                .blob,
                .put(path, query: ["comp": "copy"]),
                .data(BlobAction.write),
                bodyMax: 0,
                proof: .client("az storage blob copy cancel"),
                abortCopy
            ),
            .receives(
                "\(prefix)blob.incrementalCopy",
                .blob,
                .put(path, query: ["comp": "incrementalcopy"], header: "x-ms-copy-source"),
                .data(BlobAction.write),
                proof: .client("incremental_copy=True"),
                checkIncrementalCopy,
                then: incrementalCopy
            ),
            .receives(
                "\(prefix)blob.putBlockFromURL",
                .blob,
                .put(path, query: ["comp": "block"], header: "x-ms-copy-source"),
                .data(BlobAction.write),
                proof: .client("stage_block_from_url"),
                receiveBlock,
                then: putBlock
            ),
        ]
    }
    /// What takes its bytes from the request's body, and the same "From URL".
    private static func brought(
        _ name: String,
        comp: String,
        _ path: String,
        _ prefix: String,
        _ words: String,
        _ receive: @escaping Row.Receives,
        _ run: @escaping Row.Writes
    ) -> [Row] {
        [
            .receives(
                "\(prefix)blob.\(name)",
                .blob,
                .put(path, query: ["comp": comp]),
                .data(BlobAction.write),
                proof: .client(words),
                receive,
                then: run
            ),
            .receives(
                "\(prefix)blob.\(name)FromURL",
                .blob,
                .put(path, query: ["comp": comp], header: "x-ms-copy-source"),
                .data(BlobAction.write),
                proof: .client(words.hasPrefix("upload_page") ? "upload_pages_from_url" : "append_block_from_url"),
                receive,
                then: run
            ),
        ]
    }
}
