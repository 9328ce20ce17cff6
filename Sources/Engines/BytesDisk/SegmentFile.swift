// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import CXXHash
// Glibc for the flags and the vectors of the file calls.
import Glibc

/// Names and header page of segment files.
///
/// `segment-<16 hexadecimal digits>.lzb`, with `.open` behind it while it may hold room that nobody refers to. The first page holds magic (7 bytes), version (1), segment number (8, little-endian) and the XXH3 of these 16
/// bytes (8, little-endian); the rest is zero. Regions of extents follow.
enum SegmentFile {
    static let headerBytes: Int64 = 4096
    private static let magic = Array("LZBYTES".utf8)
    private static let version: UInt8 = 1
    private static let prefix = "segment-"
    private static let sealedSuffix = ".lzb"
    private static let openSuffix = ".lzb.open"

    static func name(_ id: Int64, open: Bool) -> String {
        let digits = String(id, radix: 16)
        return prefix + String(repeating: "0", count: 16 - digits.count) + digits + (open ? openSuffix : sealedSuffix)
    }
    /// What a file's name says; nil when it is no segment's.
    static func parse(_ name: String) -> (id: Int64, open: Bool)? {
        guard name.hasPrefix(prefix), name.hasSuffix(sealedSuffix) || name.hasSuffix(openSuffix) else { return nil }
        let digits = name.dropFirst(prefix.count).prefix(16)
        guard let id = Int64(digits, radix: 16), id > 0 else { return nil }
        let open = name.hasSuffix(openSuffix)
        return name == Self.name(id, open: open) ? (id, open) : nil
    }

    /// Makes a durable empty segment.
    static func create(_ id: Int64, in folder: String) throws(BytesError) -> OpenFile {
        let path = folder + "/" + name(id, open: true)
        let file = try OpenFile(path, O_CREAT | O_EXCL | O_RDWR)
        do throws(BytesError) {
            try file.write(header(id), at: 0)
            try file.sync()
            try syncFolder(folder)
        } catch {
            // An incomplete file is removed here or, should that fail too, at the next start.
            _ = unsafe unlink(path)
            throw error
        }
        return file
    }
    static func syncFolder(_ folder: String) throws(BytesError) {
        try OpenFile(folder, O_RDONLY | O_DIRECTORY).syncFolder()
    }
    /// Checks a segment at start; false when a crash interrupted its creation, before anything could be put into it.
    static func check(_ path: String, id: Int64, open: Bool) throws(BytesError) -> Bool {
        let file = try OpenFile(path, O_RDONLY)
        guard let found = try file.read(Int(headerBytes), at: 0), found == header(id) else {
            if open && file.size <= headerBytes { return false }
            throw .corrupt(
                """
                \(path) does not begin as segment \(id) of version \(version) does: it is damaged, misplaced or of \
                another release. Put the file back from a backup; without one, move it away, and what was in it is lost
                """
            )
        }
        return true
    }
    private static func header(_ id: Int64) -> [UInt8] {
        func little(_ value: UInt64) -> [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) } }
        let front = magic + [version] + little(UInt64(id))
        let sum = unsafe front.withUnsafeBytes { unsafe Blocks.checksum($0, segment: id, offset: 0) }
        let used = front + little(UInt64(littleEndian: sum))
        return used + [UInt8](repeating: 0, count: Int(headerBytes) - used.count)
    }
}

extension OpenFile {
    /// Writes plain bytes.
    func write(_ bytes: [UInt8], at offset: Int64) throws(BytesError) {
        var copy = bytes
        let result = unsafe copy.withUnsafeMutableBytes { buffer in
            Result { () throws(BytesError) in
                var part = unsafe iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
                try unsafe withUnsafeMutablePointer(to: &part) { pointer throws(BytesError) in
                    try unsafe write(UnsafeMutableBufferPointer(start: pointer, count: 1), at: offset)
                }
            }
        }
        try result.get()
    }
    /// Reads plain bytes; nil when the file ends before.
    func read(_ count: Int, at offset: Int64) throws(BytesError) -> [UInt8]? {
        var bytes = [UInt8](repeating: 0, count: count)
        let result = unsafe bytes.withUnsafeMutableBytes { buffer in
            Result { () throws(BytesError) in
                var part = unsafe iovec(iov_base: buffer.baseAddress, iov_len: buffer.count)
                return try unsafe withUnsafeMutablePointer(to: &part) { pointer throws(BytesError) in
                    try unsafe read(UnsafeMutableBufferPointer(start: pointer, count: 1), at: offset)
                }
            }
        }
        return try result.get() ? bytes : nil
    }
}
