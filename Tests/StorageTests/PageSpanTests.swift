// SPDX-License-Identifier: Apache-2.0
import Storage
import Testing

/// Page histories against a model that keeps every page of every generation.
struct PageSpanTests {
    /// The model: for each page the generation that wrote it last, in each kept generation.
    private struct Model {
        static let pages = 32
        var now: [Int64?] = Array(repeating: nil, count: pages)
        var kept: [Int64: [Int64?]] = [:]
        var spans: [PageSpan] = []
        var time = PageTime(now: 1)

        mutating func apply(_ window: Range<Int64>?) {
            spans = spans.flatMap { span -> [PageSpan] in
                guard span.died == nil else { return [span] }
                return time.parts(of: span, under: window).compactMap { part in
                    switch part.fate {
                    case .stays: PageSpan(part.bytes, born: span.born)
                    case .past(let died): PageSpan(part.bytes, born: span.born, died: died)
                    case .gone: nil
                    }
                }
            }
        }
        mutating func write(_ window: Range<Int64>) {
            apply(window)
            spans.append(PageSpan(window, born: time.now))
            for page in window { now[Int(page)] = time.now }
        }
        mutating func clear(_ window: Range<Int64>, later: Bool) {
            for page in window { now[Int(page)] = nil }
            guard later else { return apply(window) }
            time.now += 1
            time.clears.append(PageClear(window, at: time.now))
        }
        mutating func finishClears() {
            apply(nil)
            time.clears = []
        }
        mutating func snapshot() {
            kept[time.now] = now
            time.kept = time.now
            time.now += 1
        }
        func view(_ generation: Int64?) -> [PageSpan] {
            PageView.visible(spans, clears: time.clears, at: generation, in: 0..<Int64(Self.pages))
        }
        func pages(_ view: [PageSpan]) -> [Int64?] {
            var pages: [Int64?] = Array(repeating: nil, count: Self.pages)
            for span in view { for page in span.bytes { pages[Int(page)] = span.born } }
            return pages
        }
    }
    private struct Dice: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ (state >> 29)
        }
    }

    @Test(arguments: UInt64(1)...300)
    func `every generation keeps what it saw`(seed: UInt64) {
        var dice = Dice(state: seed)
        var model = Model()
        for _ in 0..<40 {
            let start = Int64.random(in: 0..<32, using: &dice)
            let window = start..<Int64.random(in: start + 1...32, using: &dice)
            switch Int.random(in: 0..<10, using: &dice) {
            case 0: model.snapshot()
            case 1, 2: model.clear(window, later: false)
            case 3: model.clear(window, later: true)
            case 4: model.finishClears()
            default: model.write(window)
            }
            #expect(model.pages(model.view(nil)) == model.now)
            for (generation, pages) in model.kept { #expect(model.pages(model.view(generation)) == pages) }
            for (old, before) in model.kept {
                let (written, cleared) = PageView.changes(from: model.view(old), to: model.view(nil))
                let changed = Set(written.flatMap(Array.init)), gone = Set(cleared.flatMap(Array.init))
                for page in 0..<32 {
                    let (was, isNow) = (before[page], model.now[page])
                    #expect(changed.contains(Int64(page)) == (isNow != nil && isNow != was))
                    #expect(gone.contains(Int64(page)) == (was != nil && isNow == nil))
                }
            }
        }
    }

    @Test func `a write cuts what it comes over and keeps what a snapshot saw`() {
        let plain = PageTime(now: 3)
        let span = PageSpan(0..<10, born: 2)
        #expect(
            plain.parts(of: span, under: 4..<6) == [
                PagePart(0..<4, .stays), PagePart(4..<6, .gone), PagePart(6..<10, .stays),
            ]
        )
        let kept = PageTime(now: 3, kept: 2)
        #expect(
            kept.parts(of: span, under: 0..<6) == [PagePart(0..<6, .past(died: 3)), PagePart(6..<10, .stays)]
        )
        #expect(kept.parts(of: PageSpan(0..<10, born: 3), under: 0..<10) == [PagePart(0..<10, .gone)])
        #expect(kept.parts(of: span, under: 20..<30) == [PagePart(0..<10, .stays)])
    }

    @Test func `ranges that touch are one`() {
        #expect(PageView.joined([0..<2, 2..<4, 5..<6]) == [0..<4, 5..<6])
        #expect(PageView.joined([]) == [])
    }
}
