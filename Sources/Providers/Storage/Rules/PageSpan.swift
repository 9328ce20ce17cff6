// SPDX-License-Identifier: Apache-2.0

/// A stretch of a page blob that one write filled, as far as nothing came over it since.
///
/// Time is counted in generations: a snapshot ends one. At any place and in any generation at most one stretch is there.
package struct PageSpan: Hashable, Sendable {
    /// Where it lies in the blob, in bytes.
    package var bytes: Range<Int64>
    /// The generation it was written in.
    package let born: Int64
    /// The first generation it is no longer there; nil while it is.
    package var died: Int64?
    /// Names a stretch.
    package init(_ bytes: Range<Int64>, born: Int64, died: Int64? = nil) {
        self.bytes = bytes
        self.born = born
        self.died = died
    }
}

/// A clearing of many stretches, that is in force before the last of them is taken away.
package struct PageClear: Hashable, Sendable {
    /// What was cleared, in bytes.
    package let bytes: Range<Int64>
    /// Stretches of earlier generations are no longer there, from this one on.
    package let at: Int64
    /// Names a clearing.
    package init(_ bytes: Range<Int64>, at: Int64) {
        self.bytes = bytes
        self.at = at
    }
}

/// What generations a page map is in, and which of them somebody still looks at.
package struct PageTime: Equatable, Sendable {
    /// The generation of new writes.
    package var now: Int64
    /// The youngest generation kept for a snapshot; nil when there is none.
    package var kept: Int64?
    /// Clearings that are not carried out to their end.
    package var clears: [PageClear]
    /// States the time of a map.
    package init(now: Int64, kept: Int64? = nil, clears: [PageClear] = []) {
        self.now = now
        self.kept = kept
        self.clears = clears
    }
}

/// One part of a stretch after something came over it.
package struct PagePart: Equatable, Sendable {
    /// What becomes of the part.
    package enum Fate: Equatable, Sendable {
        /// It stays as it is.
        case stays
        /// Only snapshots see it, up to this generation.
        case past(died: Int64)
        /// Nobody sees it.
        case gone
    }
    /// Where it lies in the blob.
    package let bytes: Range<Int64>
    package let fate: Fate
    package init(_ bytes: Range<Int64>, _ fate: Fate) {
        self.bytes = bytes
        self.fate = fate
    }
}

extension PageTime {
    /// What becomes of a stretch that is there when `window` is written or cleared now; in order, without gaps.
    ///
    /// Without a window, pending clearings alone come over it.
    package func parts(of span: PageSpan, under window: Range<Int64>?) -> [PagePart] {
        var cuts: [Int64] = [span.bytes.lowerBound, span.bytes.upperBound]
        for range in clears.filter({ $0.at > span.born }).map(\.bytes) + (window.map { [$0] } ?? []) {
            cuts += [range.lowerBound, range.upperBound].filter {
                span.bytes.lowerBound < $0 && $0 < span.bytes.upperBound
            }
        }
        cuts.sort()
        var parts: [PagePart] = []
        for (from, to) in zip(cuts, cuts.dropFirst()) where from < to {
            let fate = fate(of: span.born, at: from, window)
            if let last = parts.last, last.fate == fate {
                parts[parts.count - 1] = PagePart(last.bytes.lowerBound..<to, fate)
            } else {
                parts.append(PagePart(from..<to, fate))
            }
        }
        return parts
    }
    /// A part dies with the first thing that came over it, and is kept if a snapshot may have seen it before.
    private func fate(of born: Int64, at place: Int64, _ window: Range<Int64>?) -> PagePart.Fate {
        var died = window.flatMap { $0.contains(place) ? now : nil }
        for clear in clears where clear.at > born && clear.bytes.contains(place) {
            died = min(died ?? clear.at, clear.at)
        }
        guard let died else { return .stays }
        let isKept = kept.map { born <= $0 } ?? false
        return isKept && born < died ? .past(died: died) : .gone
    }
}

