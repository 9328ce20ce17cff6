// SPDX-License-Identifier: Apache-2.0
import Bytes
import CXXHash

/// How an extent lies in its segment: blocks of 64 KiB, each the user's bytes and their checksum in eight bytes,
/// little-endian; the last one shorter.
enum Blocks {
    /// A whole block on the disk.
    static let diskBytes = BytesLayout.blockBytes + checksumBytes
    static let checksumBytes = 8
    /// Regions begin and end on the file system's block, so that punching one never touches its neighbour.
    static let alignment: Int64 = 4096

    static func count(_ length: Int64) -> Int64 {
        let block = Int64(BytesLayout.blockBytes)
        return (length + block - 1) / block
    }
    /// Bytes of the file that `length` user bytes take, without what aligns the next region.
    static func diskLength(_ length: Int64) -> Int64 { length + count(length) * Int64(checksumBytes) }
    /// Bytes of the file that an extent owns.
    static func regionBytes(_ length: Int64) -> Int64 { (diskLength(length) + alignment - 1) / alignment * alignment }
    /// User bytes in block `number` of an extent.
    static func userBytes(_ number: Int64, of extent: Extent) -> Int {
        Int(min(Int64(BytesLayout.blockBytes), extent.length - number * Int64(BytesLayout.blockBytes)))
    }
    static func offset(_ number: Int64, of extent: Extent) -> Int64 { extent.offset + number * Int64(diskBytes) }

    /// XXH3 with 64 bits, seeded with the block's place, so that a block that ended up elsewhere is noticed.
    static func checksum(_ bytes: UnsafeRawBufferPointer, segment: Int64, offset: Int64) -> UInt64 {
        let seed = UInt64(bitPattern: segment) &* 0x9E37_79B9_7F4A_7C15 ^ UInt64(bitPattern: offset)
        return unsafe XXH3_64bits_withSeed(bytes.baseAddress, bytes.count, seed).littleEndian
    }
    /// The checksums of `bytes`, which begin with block `first` of an extent.
    static func checksums(_ bytes: [UInt8], from first: Int64, of extent: Extent) -> [UInt64] {
        unsafe bytes.withUnsafeBytes { all in
            stride(from: 0, to: all.count, by: BytesLayout.blockBytes).enumerated().map { index, start in
                let end = min(start + BytesLayout.blockBytes, all.count)
                return unsafe checksum(
                    UnsafeRawBufferPointer(rebasing: all[start..<end]),
                    segment: extent.segment,
                    offset: offset(first + Int64(index), of: extent)
                )
            }
        }
    }
}

extension Extent {
    /// The part of the file it owns.
    var region: Range<Int64> { offset..<offset + Blocks.regionBytes(length) }
}
