// SPDX-License-Identifier: Apache-2.0

/// What a disk engine may be told; the defaults are right for a region.
package struct DiskOptions: Sendable {
    /// A segment takes no further extents once it holds this much.
    ///
    /// Large enough that files stay few, small enough that settling one after a crash is quick.
    package var segmentBytes: Int64
    /// Room on the disk that extents never take, so that the store beside them can still commit and delete.
    package var keepFreeBytes: Int64
    /// Threads that read and write.
    ///
    /// More than four wait for the same disk.
    package var threads: Int
    /// Segments that may be open for reading at once, well below the usual limit of 1,024 descriptors.
    package var handlesMax: Int

    /// Takes what differs from the defaults.
    package init(
        segmentBytes: Int64 = 1 << 30,
        keepFreeBytes: Int64 = 256 << 20,
        threads: Int = 4,
        handlesMax: Int = 128
    ) {
        precondition(segmentBytes > 0 && threads > 0 && handlesMax > 0, "every limit is positive")
        self.segmentBytes = segmentBytes
        self.keepFreeBytes = keepFreeBytes
        self.threads = threads
        self.handlesMax = handlesMax
    }
}

/// Fixed limits, each with its reason.
enum Limits {
    /// From this length on an extent goes to segments of its own kind, so that a small write's sync does not wait for
    /// the dirty pages of a large one.
    static let largeBytes: Int64 = 8 << 20
    /// Dirty pages of a large extent are sent to the disk in windows of this size while it is still being written, so
    /// that its finish has little left to wait for.
    static let writebackBytes: Int64 = 8 << 20
    /// Full segments that stay marked as open.
    ///
    /// A finish whose reference is not yet committed when its segment is sealed would be forgotten by a crash; this
    /// many segments must fill up in between.
    static let sealLag = 4
}
