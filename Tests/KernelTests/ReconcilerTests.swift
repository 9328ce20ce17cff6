// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Simulation
import Store
import StoreMemory
import Synchronization
import Testing

@Suite struct ReconcilerTests {
    /// What a pass over rows 0..<count leaves and says.
    private func left(
        of count: Int64,
        bad: Set<Int64>,
        damaged: Int64? = nil
    ) async throws -> (rows: [Int64], done: [Int64], said: [String]) {
        let region = try await ProbedRegion()
        let note = ChangeNote(actor: "test", action: "test", operation: "test")
        _ = try await region.journal.change(note, Chores.namespace, KeyRing.regionTenant) {
            scope async throws(ServiceError) in
            for number in 0..<count { try await scope.put(Chore(number: number), at: Key("due", number)) }
        }
        if let damaged { try await damage(damaged, region) }
        let said = Mutex<[String]>([])
        let pass = Reconciler(region.journal)
        await pass.pass(Chores(bad: bad)) { line in said.withLock { $0.append(line) } }
        let scope = try await region.journal.reader(Chores.namespace, KeyRing.regionTenant)
        let rows = try await scope.keys(in: .tenant, under: Key("due"), limit: 500).map { key in
            var reader = KeyReader(key, after: Key("due"))
            return reader.integer() ?? -1
        }
        let done = try await scope.list(Chore.self, under: Key("done"), limit: 500).map(\.value.number)
        return (rows, done, said.withLock { $0 })
    }

    /// Makes a row's stored value one that does not open.
    private func damage(_ number: Int64, _ region: ProbedRegion) async throws {
        let tail = Key("due", number).bytes
        let key = try #require(region.region.rows.first { $0.key.bytes.suffix(tail.count).elementsEqual(tail) }?.key)
        let version = try await region.region.store.snapshot().version
        _ = try await region.region.store.commit(Commit(readVersion: version, writes: [key: [1, 2, 3]]))
    }

    @Test(arguments: [3, 49, 50, 129] as [Int64])
    func `a row that does not open stays, is told of, and hides no other`(_ damaged: Int64) async throws {
        let left = try await left(of: 130, bad: [], damaged: damaged)
        #expect(left.rows == [damaged])
        #expect(left.done == (0..<130).filter { $0 != damaged })
        #expect(left.said.count == 1 && left.said.first?.hasPrefix("chores.end: 1 failed") == true)
    }

    @Test(arguments: [0, 1, 49, 50, 51, 130] as [Int64])
    func `a pass settles every due row and says nothing`(_ count: Int64) async throws {
        let left = try await left(of: count, bad: [])
        #expect(left.rows.isEmpty)
        #expect(left.done == Array(0..<count))
        #expect(left.said.isEmpty)
    }

    @Test func `rows that fail stay, are told of in one line, and stop no other`() async throws {
        let bad: Set<Int64> = [0, 7, 49, 50, 129]
        let left = try await left(of: 130, bad: bad)
        #expect(left.rows == bad.sorted())
        #expect(left.done == (0..<130).filter { !bad.contains($0) })
        #expect(left.said.count == 1)
        #expect(left.said.first?.hasPrefix("chores.end: 5 failed") == true)
    }

    @Test func `a long row is settled commit by commit until it is gone, and a bad one stops no other`() async throws {
        let region = try await ProbedRegion()
        let note = ChangeNote(actor: "test", action: "test", operation: "test")
        _ = try await region.journal.change(note, Chores.namespace, KeyRing.regionTenant) {
            scope async throws(ServiceError) in
            for row in 0..<4 { try await scope.put(Chore(number: Int64(row) * 3), at: Key("due", Int64(row))) }
        }
        let said = Mutex<[String]>([])
        let work = LongChores(bad: 2)
        await Reconciler(region.journal).pass(work) { line in said.withLock { $0.append(line) } }
        let scope = try await region.journal.reader(Chores.namespace, KeyRing.regionTenant)
        #expect(try await scope.list(Chore.self, under: Key("due"), limit: 10).map(\.value.number) == [6])
        #expect(said.withLock { $0.count } == 1)
        // Each of three and nine steps was a commit, and so was the end of three rows.
        #expect(work.settled.withLock { $0 } == 3 + 9 + 3)
    }

    @Test func `a page of nothing but bad rows does not keep the next page from its turn`() async throws {
        let left = try await left(of: 60, bad: Set(0..<50))
        #expect(left.rows == Array(0..<50))
        #expect(left.done == Array(50..<60))
    }
}

private struct Chore: Stored, Codable { var number: Int64 }

/// Moves a row to `done`; fails at the bad ones after it wrote.
private struct Chores: DueWork {
    static let namespace: String = "Contoso.Chores"
    let name = "chores.end"
    let namespace: String = Self.namespace
    let bad: Set<Int64>

    func due(after key: Key?, limit: Int, _ scope: ReadScope) async throws(ServiceError) -> [Key] {
        try await scope.keys(in: .tenant, under: Key("due"), after: key, limit: limit)
    }
    func settle(_ key: Key, _ scope: WriteScope) async throws(ServiceError) {
        guard let chore = try await scope.get(Chore.self, at: key) else { return }
        try await scope.remove(at: key)
        try await scope.put(chore, at: Key("done", chore.number))
        if bad.contains(chore.number) { throw .unavailable("row \(chore.number) is bad") }
    }
}

/// Takes one from a row's number at a time; the row goes once nothing is left.
private final class LongChores: DueWork {
    let name = "chores.go"
    let namespace: String = Chores.namespace
    let hasLongRows = true
    let settled = Mutex(0)
    private let bad: Int64
    init(bad: Int64) { self.bad = bad }

    func due(after key: Key?, limit: Int, _ scope: ReadScope) async throws(ServiceError) -> [Key] {
        #expect(limit == 1)
        return try await scope.keys(in: .tenant, under: Key("due"), after: key, limit: limit)
    }
    func settle(_ key: Key, _ scope: WriteScope) async throws(ServiceError) {
        guard var chore = try await scope.get(Chore.self, at: key) else { return }
        guard key != Key("due", bad) else { throw .unavailable("the row is bad") }
        settled.withLock { $0 += 1 }
        guard chore.number > 0 else { return try await scope.remove(at: key) }
        chore.number -= 1
        try await scope.put(chore, at: key)
    }
}
