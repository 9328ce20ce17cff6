// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Simulation

/// A container's time-based policy and legal holds, tried on every way a blob can be changed or removed.
enum GuardedTrade: Trade {
    typealias Model = BlobModel
    private static let sources = 8
    /// Longer than any world lasts.
    private static let vaultDays = 1000

    static func prepare(_ visit: Visit<Self>) async throws {
        let rules = BlobModel.Rules(
            isVersioned: visit.upTo(2) == 0,
            softDays: visit.upTo(2) == 0 ? 2 : nil,
            isTidied: true
        )
        try await visit.set(rules)
        let host = Accounts.host(Accounts.branch)
        for number in 0..<sources {
            let write = visit.nextWrite()
            visit.note("\(write)", of: "source \(number)")
            let headers = ["x-ms-blob-type": "BlockBlob", "x-ms-meta-n": "\(write)"]
            let body = Filling.bytes(write)
            let answer = await visit.send(.put, headers: headers, body: body, path: "/docs/\(number)", host: host)
            if let error = answer.error { throw Unprepared(description: "no source: \(error)") }
        }
        let vault = Visit<Self>.service + "/containers/vault"
        let policy = vault + "/immutabilityPolicies/default"
        let days = #"{"properties":{"immutabilityPeriodSinceCreationInDays":\#(vaultDays)}}"#
        for answer in [
            await visit.send(.put, "restype=container", path: "/vault"),
            await visit.send(.put, headers: ["x-ms-blob-type": "BlockBlob"], body: [1], path: "/vault/y"),
            await visit.manage(.put, policy, days), await visit.manage(.post, policy + "/lock", match: "*"),
        ] { if let error = answer.error { throw Unprepared(description: "no vault: \(error)") } }
    }
    static func night(_ days: Int) -> (call: BlobModel.Call, told: BlobModel.Answer)? { (.night(days), .done) }
    static func look(_ visit: Visit<Self>) async {
        switch visit.upTo(8) {
        case 0: await vault(visit)
        case 1...2: await visit.get()
        default: await visit.list()
        }
    }
    static func call(_ visit: Visit<Self>) async {
        switch visit.upTo(18) {
        case 0...3: await put(visit)
        case 4: await commit(visit)
        case 5: await copy(visit)
        case 6: await visit.delete()
        case 7: await batch(visit)
        case 8: await visit.deleteVersion()
        case 9: await visit.act(.setTier) { await visit.send(.put, "comp=tier", headers: ["x-ms-access-tier": "Cool"]) }
        case 10: await visit.dropContainer()
        case 11: await visit.makeContainer()
        case 12: await visit.act(.dropAccount) { await visit.manage(.delete, Accounts.path(Accounts.archive)) }
        case 13: await visit.setHold(visit.upTo(2) == 0)
        default: await policy(visit)
        }
    }
    private static func put(_ visit: Visit<Self>) async {
        let write = visit.nextWrite()
        await visit.put(.put(write, over: .none, as: nil), write)
    }
    private static func commit(_ visit: Visit<Self>) async {
        let write = visit.nextWrite()
        let id = "000\(write)".suffix(4)
        let block = Array(Filling.bytes(write))
        let staged = await visit.send(.put, "comp=block&blockid=\(id)", body: block)
        guard staged.error == nil else { return }
        let body = Array("<BlockList><Latest>\(id)</Latest></BlockList>".utf8)
        let headers = ["x-ms-meta-n": "\(write)"]
        await visit.ask(.commit(write), { await visit.send(.put, "comp=blocklist", headers: headers, body: body) }) {
            answer,
            _ in
            // Another list, or the container's end, may have taken the block away meanwhile.
            answer.error?.code == "InvalidBlockList" ? nil : visit.noted(answer, write)
        }
    }
    /// Copies one of the sources over the blob, each at most once.
    private static func copy(_ visit: Visit<Self>) async {
        let next = visit.word(of: "next source").flatMap { Int($0) } ?? 0
        guard let write = visit.word(of: "source \(next)").flatMap({ Int($0) }) else { return await put(visit) }
        visit.note("\(next + 1)", of: "next source")
        let source = "https://\(Accounts.host(Accounts.branch))/docs/\(next)"
        let headers = ["x-ms-copy-source": source, "x-ms-requires-sync": "true"]
        await visit.ask(.put(write, over: .none, as: nil), { await visit.send(.put, headers: headers) }) { answer, _ in
            visit.noted(answer, write)
        }
    }
    /// Delete Blob as a part of a batch.
    private static func batch(_ visit: Visit<Self>) async {
        let body =
            "--b\r\nContent-Type: application/http\r\nContent-ID: 0\r\n\r\nDELETE /docs/x HTTP/1.1\r\n"
            + "Authorization: Bearer clerk\r\nx-ms-delete-snapshots: include\r\nContent-Length: 0\r\n\r\n\r\n--b--\r\n"
        let headers = ["Content-Type": "multipart/mixed; boundary=b"]
        await visit.ask(.delete(over: .none, as: nil)) {
            await visit.send(.post, "comp=batch", headers: headers, body: Array(body.utf8), path: "/")
        } told: { answer, body in
            guard answer.error == nil else {
                visit.complain("a batch answers \(answer.reply.status)")
                return nil
            }
            let text = String(decoding: body, as: UTF8.self)
            if text.contains("HTTP/1.1 202") { return .done }
            return text.contains("HTTP/1.1 4") ? .refused : nil
        }
    }
    private static func policy(_ visit: Visit<Self>) async {
        let days = 1 + visit.upTo(5)
        let path = Visit<Self>.container + "/immutabilityPolicies/default"
        let body = #"{"properties":{"immutabilityPeriodSinceCreationInDays":\#(days)}}"#
        switch visit.upTo(7) {
        case 0...2: await visit.act(.guarded(.policy(days: days))) { await visit.manage(.put, path, body) }
        case 3: await visit.act(.guarded(.lock)) { await visit.manage(.post, path + "/lock", match: "*") }
        case 4:
            await visit.act(.guarded(.extend(days: days))) {
                await visit.manage(.post, path + "/extend", body, match: "*")
            }
        default: await visit.act(.guarded(.lift)) { await visit.manage(.delete, path, match: "*") }
        }
    }
    private static func vault(_ visit: Visit<Self>) async {
        let answer = await visit.send(.get, path: "/vault/y")
        if let error = answer.error, error.status < 500 { visit.complain("what is locked away is gone: \(error)") }
    }
}

