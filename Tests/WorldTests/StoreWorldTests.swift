// SPDX-License-Identifier: Apache-2.0
import Base
import Simulation
import Store
import StoreMemory
import Synchronization
import Testing

/// Three lives of a process over one disk: concurrent transfers between accounts, each with an entry in one log.
@Suite struct StoreWorldTests {
    @Test func `no acknowledged transaction is lost or doubled, whatever fails and whenever it crashes`() throws {
        var (worlds, acknowledged, deaths, entries) = (0, 0, 0, 0)
        try forEachSeed(1...1000) { seed in
            let bank = Bank(seed: seed, flaw: nil)
            try bank.run()
            worlds += 1
            acknowledged += bank.acknowledged.count
            deaths += bank.deaths
            entries += bank.entries
        }
        #expect(entries >= acknowledged)
        // Together, the worlds must reach what they are here to try; one that is replayed alone need not.
        guard worlds > 1 else { return }
        #expect(acknowledged > worlds)
        #expect(deaths > worlds / 2)
    }

    @Test(arguments: Flaw.allCases)
    func `these worlds find a planted flaw`(flaw: Flaw) throws {
        var found = 0
        for seed: UInt64 in 1...100 {
            do { try Bank(seed: seed, flaw: flaw).run() } catch is Broken { found += 1 }
        }
        #expect(found > 0)
    }

    @Test func `the same seed plays the same world`() throws {
        for seed: UInt64 in 1...10 {
            let (first, second) = (Bank(seed: seed, flaw: nil), Bank(seed: seed, flaw: nil))
            try first.run()
            try second.run()
            #expect(first.simulation.steps == second.simulation.steps)
            #expect(first.acknowledged == second.acknowledged)
        }
    }
}

/// A mistake in the code above the store that the worlds have to notice.
enum Flaw: String, CaseIterable, Sendable {
    case `a lost answer is retried without looking for the witness`
    case `the log entry is written in a second transaction`
    case `the end of the log is read without protection`
}

/// A promise that does not hold on the disk.
struct Broken: Error, CustomStringConvertible {
    let description: String
}

private enum Refused: Error {
    case poor
}

private final class Bank: Sendable {
    private static let accounts: Int64 = 4
    private static let opening: Int64 = 100
    private static let (clients, requestsEach, lives) = (4, 3, 3)

    let simulation: Simulation
    private let flaw: Flaw?
    private let disk = MemoryStore()
    private let record = Mutex((acknowledged: Set<String>(), deaths: 0))
    var acknowledged: Set<String> { record.withLock { $0.acknowledged } }
    var deaths: Int { record.withLock { $0.deaths } }
    var entries: Int { log.count }

    init(seed: UInt64, flaw: Flaw?) {
        simulation = Simulation(seed: seed)
        self.flaw = flaw
    }

    func run() throws {
        try simulation.run { [self] in
            let accounts = (0..<Self.accounts).map { (Key("account", $0), Optional(Key(Self.opening).bytes)) }
            _ = try await disk.commit(Commit(readVersion: 0, writes: Dictionary(uniqueKeysWithValues: accounts)))
            for life in 1...Self.lives {
                let process = Process(simulation)
                let store = Store(FaultyStore(disk, simulation, process), world: simulation.world)
                let isLast = life == Self.lives
                await process.live(mortalWithin: isLast ? nil : .milliseconds(800)) { [self] in
                    await withTaskGroup(of: Void.self) { group in
                        for client in 0..<Self.clients { group.addTask { await self.work(client, store, process) } }
                    }
                }
                if process.isDead { record.withLock { $0.deaths += 1 } }
                // On the disk, after every crash: at the end of a run later work may have covered a flaw up.
                try checkDisk(life: life)
            }
        }
    }

