// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Simulation
import Store
import StoreMemory
import Synchronization
import Testing

@Suite struct KeyRingTests {
    private let domain = Domain.own("account/1")
    private func change(
        _ region: ProbedRegion,
        _ body: (WriteScope) async throws(ServiceError) -> Void
    ) async throws {
        _ = try await region.journal.change(ProbedRegion.note, Probe.namespace, TestRegion.tenant, body)
    }
    private func reader(_ region: ProbedRegion) async throws -> ReadScope {
        try await region.journal.reader(Probe.namespace, TestRegion.tenant)
    }
    private func note(_ scope: ReadScope) async throws -> String? {
        try await scope.get(KeptNote.self, in: domain, at: Key("note", "a"))?.text
    }
    private func filled(_ store: (@Sendable (TestRegion) -> any StoreEngine)? = nil) async throws -> ProbedRegion {
        let region = try await ProbedRegion(store: store)
        try await change(region) { scope async throws(ServiceError) in try await scope.create(domain) }
        try await region.keep("a", in: domain)
        return region
    }

    @Test func `who reads an older version does not bring a shredded key back`() async throws {
        let region = try await filled()
        let old = try await reader(region)
        try await change(region) { scope async throws(ServiceError) in scope.shred(domain) }
        // Its version has the domain, so it may read it.
        #expect(try await note(old) == "a")
        let new = try await reader(region)
        #expect(try await !new.exists(domain))
        #expect(try await note(new) == nil)
        #expect(try await note(old) == "a")
    }

    @Test func `under a name used again each version is read with its own key`() async throws {
        let region = try await filled()
        let old = try await reader(region)
        try await change(region) { scope async throws(ServiceError) in scope.shred(domain) }
        try await change(region) { scope async throws(ServiceError) in
            try await scope.create(domain)
            try await scope.put(KeptNote(text: "new"), in: domain, at: Key("note", "a"))
        }
        for _ in 0..<2 {
            #expect(try await note(try await reader(region)) == "new")
            #expect(try await note(old) == "a")
        }
    }

    @Test func `while a domain is shredded nobody sees it gone too early or there too late`() async throws {
        let gate = Gate()
        let region = try await filled { GatedStore(engine: $0.store, gate: gate) }
        let looks = Mutex<[Bool]>([])
        gate.around.withLock { around in
            around = { [region] in
                let exists = try? await region.journal.reader(Probe.namespace, TestRegion.tenant).exists(domain)
                looks.withLock { $0.append(exists ?? false) }
            }
        }
        try await change(region) { scope async throws(ServiceError) in scope.shred(domain) }
        gate.around.withLock { $0 = nil }
        #expect(looks.withLock { $0 } == [true, false])
        #expect(try await !reader(region).exists(domain))
    }

    @Test func `a shredding whose answer is lost shreds all the same`() async throws {
        let gate = Gate()
        let region = try await filled { GatedStore(engine: $0.store, gate: gate) }
        gate.losesNext.withLock { $0 = true }
        await #expect(throws: ServiceError.self) {
            try await change(region) { scope async throws(ServiceError) in scope.shred(domain) }
        }
        #expect(try await !reader(region).exists(domain))
    }

    @Test func `a change that is refused after its shredding leaves the domain`() async throws {
        let region = try await filled()
        await #expect(throws: ServiceError.self) {
            try await change(region) { scope async throws(ServiceError) in
                scope.shred(domain)
                throw .badRequest("No", "No.")
            }
        }
        #expect(try await note(try await reader(region)) == "a")
    }
}

/// What happens around the next commits.
private final class Gate: Sendable {
    let around = Mutex<(@Sendable () async -> Void)?>(nil)
    /// Whether the answer of the next commit, and the look that would settle it, are lost.
    let losesNext = Mutex(false)
    let isBlind = Mutex(false)
}

private struct GatedStore: StoreEngine {
    let engine: MemoryStore
    let gate: Gate
    func snapshot() async throws(StoreError) -> any StoreSnapshot {
        let isBlind = gate.isBlind.withLock { isBlind in
            defer { isBlind = false }
            return isBlind
        }
        if isBlind { throw .unavailable("blind") }
        return try await engine.snapshot()
    }
    func commit(_ commit: Commit) async throws(StoreError) -> Version {
        let around = gate.around.withLock { $0 }
        await around?()
        let version = try await engine.commit(commit)
        await around?()
        let isLost = gate.losesNext.withLock { isLost in
            defer { isLost = false }
            return isLost
        }
        guard !isLost else {
            gate.isBlind.withLock { $0 = true }
            throw .unknownResult
        }
        return version
    }
    func checkpoint(to folder: String) async throws(StoreError) { try await engine.checkpoint(to: folder) }
    func close() async { await engine.close() }
    var health: String { get async { await engine.health } }
}
