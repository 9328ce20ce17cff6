// SPDX-License-Identifier: Apache-2.0
import Bytes
// Glibc for the vectors that put user bytes and checksums together without a copy.
import Glibc

/// Moves the blocks of an extent between the caller's arrays and its file.
enum BlockIO {
    /// Writes whole blocks (the extent's last may be shorter) from block `first` on.
    static func write(
        _ bytes: [UInt8],
        sums: [UInt64],
        from first: Int64,
        of extent: Extent,
        to file: OpenFile
    ) throws(BytesError) {
        let result: Result<Void, BytesError> = unsafe bytes.withUnsafeBytes { user in
            unsafe sums.withUnsafeBytes { checks in
                // pwritev(2) only reads what its vectors name.
                let bytes = unsafe UnsafeMutableRawBufferPointer(mutating: user)
                let checks = unsafe UnsafeMutableRawBufferPointer(mutating: checks)
                return unsafe withVectors(bytes, checks) { vectors in
                    Result { () throws(BytesError) in
                        try unsafe file.write(vectors, at: Blocks.offset(first, of: extent))
                    }
                }
            }
        }
        try result.get()
    }

    /// The user bytes of some blocks, checked; nil when only the page cache may be asked and does not hold them all.
    static func read(
        _ blocks: Range<Int64>,
        of extent: Extent,
        from file: OpenFile,
        cachedOnly: Bool
    ) throws(BytesError) -> [UInt8]? {
        let block = Int64(BytesLayout.blockBytes)
        let count = Int(min(blocks.upperBound * block, extent.length) - blocks.lowerBound * block)
        var sums = [UInt64](repeating: 0, count: blocks.count)
        var found: Result<Bool, BytesError> = .success(false)
        let bytes = unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            let user = unsafe UnsafeMutableRawBufferPointer(rebasing: UnsafeMutableRawBufferPointer(buffer)[..<count])
            found = unsafe sums.withUnsafeMutableBytes { checks in
                unsafe withVectors(user, checks) { vectors in
                    Result { () throws(BytesError) in
                        let offset = Blocks.offset(blocks.lowerBound, of: extent)
                        guard cachedOnly else { return try unsafe file.read(vectors, at: offset) }
                        return unsafe file.readCached(vectors, bytes: count + checks.count, at: offset)
                    }
                }
            }
            if case .success(true) = found { initialized = count }
        }
        guard try found.get() else {
            if cachedOnly { return nil }
            throw .corrupt(
                "\(file.path) ends before block \(blocks.upperBound - 1) of the extent at \(extent.offset) does"
            )
        }
        try check(bytes, sums, from: blocks.lowerBound, of: extent, in: file)
        return bytes
    }

    private static func check(
        _ bytes: [UInt8],
        _ sums: [UInt64],
        from first: Int64,
        of extent: Extent,
        in file: OpenFile
    ) throws(BytesError) {
        let computed = Blocks.checksums(bytes, from: first, of: extent)
        guard let bad = zip(sums, computed).enumerated().first(where: { $1.0 != $1.1 })?.offset else { return }
        let number = first + Int64(bad)
        let offset = Blocks.offset(number, of: extent)
        // A region that was given back reads as zeros; only damage leaves data whose checksum is wrong.
        let region = offset..<min(offset + Int64(Blocks.diskBytes), extent.region.upperBound)
        guard file.holdsData(in: region) else { throw .released("the extent at \(extent.offset) of \(file.path)") }
        throw .corrupt("\(file.path): block \(number) of the extent at \(extent.offset) (byte \(offset) of the file)")
    }

    /// One vector for each block and one for its checksum, in the order of the file.
    private static func withVectors<R>(
        _ user: UnsafeMutableRawBufferPointer,
        _ checks: UnsafeMutableRawBufferPointer,
        _ body: (UnsafeMutableBufferPointer<iovec>) -> R
    ) -> R {
        let blocks = checks.count / Blocks.checksumBytes
        return unsafe withUnsafeTemporaryAllocation(of: iovec.self, capacity: blocks * 2) { vectors in
            for index in 0..<blocks {
                let start = index * BytesLayout.blockBytes
                let length = min(BytesLayout.blockBytes, user.count - start)
                unsafe vectors.initializeElement(
                    at: index * 2,
                    to: iovec(iov_base: user.baseAddress.map { unsafe $0 + start }, iov_len: length)
                )
                let check = unsafe checks.baseAddress.map { unsafe $0 + index * Blocks.checksumBytes }
                unsafe vectors.initializeElement(
                    at: index * 2 + 1,
                    to: iovec(iov_base: check, iov_len: Blocks.checksumBytes)
                )
            }
            return unsafe body(vectors)
        }
    }
}
