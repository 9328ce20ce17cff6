// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import HTTPTypes
import Kernel

extension Answer {
    var outcome: BlobModel.Answer { error == nil ? .done : .refused }
}

/// What the trades over one blob have in common.
extension Visit where Kind.Model == BlobModel {
    static var container: String { service + "/containers/docs" }
    static var service: String { Accounts.path(Accounts.archive) + "/blobServices/default" }

    func manage(_ method: HTTPRequest.Method, _ path: String, _ body: String = "", match: String? = nil) async -> Answer
    {
        await send(
            method,
            "api-version=2025-08-01",
            headers: match.map { ["If-Match": $0] } ?? [:],
            body: Array(body.utf8),
            path: path,
            host: Clerk.plan.primary.management
        )
    }
    /// A call that is done or refused.
    func act(_ call: BlobModel.Call, _ send: () async -> Answer) async {
        await ask(call, send) { answer, _ in answer.outcome }
    }
    /// Sets what the account keeps, before anybody comes.
    func set(_ rules: BlobModel.Rules) async throws {
        var properties = #""isVersioningEnabled":\#(rules.isVersioned)"#
        if let days = rules.softDays {
            let policy = #"{"enabled":true,"days":\#(days)}"#
            properties += #","deleteRetentionPolicy":\#(policy),"containerDeleteRetentionPolicy":\#(policy)"#
        }
        await act(.rules(rules)) { await manage(.put, Self.service, #"{"properties":{\#(properties)}}"#) }
        guard rules.isTidied else { return }
        let delete = #"{"baseBlob":{"delete":{"daysAfterModificationGreaterThan":1}}}"#
        let filters = #"{"blobTypes":["blockBlob"],"prefixMatch":["docs/","vault/"]}"#
        let rule =
            #"{"enabled":true,"name":"r","type":"Lifecycle","definition":{"actions":\#(delete),"filters":\#(filters)}}"#
        let path = Accounts.path(Accounts.archive) + "/managementPolicies/default"
        let answer = await manage(.put, path, #"{"properties":{"policy":{"rules":[\#(rule)]}}}"#)
        if let error = answer.error { throw Unprepared(description: "no lifecycle policy: \(error)") }
    }

    // MARK: Looking

    /// Reads the blob: the write it is of, or nil for none.
    func get() async {
        await ask(.get, { await send(.get) }) { answer, body in
            guard answer.error == nil else {
                if answer.reply.status != 404 { complain("Get Blob answers \(answer.reply.status)") }
                return .found(nil)
            }
            guard let write = Filling.write(body) else {
                complain("the blob has \(body.count) bytes that nobody put")
                return nil
            }
            note(answer.header("ETag"), write)
            return .found(write)
        }
    }
    /// Lists the blob with everything that is kept of it.
    func list() async {
        let query = "restype=container&comp=list&include=snapshots,versions,deleted,metadata"
        await ask(.list, { await send(.get, query, path: "/docs") }) { answer, body in
            guard answer.error == nil else {
                if answer.reply.status != 404 { complain("List Blobs answers \(answer.reply.status)") }
                return .listed(nil)
            }
            return .listed(listing(body))
        }
    }
    private func listing(_ body: [UInt8]) -> BlobModel.Listing {
        var listing = BlobModel.Listing()
        var seen: Set<Int> = []
        for entry in String(decoding: body, as: UTF8.self).split(separator: "<Blob>").dropFirst() {
            func leaf(_ name: String) -> Substring? {
                entry.firstRange(of: "<\(name)>").map { entry[$0.upperBound...].prefix { $0 != "<" } }
            }
            let write = leaf("n").flatMap { Int($0) } ?? -1
            if !seen.insert(write).inserted { complain("write \(write) is listed twice") }
            if leaf("Deleted") == "true" {
                listing.deleted.insert(write)
            } else if leaf("IsCurrentVersion") == "true" || (leaf("VersionId") == nil && leaf("Snapshot") == nil) {
                if listing.current != nil { complain("two states are current") }
                listing.current = write
            } else {
                listing.past.insert(write)
            }
        }
        return listing
    }

    // MARK: Changing

    func put(_ call: BlobModel.Call, _ write: Int, headers: [String: String] = [:]) async {
        let headers = headers.merging(["x-ms-blob-type": "BlockBlob", "x-ms-meta-n": "\(write)"]) { $1 }
        await ask(call, { await send(.put, headers: headers, body: Filling.bytes(write)) }) { answer, _ in
            noted(answer, write)
        }
    }
    func noted(_ answer: Answer, _ write: Int) -> BlobModel.Answer {
        if answer.error == nil {
            note(answer.header("ETag"), write)
            note(answer.header("x-ms-version-id"), of: "version \(write)")
        }
        return answer.outcome
    }
    /// Deletes the blob with its snapshots.
    func delete() async {
        await act(.delete(over: .none, as: nil)) {
            await send(.delete, headers: ["x-ms-delete-snapshots": "include"])
        }
    }
    /// A write that had a version of its own, and that version's id, percent-encoded.
    func anyVersion() -> (write: Int, query: String)? {
        guard let write = anyETag()?.write, let id = word(of: "version \(write)") else { return nil }
        return (write, "versionid=\(id.replacing(":", with: "%3A"))")
    }
    func deleteVersion() async {
        guard let (write, query) = anyVersion() else { return await get() }
        await act(.deleteVersion(write)) { await send(.delete, query) }
    }
    func makeContainer() async {
        let made = nextWrite()
        await act(.make(made)) {
            await send(.put, "restype=container", headers: ["x-ms-meta-n": "\(made)"], path: "/docs")
        }
    }
    /// Deletes the container in one of the two ways.
    func dropContainer() async {
        guard upTo(2) == 0 else {
            return await act(.drop(isManaged: false)) { await send(.delete, "restype=container", path: "/docs") }
        }
        await ask(.drop(isManaged: true), { await manage(.delete, Self.container) }) { answer, _ in
            // Resource Manager calls it no error when nothing is there.
            answer.reply.status == 204 ? .refused : answer.outcome
        }
    }
    func setHold(_ isHeld: Bool) async {
        let path = Self.container + (isHeld ? "/setLegalHold" : "/clearLegalHold")
        await act(.guarded(.hold(isHeld))) { await manage(.post, path, #"{"tags":["abc"]}"#) }
    }
}