/// Policies and holds of single versions, locked ones too.
enum OwnGuardTrade: Trade {
    typealias Model = BlobModel

    static func prepare(_ visit: Visit<Self>) async throws {
        var rules = BlobModel.Rules(isVersioned: true, hasOwnPolicies: true)
        rules.softDays = visit.upTo(2) == 0 ? 2 : nil
        try await visit.set(rules)
        let body = #"{"properties":{"immutableStorageWithVersioning":{"enabled":true}}}"#
        _ = await visit.send(.delete, "restype=container", path: "/docs")
        let answer = await visit.manage(.put, Visit<Self>.container, body)
        if let error = answer.error { throw Unprepared(description: "no container: \(error)") }
    }
    static func night(_ days: Int) -> (call: BlobModel.Call, told: BlobModel.Answer)? { (.night(days), .done) }
    static func look(_ visit: Visit<Self>) async {
        if visit.upTo(4) == 0 { await visit.get() } else { await visit.list() }
    }
    static func call(_ visit: Visit<Self>) async {
        switch visit.upTo(12) {
        case 0...2:
            let write = visit.nextWrite()
            await visit.put(.put(write, over: .none, as: nil), write)
        case 3, 4: await visit.delete()
        case 5, 6: await visit.deleteVersion()
        case 7: await visit.dropContainer()
        case 8: await visit.list()
        default: await guardVersion(visit)
        }
    }
    private static func guardVersion(_ visit: Visit<Self>) async {
        guard let (write, query) = visit.anyVersion() else { return await visit.get() }
        let policies = "comp=immutabilityPolicies&" + query
        switch visit.upTo(5) {
        case 0, 1:
            let isHeld = visit.upTo(2) == 0
            await visit.act(.guarded(.ownHold(write, isHeld))) {
                await visit.send(.put, "comp=legalhold&" + query, headers: ["x-ms-legal-hold": "\(isHeld)"])
            }
        case 2, 3:
            let (until, isLocked) = (visit.day + visit.upTo(4), visit.upTo(2) == 0)
            // The middle of the last day, so that it is the same for all who mean that day.
            let end = SimClock.epoch + .seconds(until * 24 * 3600 + 12 * 3600)
            let headers = [
                "x-ms-immutability-policy-until-date": end.httpDate,
                "x-ms-immutability-policy-mode": isLocked ? "locked" : "unlocked",
            ]
            await visit.act(.guarded(.ownPolicy(write, until: until, isLocked: isLocked))) {
                await visit.send(.put, policies, headers: headers)
            }
        default: await visit.act(.guarded(.ownLift(write))) { await visit.send(.delete, policies) }
        }
    }
}