/// What of a page map is seen at a generation.
package enum PageView {
    /// The stretches there in a generation, in order, each clipped to `window`; `generation` nil is the blob itself.
    ///
    /// `spans` may come in any order and hold stretches of other generations.
    package static func visible(
        _ spans: [PageSpan],
        clears: [PageClear],
        at generation: Int64?,
        in window: Range<Int64>
    ) -> [PageSpan] {
        var seen: [PageSpan] = []
        for span in spans where generation.map({ span.born <= $0 }) ?? (span.died == nil) {
            if let generation, let died = span.died, died <= generation { continue }
            let hidden = clears.filter { $0.at > span.born && $0.at <= (generation ?? .max) }.map(\.bytes)
            for bytes in remove(hidden, from: span.bytes) {
                let clipped = bytes.clamped(to: window)
                if !clipped.isEmpty { seen.append(PageSpan(clipped, born: span.born, died: span.died)) }
            }
        }
        return seen.sorted { $0.bytes.lowerBound < $1.bytes.lowerBound }
    }
    /// What is left of a range without others.
    private static func remove(_ holes: [Range<Int64>], from range: Range<Int64>) -> [Range<Int64>] {
        var rest = [range]
        for hole in holes {
            rest = rest.flatMap { part -> [Range<Int64>] in
                guard part.overlaps(hole) else { return [part] }
                return [
                    part.lowerBound..<max(part.lowerBound, min(hole.lowerBound, part.upperBound)),
                    min(part.upperBound, max(hole.upperBound, part.lowerBound))..<part.upperBound,
                ].filter { !$0.isEmpty }
            }
        }
        return rest
    }

    /// Ranges that touch become one; they come in order and do not overlap.
    package static func joined(_ ranges: some Sequence<Range<Int64>>) -> [Range<Int64>] {
        var joined: [Range<Int64>] = []
        for range in ranges {
            if let last = joined.last, last.upperBound == range.lowerBound {
                joined[joined.count - 1] = last.lowerBound..<range.upperBound
            } else {
                joined.append(range)
            }
        }
        return joined
    }

    /// What differs between two views, both in order: what was written since, and what was cleared.
    ///
    /// `between` are stretches that were there at some time in between: they are cleared too, unless they are there now.
    package static func changes(
        from old: [PageSpan],
        to new: [PageSpan],
        between: [PageSpan] = []
    ) -> (written: [Range<Int64>], cleared: [Range<Int64>]) {
        let written = joined(new.flatMap { span in remove(same(span, old), from: span.bytes) })
        let cleared = united((old + between).map(\.bytes)).flatMap { bytes in
            remove(overlapping(PageSpan(bytes, born: 0), new), from: bytes)
        }
        return (written, joined(cleared))
    }
    /// The stretches written after one generation and up to another (nil: the present), each clipped to `window`.
    package static func written(
        _ spans: [PageSpan],
        after before: Int64?,
        upTo generation: Int64?,
        in window: Range<Int64>
    ) -> [PageSpan] {
        spans.compactMap { span in
            let bytes = span.bytes.clamped(to: window)
            guard span.born > before ?? 0, span.born <= generation ?? .max, !bytes.isEmpty else { return nil }
            return PageSpan(bytes, born: span.born, died: span.died)
        }
    }
    /// Ranges in any order, as ranges in order that do not overlap.
    private static func united(_ ranges: [Range<Int64>]) -> [Range<Int64>] {
        var united: [Range<Int64>] = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = united.last, range.lowerBound <= last.upperBound {
                united[united.count - 1] = last.lowerBound..<max(last.upperBound, range.upperBound)
            } else {
                united.append(range)
            }
        }
        return united
    }
    /// Where the stretch was there before.
    private static func same(_ span: PageSpan, _ others: [PageSpan]) -> [Range<Int64>] {
        others[candidates(span, others)].filter { $0.born == span.born }.map(\.bytes)
    }
    private static func overlapping(_ span: PageSpan, _ others: [PageSpan]) -> [Range<Int64>] {
        others[candidates(span, others)].map(\.bytes)
    }
    /// Which of the others overlap; they are in order, so two look-ups find them.
    private static func candidates(_ span: PageSpan, _ others: [PageSpan]) -> Range<Int> {
        func first(_ holds: (PageSpan) -> Bool) -> Int {
            var (low, high) = (0, others.count)
            while low < high {
                let middle = (low + high) / 2
                if holds(others[middle]) { high = middle } else { low = middle + 1 }
            }
            return low
        }
        let from = first { $0.bytes.upperBound > span.bytes.lowerBound }
        return from..<max(from, first { $0.bytes.lowerBound >= span.bytes.upperBound })
    }
}
