// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import HTTPTypes
import Kernel

/// Writes, deletions and a legal hold over a blob whose versions are kept.
enum KeptTrade: Trade {
    typealias Model = BlobModel

    static func prepare(_ visit: Visit<Self>) async throws { try await visit.set(BlobModel.Rules(isVersioned: true)) }
    static func look(_ visit: Visit<Self>) async {
        if visit.upTo(2) == 0 { await visit.get() } else { await visit.list() }
    }
    static func call(_ visit: Visit<Self>) async {
        switch visit.upTo(8) {
        case 0...4:
            let write = visit.nextWrite()
            await visit.put(.put(write, over: .none, as: nil), write)
        case 5, 6: await visit.delete()
        default: await visit.setHold(visit.upTo(2) == 0)
        }
    }
}

/// Soft delete of a blob and of its container, with versions in half of all worlds: what is deleted comes back whole
/// until its days are over, and then never.
enum SoftTrade: Trade {
    typealias Model = BlobModel

    static func prepare(_ visit: Visit<Self>) async throws {
        try await visit.set(BlobModel.Rules(isVersioned: visit.upTo(2) == 0, softDays: 1 + visit.upTo(3)))
    }
    static func night(_ days: Int) -> (call: BlobModel.Call, told: BlobModel.Answer)? { (.night(days), .done) }
    static func clear(_ visit: Visit<Self>) async -> Bool {
        _ = await visit.send(.delete, headers: ["x-ms-delete-snapshots": "include"])
        return await visit.send(.delete, "restype=container", path: "/docs").reply.status < 500
    }
    static func look(_ visit: Visit<Self>) async {
        switch visit.upTo(4) {
        case 0: await visit.get()
        case 1: await containers(visit)
        default: await visit.list()
        }
    }
    static func call(_ visit: Visit<Self>) async {
        switch visit.upTo(12) {
        case 0...3:
            let write = visit.nextWrite()
            await visit.put(.put(write, over: .none, as: nil), write)
        case 4, 5: await visit.delete()
        case 6, 7: await visit.act(.undelete) { await visit.send(.put, "comp=undelete") }
        case 8: await visit.deleteVersion()
        case 9: await visit.dropContainer()
        case 10: await visit.makeContainer()
        default: await restore(visit)
        }
    }
    /// Learns which containers are there, and by what they are restored.
    private static func containers(_ visit: Visit<Self>) async {
        let query = "comp=list&prefix=docs&include=deleted,metadata"
        await visit.ask(.containers, { await visit.send(.get, query, path: "/") }) { answer, body in
            guard answer.error == nil else { return nil }
            var (made, buried): (Int?, Set<Int>) = (nil, [])
            for entry in String(decoding: body, as: UTF8.self).split(separator: "<Container>").dropFirst() {
                func leaf(_ name: String) -> Substring? {
                    entry.firstRange(of: "<\(name)>").map { entry[$0.upperBound...].prefix { $0 != "<" } }
                }
                // The first container was made without metadata.
                let number = leaf("n").flatMap { Int($0) } ?? 0
                guard leaf("Deleted") == "true" else {
                    if made != nil { visit.complain("two containers have one name") }
                    made = number
                    continue
                }
                buried.insert(number)
                visit.note(leaf("Version").map(String.init), of: "container \(number)")
                visit.note("\(number)", of: "container")
            }
            return .contained(made: made, buried: buried)
        }
    }
    private static func restore(_ visit: Visit<Self>) async {
        guard let number = visit.word(of: "container"), let version = visit.word(of: "container \(number)") else {
            return await containers(visit)
        }
        let headers = ["x-ms-deleted-container-name": "docs", "x-ms-deleted-container-version": version]
        await visit.act(.restore(Int(number) ?? 0)) {
            await visit.send(.put, "restype=container&comp=undelete", headers: headers, path: "/docs")
        }
    }
}
