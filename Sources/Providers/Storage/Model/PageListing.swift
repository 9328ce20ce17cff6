// SPDX-License-Identifier: Apache-2.0
import Markup

/// The body of Get Page Ranges.
package struct PageListing: Equatable, Sendable {
    /// Which pages are there; against an older snapshot, which changed.
    package var pages: [Range<Int64>]
    /// Against an older snapshot: which pages were cleared since.
    package var cleared: [Range<Int64>]
    /// Where to go on; nil at the end, and where the request could not say how many ranges it takes.
    package var nextMarker: String?
    /// States what is there.
    package init(pages: [Range<Int64>], cleared: [Range<Int64>] = [], nextMarker: String? = nil) {
        self.pages = pages
        self.cleared = cleared
        self.nextMarker = nextMarker
    }

    /// The first version with `marker` and `maxresults` (REST "Get Page Ranges", URI parameters).
    package static let firstPagedVersion = "2020-10-02"

    /// The XML body: `PageRange` and `ClearRange` by place, `End` inside (REST "Get Page Ranges", response body).
    ///
    /// Clients of versions without pages take every element for a range, so there is no `NextMarker` for them.
    package func body(_ version: ServiceVersion) throws(StorageFault) -> [UInt8] {
        try XMLBody.write { writer in
            writer.open("PageList")
            var cleared = cleared[...]
            for page in pages {
                while let next = cleared.first, next.lowerBound < page.lowerBound {
                    Self.write("ClearRange", next, to: &writer)
                    cleared = cleared.dropFirst()
                }
                Self.write("PageRange", page, to: &writer)
            }
            for range in cleared { Self.write("ClearRange", range, to: &writer) }
            if version.isAtLeast(Self.firstPagedVersion) { writer.leaf("NextMarker", nextMarker ?? "") }
            writer.close()
        }
    }
    private static func write(_ name: String, _ range: Range<Int64>, to writer: inout XMLWriter) {
        writer.open(name)
        writer.leaf("Start", range.lowerBound)
        writer.leaf("End", range.upperBound - 1)
        writer.close()
    }
}
