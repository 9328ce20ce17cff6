// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Kernel
import Ledger
import Simulation
import Store
import StoreMemory
import Testing

@Suite struct JournalTests {
    @Test func `a change has one entry, which names each row it wrote and holds what was written`() async throws {
        let region = try await ProbedRegion()
        let before = Dictionary(uniqueKeysWithValues: region.region.rows.map { ($0.key, $0.value) })
        let id = try #require(try await region.keep("a"))
        let changed = region.region.rows.filter { before[$0.key] != $0.value && !LedgerKey.range.contains($0.key) }
        let entry = try #require(region.region.store.peek(LedgerKey.pending(id)).flatMap { Entry(bytes: $0) })
        let blinding = try await region.region.blinding()
        #expect(changed.count == 1)
        #expect(
            entry.writes
                == changed.map { WriteDigest(key: blinding.tag(key: $0.key), value: SHA256Digest.of($0.value)) }
        )
        #expect(entry.tenantTag == blinding.tag(tenant: TestRegion.tenant))
    }

    @Test func `a removal is an entry too, with nothing for a value`() async throws {
        let region = try await ProbedRegion()
        try await region.keep("a")
        let id = try await region.journal.change(ProbedRegion.note, Probe.namespace, TestRegion.tenant) {
            scope async throws(ServiceError) in try await scope.remove(at: Key("note", "a"))
        }.entry
        let named = try #require(id)
        let entry = try #require(region.region.store.peek(LedgerKey.pending(named)).flatMap { Entry(bytes: $0) })
        #expect(entry.writes.map(\.value) == [[]])
        #expect(try await region.notes().isEmpty)
    }

    @Test func `what changes nothing, or is refused, leaves no entry and no row`() async throws {
        let region = try await ProbedRegion()
        let before = region.region.rows
        let looked = await region.send(.post, "/notes/a")
        #expect(looked.reply.status == 200)
        #expect(looked.header("x-lazuli-entry") == nil)
        await #expect(throws: ServiceError.self) {
            try await region.journal.change(ProbedRegion.note, Probe.namespace, TestRegion.tenant) {
                scope async throws(ServiceError) in
                try await scope.put(KeptNote(text: "a"), at: Key("note", "a"))
                throw .badRequest("No", "No.")
            }
        }
        #expect(region.region.rows == before)
        let kept = await region.send(.put, "/notes/a")
        #expect(kept.header("x-lazuli-entry") != nil)
    }

    @Test func `neither the store nor the ledger shows what was kept, or who it is of`() async throws {
        let region = try await ProbedRegion()
        let text = "a text that must not lie open"
        _ = try await region.journal.change(ProbedRegion.note, Probe.namespace, TestRegion.tenant) {
            scope async throws(ServiceError) in try await scope.put(KeptNote(text: text), at: Key("note", 1 as Int64))
        }
        try await region.sequence()
        for row in region.region.rows {
            #expect(row.value.firstRange(of: Array(text.utf8)) == nil)
            guard LedgerKey.range.contains(row.key) else { continue }
            #expect(row.value.firstRange(of: TestRegion.tenant.bytes) == nil)
            #expect(row.value.firstRange(of: Array(ProbedRegion.note.action.utf8)) == nil)
        }
    }

    @Test func `a change that writes more rows than an entry holds is refused whole`() async throws {
        let region = try await ProbedRegion()
        let before = region.region.rows
        await #expect(throws: ServiceError.self) {
            try await region.journal.change(ProbedRegion.note, Probe.namespace, TestRegion.tenant) {
                scope async throws(ServiceError) in
                for number in 0..<Int64(Entry.writesMax) {
                    try await scope.put(KeptNote(text: ""), at: Key("note", number))
                }
            }
        }
        #expect(region.region.rows == before)
    }
}

extension Answer {
    /// A field of the reply, by its name.
    func header(_ name: String) -> String? {
        Request(
            method: .get,
            host: "",
            path: "/",
            headers: reply.headers,
            id: TestRegion.tenant.raw,
            received: SimClock.epoch
        )
        .header(name)
    }
}
