// SPDX-License-Identifier: Apache-2.0
package import Bytes
// Glibc: a file's size without opening it.
import Glibc

extension DiskBytes {
    /// Refuses when the file that an extent lies in is missing, or ends before the extent does.
    ///
    /// Looks at its name and size alone: what lies in it is checked when it is read.
    package func checkReach(_ extent: Extent) throws(BytesError) {
        let sealed = folder + "/" + SegmentFile.name(extent.segment, open: false)
        let end = extent.offset + Blocks.diskLength(extent.length)
        for path in [sealed, folder + "/" + SegmentFile.name(extent.segment, open: true)] {
            var status = stat()
            guard unsafe stat(path, &status) == 0 else { continue }
            guard status.st_size < end else { return }
            throw .corrupt("\(path) was cut: it has \(status.st_size) bytes, and records refer to \(end) of them")
        }
        throw .corrupt("\(sealed) is missing, and records refer to it")
    }
}
