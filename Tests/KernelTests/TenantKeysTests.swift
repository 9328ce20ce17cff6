// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import FoundationEssentials
import Kernel
import Simulation
import Store
import StoreMemory
import Testing

@Suite struct TenantKeysTests {
    private let other = TenantID(UUID(uuid: (9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9, 9)))
    private func change(
        _ region: ProbedRegion,
        _ tenant: TenantID = TestRegion.tenant,
        _ body: (WriteScope) async throws(ServiceError) -> Void
    ) async throws {
        _ = try await region.journal.change(ProbedRegion.note, Probe.namespace, tenant, body)
    }
    /// The wrapped keys: the tenant's, then those of its domains.
    private func custody(_ region: ProbedRegion) -> [Pair] {
        let tenant = Key("custody", TestRegion.tenant)
        return region.region.store.peek(KeyRange(from: tenant, to: tenant.afterChildren), limit: 100)
    }

    @Test func `a tenant sees only its own, under the same names`() async throws {
        let region = try await ProbedRegion()
        try await change(region) { scope async throws(ServiceError) in try await scope.createTenantKeys(other) }
        try await region.keep("mine")
        try await region.keep("theirs", of: other)
        #expect(try await region.notes() == ["mine"])
        #expect(try await region.notes(of: other) == ["theirs"])
    }

    @Test func `a provider sees only its own, under the same names`() async throws {
        let region = try await ProbedRegion()
        try await region.keep("mine")
        let scope = try await region.journal.reader("Contoso.Other", TestRegion.tenant)
        #expect(try await scope.list(KeptNote.self, under: Key("note"), limit: 10).isEmpty)
        #expect(try await scope.get(KeptNote.self, at: Key("note", "mine")) == nil)
    }

    @Test func `a value moved to another tenant's place does not open there`() async throws {
        let region = try await ProbedRegion()
        try await change(region) { scope async throws(ServiceError) in try await scope.createTenantKeys(other) }
        try await region.keep("a")
        let own = Key("data", Probe.namespace, TestRegion.tenant, "tenant", "note", "a")
        let foreign = Key("data", Probe.namespace, other, "tenant", "note", "a")
        let moved = Key("data", Probe.namespace, TestRegion.tenant, "tenant", "note", "b")
        let value = try #require(region.region.store.peek(own))
        _ = try await region.region.store.commit(Commit(readVersion: 0, writes: [foreign: value, moved: value]))
        await #expect(throws: ServiceError.self) { try await region.notes(of: other) }
        await #expect(throws: ServiceError.self) { try await region.notes() }
    }

    @Test func `rotating a tenant's key wraps every data key anew, and rewrites no data`() async throws {
        let region = try await ProbedRegion()
        let domain = Domain.own("account/1")
        try await change(region) { scope async throws(ServiceError) in try await scope.create(domain) }
        try await region.keep("a")
        try await region.keep("b", in: domain)
        let (wrapped, data) = (custody(region), region.region.store.peek(Key("data").children, limit: 1000))
        #expect(wrapped.count == 3)
        try await change(region) { scope async throws(ServiceError) in
            try await scope.rotateTenantKey(TestRegion.tenant)
        }
        let rewrapped = custody(region)
        #expect(rewrapped.map(\.key) == wrapped.map(\.key))
        for (old, new) in zip(wrapped, rewrapped) { #expect(old.value != new.value) }
        #expect(region.region.store.peek(Key("data").children, limit: 1000) == data)
        // A life that has opened no key yet reads all of it, and goes on under the new key.
        let next = try await region.region.open(region.world)
        let scope = try await next.reader(Probe.namespace, TestRegion.tenant)
        #expect(try await scope.get(KeptNote.self, at: Key("note", "a")) == KeptNote(text: "a"))
        #expect(try await scope.get(KeptNote.self, in: domain, at: Key("note", "b")) == KeptNote(text: "b"))
        _ = try await next.change(ProbedRegion.note, Probe.namespace, TestRegion.tenant) {
            scope async throws(ServiceError) in
            try await scope.create(.own("account/2"))
            try await scope.rotateTenantKey(TestRegion.tenant)
        }
        #expect(custody(region).count == 4)
        #expect(try await region.notes() == ["a"])
    }

    @Test func `a shredded domain is gone for this life and the next, and its name can be used again`() async throws {
        let region = try await ProbedRegion()
        let domain = Domain.own("account/1")
        try await change(region) { scope async throws(ServiceError) in try await scope.create(domain) }
        try await region.keep("a", in: domain)
        let sealed = region.region.store.peek(Key("data").children, limit: 1000)
        try await change(region) { scope async throws(ServiceError) in scope.shred(domain) }
        // The rows may still lie there: nothing opens them.
        #expect(region.region.store.peek(Key("data").children, limit: 1000) == sealed)
        for journal in [region.journal, try await region.region.open(region.world)] {
            let scope = try await journal.reader(Probe.namespace, TestRegion.tenant)
            #expect(try await !scope.exists(domain))
            #expect(try await scope.get(KeptNote.self, in: domain, at: Key("note", "a")) == nil)
        }
        await #expect(throws: ServiceError.self) { try await region.keep("b", in: domain) }
        try await change(region) { scope async throws(ServiceError) in
            try await scope.create(domain)
            try await scope.remove(in: domain, at: Key("note", "a"))
        }
        try await region.keep("c", in: domain)
        #expect(try await region.notes(in: domain) == ["c"])
    }

    @Test func `a domain made and used in one change is there after it, and not when the change is refused`()
        async throws
    {
        let region = try await ProbedRegion()
        let domain = Domain.own("account/1")
        await #expect(throws: ServiceError.self) {
            try await change(region) { scope async throws(ServiceError) in
                try await scope.create(domain)
                try await scope.put(KeptNote(text: "a"), in: domain, at: Key("note", "a"))
                throw .badRequest("No", "No.")
            }
        }
        #expect(try await region.notes(in: domain).isEmpty)
        try await change(region) { scope async throws(ServiceError) in
            try await scope.create(domain)
            try await scope.put(KeptNote(text: "a"), in: domain, at: Key("note", "a"))
        }
        #expect(try await region.notes(in: domain) == ["a"])
    }

    @Test func `lists come in pages, forwards and backwards, from behind a key`() async throws {
        let region = try await ProbedRegion()
        for text in ["a", "b", "c", "d", "e"] { try await region.keep(text) }
        let scope = try await region.journal.reader(Probe.namespace, TestRegion.tenant)
        func texts(after: String?, limit: Int, reverse: Bool = false) async throws -> [String] {
            let key = after.map { Key("note", $0) }
            return try await scope.list(KeptNote.self, under: Key("note"), after: key, limit: limit, reverse: reverse)
                .map(\.value.text)
        }
        #expect(try await texts(after: nil, limit: 2) == ["a", "b"])
        #expect(try await texts(after: "b", limit: 2) == ["c", "d"])
        #expect(try await texts(after: "bb", limit: 9) == ["c", "d", "e"])
        #expect(try await texts(after: nil, limit: 2, reverse: true) == ["e", "d"])
        #expect(try await texts(after: "c", limit: 9, reverse: true) == ["b", "a"])
        #expect(try await texts(after: "e", limit: 9).isEmpty)
    }
}
