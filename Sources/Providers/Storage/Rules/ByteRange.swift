// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// The range a read asks for (REST "Specifying the range header for Blob service operations"): `bytes=a-` or
/// `bytes=a-b`; `x-ms-range` wins over `Range`.
package struct ByteRange: Equatable, Sendable {
    /// The longest range whose checksum may be asked for, in bytes.
    package static let checksumBytesMax: Int64 = 4 << 20

    /// A checksum of the range that the answer shall carry.
    package enum Checksum: Equatable, Sendable {
        case md5
        case crc64
    }

    private let first: Int64
    private let last: Int64?
    /// The checksum that the answer shall carry, if any.
    package let checksum: Checksum?

    /// Reads the range of a request; nil when the whole blob is asked for.
    ///
    /// A range of another form than the two is passed over, as RFC 9110 §14.2 has it: the answer is the whole blob.
    package init?(_ head: RequestHead) throws(StorageFault) {
        checksum = try Self.checksum(head)
        guard let text = head.headers[StorageHeader.range] ?? head.headers[.range],
            let (first, last) = Self.ends(text)
        else {
            // A checksum of a range needs a range (REST "Get Blob", x-ms-range-get-content-md5).
            if checksum == .md5 { throw .invalidHeaderValue("x-ms-range-get-content-md5", "true") }
            if checksum == .crc64 { throw .invalidHeaderValue("x-ms-range-get-content-crc64", "true") }
            return nil
        }
        self.first = first
        self.last = last
    }

    private static func ends(_ text: String) -> (first: Int64, last: Int64?)? {
        guard text.lowercased().hasPrefix("bytes=") else { return nil }
        let ends = text.dropFirst(6).split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2, let first = number(ends[0]) else { return nil }
        guard !ends[1].isEmpty else { return (first, nil) }
        guard let last = number(ends[1]), last >= first, last < Int64.max else { return nil }
        return (first, last)
    }
    private static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { (48...57).contains($0) } ? Int64(text) : nil
    }
    private static func checksum(_ head: RequestHead) throws(StorageFault) -> Checksum? {
        func isSet(_ name: HTTPField.Name) throws(StorageFault) -> Bool {
            switch head.headers[name]?.lowercased() {
            case nil, "false": return false
            case "true": return true
            case let other?: throw .invalidHeaderValue(name.canonicalName, other)
            }
        }
        switch (try isSet(StorageHeader.rangeMD5), try isSet(StorageHeader.rangeCRC64)) {
        case (true, true): throw .invalidHeaderValue("x-ms-range-get-content-crc64", "true")
        case (true, false): return .md5
        case (false, true): return .crc64
        case (false, false): return nil
        }
    }

    /// The bytes of a blob of `size` bytes that the range covers, clipped at its end; never empty.
    package func resolve(size: Int64) throws(StorageFault) -> Range<Int64> {
        guard first < size else { throw .invalidRange }
        let asked = first..<((last.map { $0 + 1 }) ?? size)
        if let checksum, asked.upperBound - asked.lowerBound > Self.checksumBytesMax {
            throw .invalidHeaderValue("x-ms-range-get-content-\(checksum)", "true")
        }
        return first..<min(asked.upperBound, size)
    }
    /// The `Content-Range` of an answer with these bytes (RFC 9110 §14.4); clients need it with every 206.
    package static func contentRange(_ bytes: Range<Int64>, size: Int64) -> String {
        "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(size)"
    }
}