    /// A client asks for what has not been acknowledged, after looking whether it stands.
    private func work(_ client: Int, _ store: Store, _ process: Process) async {
        for number in 0..<Self.requestsEach {
            let request = "\(client)-\(number)"
            if acknowledged.contains(request) { continue }
            do throws(Abort<Refused>) {
                let done = try await store.read { (snapshot) throws(Abort<Refused>) in
                    do throws(StoreError) { return try await snapshot.get(Key("done", request)) != nil } catch {
                        throw .store(error)
                    }
                }
                if !done { try await transfer(request, store) }
                if !process.isDead { record.withLock { _ = $0.acknowledged.insert(request) } }
            } catch {
                if process.isDead { return }
            }
        }
    }

    private func transfer(_ request: String, _ store: Store) async throws(Abort<Refused>) {
        let from = Int64(simulation.upTo(UInt64(Self.accounts)))
        let to = (from + 1 + Int64(simulation.upTo(UInt64(Self.accounts - 1)))) % Self.accounts
        let amount = Int64(1 + simulation.upTo(20))
        let witness = Key("done", request)
        let isBlind = flaw == .`a lost answer is retried without looking for the witness`
        let isSplit = flaw == .`the log entry is written in a second transaction`
        try await store.transact(witness: isBlind ? nil : witness) { (transaction) throws(Abort<Refused>) in
            let isCovered: Bool
            do throws(StoreError) {
                isCovered = try await self.move(amount, from: from, to: to, transaction)
                transaction.set(witness, [1])
                if !isSplit { try await self.append(request, transaction) }
            } catch { throw .store(error) }
            if !isCovered { throw .reason(.poor) }
        }
        guard isSplit else { return }
        try await store.transact(witness: nil) { (transaction) throws(Abort<Refused>) in
            do throws(StoreError) { try await self.append(request, transaction) } catch { throw .store(error) }
        }
    }
    /// False when the account does not hold the amount.
    private func move(
        _ amount: Int64,
        from: Int64,
        to: Int64,
        _ transaction: Transaction
    ) async throws(StoreError) -> Bool {
        let balance = Self.number(try await transaction.get(Key("account", from)))
        guard balance >= amount else { return false }
        let other = Self.number(try await transaction.get(Key("account", to)))
        transaction.set(Key("account", from), Key(balance - amount).bytes)
        transaction.set(Key("account", to), Key(other + amount).bytes)
        return true
    }
    /// Takes the next number of the log: two that take the same one meet in the range they read.
    private func append(_ request: String, _ transaction: Transaction) async throws(StoreError) {
        let isProtected = flaw != .`the end of the log is read without protection`
        let last = try await transaction.range(Key("log").children, limit: 1, reverse: true, protected: isProtected)
        var next: Int64 = 0
        if let last = last.first {
            var reader = KeyReader(last.key, after: Key("log"))
            next = (reader.integer() ?? 0) + 1
        }
        transaction.set(Key("log", next), Array(request.utf8))
    }
    private static func number(_ bytes: [UInt8]?) -> Int64 {
        var reader = KeyReader(Key(bytes: bytes ?? []))
        return reader.integer() ?? 0
    }

    private var log: [Pair] { disk.peek(Key("log").children, limit: 10_000) }

    private func checkDisk(life: Int) throws {
        let balances = disk.peek(Key("account").children, limit: 100).map { Self.number($0.value) }
        let requests = log.map { String(decoding: $0.value, as: UTF8.self) }
        let done = disk.peek(Key("done").children, limit: 10_000).count
        try hold(balances.reduce(0, +) == Self.accounts * Self.opening, "balances \(balances) do not add up", life)
        try hold(balances.allSatisfy { $0 >= 0 }, "an account is overdrawn: \(balances)", life)
        try hold(log.map(\.key) == requests.indices.map { Key("log", Int64($0)) }, "the log has a gap", life)
        try hold(Set(requests).count == requests.count, "a request is in the log twice: \(requests)", life)
        try hold(done == requests.count, "\(done) requests done and \(requests.count) in the log", life)
        let lost = acknowledged.subtracting(requests).sorted()
        try hold(lost.isEmpty, "acknowledged and lost: \(lost)", life)
    }
    private func hold(_ promise: Bool, _ otherwise: String, _ life: Int) throws {
        if !promise { throw Broken(description: "after life \(life): \(otherwise)") }
    }
}
