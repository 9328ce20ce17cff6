// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Synchronization

/// Where one generation of a page table is looked at; `generation` nil is what is there now.
struct PageLook {
    let table: UUID
    let generation: Int64?
    let domain: Domain
}

/// A stretch of a page blob as it is seen, and the row that holds it.
struct SeenPages {
    let bytes: Range<Int64>
    let born: Int64
    let row: PageRow
    /// Where in the row's content it begins.
    let offset: Int64
}

extension Scope {
    /// What is seen from `window`'s beginning on, in order, as far as it could be read at once.
    func seenPages(
        _ look: PageLook,
        _ table: PageTable,
        _ window: Range<Int64>
    ) async throws(ServiceError) -> (pages: [SeenPages], end: Int64) {
        let isPast = look.generation != nil
        let (rows, end) = try await pageWindow(look.table, table, in: look.domain, window, past: isPast)
        let view = PageView.visible(
            rows.map(\.span),
            clears: table.clears,
            at: look.generation,
            in: window.lowerBound..<end
        )
        let byBirth = Dictionary(grouping: rows, by: \.span.born)
        let pages = view.compactMap { span -> SeenPages? in
            let row = byBirth[span.born]?.first {
                $0.span.died == span.died && $0.span.bytes.contains(span.bytes.lowerBound)
            }
            return row.map {
                let offset = $0.row.offset + span.bytes.lowerBound - $0.span.bytes.lowerBound
                return SeenPages(bytes: span.bytes, born: span.born, row: $0.row, offset: offset)
            }
        }
        return (pages, end)
    }
}

/// Reads a range of a page blob: rows as they come, zeros between them.
///
/// Used by one task.
final class PageCursor: Sendable {
    private struct State {
        /// Where in the blob the next bytes begin.
        var position: Int64
        /// Up to where rows were read.
        var known: Int64
        var pages: ArraySlice<SeenPages> = []
        var stream: Reply.Stream?
    }
    private enum Step {
        case more
        case zeros(Int)
        case read(Content, Range<Int64>)
        case end
    }
    private let look: PageLook
    private let table: PageTable
    private let end: Int64
    private let scope: ReadScope
    private let key: Secret?
    private let state: Mutex<State>
    /// Pieces that answers are sent in.
    private static let zeros = [UInt8](repeating: 0, count: 256 << 10)

    init(_ look: PageLook, _ table: PageTable, _ bytes: Range<Int64>, _ scope: ReadScope, _ key: Secret?) {
        self.key = key
        self.look = look
        self.table = table
        self.scope = scope
        end = bytes.upperBound
        state = Mutex(State(position: bytes.lowerBound, known: bytes.lowerBound))
    }

    func next() async throws(ServiceError) -> [UInt8]? {
        while true {
            if let stream = state.withLock({ $0.stream }) {
                if let bytes = try await stream.next() { return bytes }
                state.withLock { $0.stream = nil }
            }
            switch state.withLock({ step(&$0) }) {
            case .end: return nil
            case .zeros(let count): return count == Self.zeros.count ? Self.zeros : Array(Self.zeros.prefix(count))
            case .read(let content, let range):
                let stream = try await scope.read(content, in: look.domain, range, under: key)
                state.withLock { $0.stream = stream }
            case .more:
                let position = state.withLock { $0.position }
                let (pages, known) = try await scope.seenPages(look, table, position..<end)
                state.withLock {
                    $0.pages = pages[...]
                    $0.known = known
                }
            }
        }
    }
    private func step(_ state: inout State) -> Step {
        guard state.position < end else { return .end }
        guard state.position < state.known else { return .more }
        let next = state.pages.first?.bytes.lowerBound ?? state.known
        guard next <= state.position, let page = state.pages.popFirst() else {
            let count = Int(min(next - state.position, Int64(Self.zeros.count)))
            state.position += Int64(count)
            return .zeros(count)
        }
        let length = page.bytes.upperBound - page.bytes.lowerBound
        state.position = page.bytes.upperBound
        return .read(page.row.content, page.offset..<page.offset + length)
    }
}
