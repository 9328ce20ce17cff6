// SPDX-License-Identifier: Apache-2.0
package import HTTPTypes

/// The pages a request names: whole pages of a page blob, by their bytes.
package enum PageRange {
    /// The pages of Put Page and Put Page From URL; there the range is needed, and has both ends.
    ///
    /// `x-ms-range` wins over `Range`.
    package static func required(_ head: RequestHead) throws(StorageFault) -> Range<Int64> {
        let isOwn = head.headers.contains(StorageHeader.range)
        guard let text = head.headers[isOwn ? StorageHeader.range : .range], !text.isEmpty else {
            throw .missingRequiredHeader("x-ms-range")
        }
        return try pages(text, header: isOwn ? "x-ms-range" : "Range")
    }
    /// Whole pages written as `bytes=first-last`, where `first` and `last + 1` are multiples of 512.
    package static func pages(_ text: String, header: String) throws(StorageFault) -> Range<Int64> {
        let (first, last) = try ends(text, header: header)
        guard let last else { throw .invalidHeaderValue(header, text) }
        guard first % BlobLimits.pageBytes == 0, (last + 1) % BlobLimits.pageBytes == 0 else {
            throw .invalidPageRange
        }
        return first..<last + 1
    }
    /// The part of a blob of `size` bytes that Get Page Ranges looks at: all of it without a range, else the pages that
    /// the range touches.
    package static func listed(_ head: RequestHead, size: Int64) throws(StorageFault) -> Range<Int64> {
        // A range of another form is passed over, as for reads.
        guard let text = head.headers[StorageHeader.range] ?? head.headers[.range],
            let (first, last) = try? ends(text, header: "x-ms-range")
        else { return 0..<size }
        guard first < size else { throw .invalidRange }
        let page = BlobLimits.pageBytes
        let end = min(size, last.map { $0 / page * page + page } ?? size)
        return first / page * page..<end
    }
    /// The ends of `bytes=first-last` or `bytes=first-`, both inside.
    package static func ends(_ text: String, header: String) throws(StorageFault) -> (Int64, Int64?) {
        let parts = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard text.lowercased().hasPrefix("bytes="), parts.count == 2, let first = number(parts[0]) else {
            throw .invalidHeaderValue(header, text)
        }
        guard !parts[1].isEmpty else { return (first, nil) }
        guard let last = number(parts[1]), last >= first, last < Int64.max - BlobLimits.pageBytes else {
            throw .invalidHeaderValue(header, text)
        }
        return (first, last)
    }
    private static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (48...57).contains($0) } ? Int64(text) : nil
    }

    /// Whether Set Blob Properties speaks of a page blob's length or sequence number.
    package static func isResize(_ headers: HTTPFields) -> Bool {
        ["x-ms-blob-content-length", "x-ms-sequence-number-action", "x-ms-blob-sequence-number"].contains {
            headers.contains(StorageHeader.name($0))
        }
    }
    /// A length of a page blob as a header states it: a multiple of 512 of at most 8 TiB.
    package static func length(_ head: RequestHead) throws(StorageFault) -> Int64? {
        let name = "x-ms-blob-content-length"
        guard let text = head.headers[StorageHeader.name(name)] else { return nil }
        guard let length = number(text[...]), length % BlobLimits.pageBytes == 0 else {
            throw .invalidHeaderValue(name, text)
        }
        guard length <= BlobLimits.pageBlobBytesMax else { throw .pageBlobTooLong(text) }
        return length
    }
}
