// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel
import Simulation

/// What files of the change feed say of which blob, in their order: only what tells one call's event from another's.
///
/// StorageTests read the whole schema. Here every name of a blob and every call's number has a fixed length, and texts lie
/// in the files as they are.
struct FeedScan {
    struct Event: Hashable, Sendable {
        let kind: String
        let blob: String
        /// The number of the client's call; nil for what the region does of its own accord.
        let call: Int?
    }
    private static let kinds = [
        "BlobCreated", "BlobDeleted", "BlobPropertiesUpdated", "BlobSnapshotCreated", "BlobTierChanged",
        "BlobAsyncOperationInitiated",
    ]
    private static let mark = "call-"
    private static let digits = 5
    static let nameLength = 3
    /// How a client's call names itself.
    static func name(of call: Int) -> String { mark + String(String(100_000 + call).suffix(digits)) }

    /// The events of a file.
    static func events(in file: [UInt8]) -> [Event] {
        // Other bytes than ASCII stand between the texts only.
        let text = String(decoding: file.map { $0 < 0x80 ? $0 : UInt8(ascii: "?") }, as: UTF8.self)
        // The schema comes first; it names no blob. The URL of a blob has no `/blobs/` in it.
        return text.split(separator: "/containers/").dropFirst().compactMap { piece in
            guard let way = piece.firstRange(of: "/blobs/") else { return nil }
            let rest = piece[way.upperBound...]
            let blob = String(rest.prefix(nameLength))
            guard let kind = kinds.first(where: { rest.dropFirst(nameLength).prefix(40).contains($0) }) else {
                return nil
            }
            let call = rest.firstRange(of: mark).flatMap { Int(rest[$0.upperBound...].prefix(digits)) }
            return Event(kind: kind, blob: String(piece[..<way.lowerBound]) + "/" + blob, call: call)
        }
    }
    /// All that was published, file by file.
    static func events(_ send: (String, String) async -> Answer) async throws -> [Event] {
        let list = await send("/$blobchangefeed", "restype=container&comp=list&prefix=log/")
        guard case .bytes(let bytes) = list.reply.content, list.error == nil else {
            throw Broken(description: "the feed cannot be listed: \(list.reply.status)")
        }
        var events: [Event] = []
        for entry in String(decoding: bytes, as: UTF8.self).split(separator: "<Name>").dropFirst() {
            let answer = await send("/$blobchangefeed/" + entry.prefix { $0 != "<" }, "")
            var file: [UInt8] = []
            switch answer.reply.content {
            case .bytes(let bytes): file = bytes
            case .stream(let stream): while let piece = try await stream.next() { file += piece }
            case .none, .length: throw Broken(description: "a file of the feed cannot be read: \(answer.reply.status)")
            }
            events += Self.events(in: file)
        }
        return events
    }
    /// Switches an account's feed, and more of its blob service.
    static func begin(_ more: String, _ desk: Dispatcher, _ simulation: Simulation) async throws {
        let body = #"{"properties":{"changeFeed":{"enabled":true}\#(more)}}"#
        let path = Accounts.path(Accounts.archive) + "/blobServices/default"
        let query = "api-version=2025-08-01"
        let host = Clerk.plan.primary.management
        let answer = await Clerk.send(.put, host, path, query, Array(body.utf8), desk, simulation)
        if let error = answer.error { throw Unprepared(description: "no change feed: \(error)") }
    }
}
