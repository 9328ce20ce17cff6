// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import HTTPTypes
import Kernel

/// ETag races and leases over one blob.
enum BlobTrade: Trade {
    typealias Model = BlobModel

    static func prepare(_ visit: Visit<Self>) async throws {}
    static func look(_ visit: Visit<Self>) async { await visit.get() }

    static func call(_ visit: Visit<Self>) async {
        switch visit.upTo(10) {
        case 0...4:
            let write = visit.nextWrite()
            let holder = holder(visit)
            let condition = condition(visit, orAbsent: holder == nil)
            let headers = headers(condition.headers, holder)
            await visit.put(.put(write, over: condition.it, as: holder), write, headers: headers)
        case 5:
            let (condition, holder) = (condition(visit, orAbsent: false), holder(visit))
            let headers = headers(condition.headers, holder)
            await visit.ask(
                .delete(over: condition.it, as: holder),
                { await visit.send(.delete, headers: headers) },
                told: { answer, _ in answer.outcome }
            )
        case 6, 7: await lease(visit, .acquire(visit.client), "acquire", duration: true, proposed: visit.client)
        case 8: await lease(visit, .release(visit.client), "release", of: visit.client)
        default:
            let other = visit.upTo(4)
            if visit.upTo(2) == 0 {
                await lease(visit, .breakLease, "break")
            } else {
                let call = BlobModel.Call.change(visit.client, to: other)
                await lease(visit, call, "change", of: visit.client, proposed: other)
            }
        }
    }

    private static func id(_ holder: Int) -> String { "00000000-0000-0000-0000-00000000000\(holder)" }
    private static func headers(_ condition: [String: String], _ holder: Int?) -> [String: String] {
        guard let holder else { return condition }
        return condition.merging(["x-ms-lease-id": id(holder)]) { $1 }
    }
    private static func holder(_ visit: Visit<Self>) -> Int? { visit.upTo(3) == 0 ? visit.client : nil }
    private static func condition(
        _ visit: Visit<Self>,
        orAbsent: Bool
    ) -> (it: BlobModel.Condition, headers: [String: String]) {
        switch visit.upTo(4) {
        case 1, 2:
            guard let known = visit.anyETag() else { return (.none, [:]) }
            return (.write(known.write), ["If-Match": known.etag])
        case 3 where orAbsent: return (.absent, ["If-None-Match": "*"])
        default: return (.none, [:])
        }
    }
    private static func lease(
        _ visit: Visit<Self>,
        _ call: BlobModel.Call,
        _ action: String,
        of holder: Int? = nil,
        duration: Bool = false,
        proposed: Int? = nil
    ) async {
        var headers = ["x-ms-lease-action": action]
        if let holder { headers["x-ms-lease-id"] = id(holder) }
        if let proposed { headers["x-ms-proposed-lease-id"] = id(proposed) }
        if duration { headers["x-ms-lease-duration"] = "-1" }
        await visit.ask(call, { await visit.send(.put, "comp=lease", headers: headers) }) { answer, _ in
            answer.outcome
        }
    }
}

/// Writes and clearings of pages.
enum PagesTrade: Trade {
    typealias Model = PagesModel
    private static let pageBytes = 512
    private static let type = [
        "x-ms-blob-type": "PageBlob", "x-ms-blob-content-length": "\(PagesModel.count * pageBytes)",
    ]

    static func prepare(_ visit: Visit<Self>) async throws {
        let answer = await visit.send(.put, headers: type)
        if let error = answer.error { throw Unprepared(description: "no page blob: \(error)") }
    }
    static func look(_ visit: Visit<Self>) async {
        await visit.ask(.get, { await visit.send(.get) }) { answer, body in
            guard answer.error == nil, body.count == PagesModel.count * pageBytes else {
                visit.complain("Get Blob answers \(answer.reply.status), \(body.count) bytes")
                return nil
            }
            let pages = (0..<PagesModel.count).map { body[$0 * pageBytes..<($0 + 1) * pageBytes] }
            guard pages.allSatisfy({ page in page.allSatisfy { $0 == page.first } }) else {
                visit.complain("a page is of two writes")
                return nil
            }
            return .found(pages.map { Int($0.first ?? 0) })
        }
    }
    static func call(_ visit: Visit<Self>) async {
        let first = visit.upTo(PagesModel.count)
        let range = first..<first + 1 + visit.upTo(PagesModel.count - first)
        if visit.upTo(4) == 0 {
            await visit.ask(.clear(range), { await send(visit, "clear", range, nil) }) { answer, _ in
                told(answer, visit)
            }
            return
        }
        let write = visit.nextWrite()
        await visit.ask(.write(write, range)) {
            guard visit.flaw == .`a write is done in two parts`, range.count > 1 else {
                return await send(visit, "update", range, write)
            }
            _ = await send(visit, "update", range.lowerBound..<range.lowerBound + 1, write)
            return await send(visit, "update", range.lowerBound + 1..<range.upperBound, write)
        } told: { answer, _ in
            told(answer, visit)
        }
    }
    private static func told(_ answer: Answer, _ visit: Visit<Self>) -> PagesModel.Answer? {
        guard answer.error == nil else {
            visit.complain("Put Page answers \(answer.reply.status)")
            return nil
        }
        return .done
    }
    private static func send(_ visit: Visit<Self>, _ kind: String, _ range: Range<Int>, _ write: Int?) async -> Answer {
        let bytes = "bytes=\(range.lowerBound * pageBytes)-\(range.upperBound * pageBytes - 1)"
        let body = write.map { [UInt8](repeating: UInt8(truncatingIfNeeded: $0), count: range.count * pageBytes) }
        return await visit.send(
            .put,
            "comp=page",
            headers: ["x-ms-page-write": kind, "x-ms-range": bytes],
            body: body ?? []
        )
    }
}

/// Blocks staged and committed by many at once.
enum BlocksTrade: Trade {
    typealias Model = BlocksModel
    private static let names = ["AA==", "AQ==", "Ag=="]
    private static let separator: Character = ";"

    static func prepare(_ visit: Visit<Self>) async throws {}
    static func look(_ visit: Visit<Self>) async {
        await visit.ask(.get, { await visit.send(.get) }) { answer, body in
            guard answer.error == nil else { return .found(nil) }
            return .found(String(decoding: body, as: UTF8.self).split(separator: separator).map { Int($0) ?? -1 })
        }
    }
    static func call(_ visit: Visit<Self>) async {
        if visit.upTo(5) < 3 {
            let (name, write) = (visit.upTo(names.count), visit.nextWrite())
            let query = "comp=block&blockid=\(names[name].replacing("=", with: "%3D"))"
            let body = Array("\(write)\(separator)".utf8)
            await visit.ask(.stage(name: name, write: write), { await visit.send(.put, query, body: body) }) {
                answer,
                _ in
                answer.error == nil ? .done : .refused
            }
        } else {
            let some = (0..<1 + visit.upTo(3)).map { _ in visit.upTo(names.count) }
            let list = some.map { "<Latest>\(names[$0])</Latest>" }.joined()
            let body = Array("<BlockList>\(list)</BlockList>".utf8)
            await visit.ask(.commit(some), { await visit.send(.put, "comp=blocklist", body: body) }) { answer, _ in
                answer.error == nil ? .done : .refused
            }
        }
    }
}
