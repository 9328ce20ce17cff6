// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Synchronization
import Testing

/// Pages of List Blobs that are too long to be made before they are sent.
@Suite struct LongPageTests {
    private static let names = (0..<400).map { "blob-\(1000 + $0)" }
    private func client() async throws -> StorageClient {
        let client = try await StorageClient.ready()
        let note = String(repeating: "n", count: 200)
        for name in Self.names { _ = try await client.upload("/docs/\(name)", [1], ["x-ms-meta-note": note]) }
        return client
    }
    private static let list = "restype=container&comp=list&include=metadata"
    private func names(_ answer: StorageAnswer) -> [String] {
        #expect(answer.status == 200 && answer.text.hasSuffix("</EnumerationResults>"))
        return QueueClient.elements("Name", answer.text)
    }

    @Test func `a long page shows one moment, however late the client takes the rest of it`() async throws {
        let client = try await client()
        let isBegun = Atomic(false)
        let answer = try await client.send(.get, "/docs", Self.list) {
            isBegun.store(true, ordering: .relaxed)
            for name in Self.names.suffix(50) {
                let deleted = try await client.send(.delete, "/docs/\(name)")
                #expect(deleted.status == 202)
            }
        }
        let wasBegun = isBegun.load(ordering: .relaxed)
        #expect(wasBegun, "the head left before the page was made")
        #expect(names(answer) == Self.names)
        let now = try await client.send(.get, "/docs", Self.list)
        #expect(names(now) == Array(Self.names.dropLast(50)))
    }
    @Test func `long pages follow each other without a gap`() async throws {
        let client = try await client()
        var (found, marker) = ([String](), "")
        repeat {
            let answer = try await client.send(.get, "/docs", Self.list + "&maxresults=250&marker=\(marker)")
            found += names(answer)
            marker = QueueClient.elements("NextMarker", answer.text).first ?? ""
        } while !marker.isEmpty
        #expect(found == Self.names)
    }
    @Test func `a short page is whole before its head leaves, and says its length`() async throws {
        let client = try await client()
        let answer = try await client.send(.get, "/docs", Self.list + "&maxresults=10") {
            Issue.record("a page of ten lines was sent in portions")
        }
        #expect(names(answer) == Array(Self.names.prefix(10)))
    }
}
