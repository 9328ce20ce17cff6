// SPDX-License-Identifier: Apache-2.0
package import Base
import Bytes
import Store
import Synchronization

/// Carries sagas on: those just started, and after a restart those a former life left open.
package final class SagaWorker: Sendable {
    /// Open sagas looked at in one round.
    static let roundMax = 100
    /// Steps of one saga before the others get their turn.
    static let turnSteps = 20
    /// A round also comes by itself, for sagas whose step was refused with 503.
    static let period = Duration.seconds(5)

    private let journal: Journal
    private let kinds: [String: any Saga]
    private let receivers: [String: any ReceivingSaga]
    private let actors: [String: any ActingSaga]
    /// Sagas being carried on right now, and who waits for the turn to end: a step is taken by one task at a time.
    private let busy = Mutex<[String: [CheckedContinuation<Void, Never>]]>([:])
    /// A pass over all open sagas in rounds, so that none of them, stuck as it may be, keeps the others waiting.
    private struct Pass {
        /// The last saga of the round before; nil at the beginning.
        var after: Key?
        /// Whether a saga of this pass can go on at once.
        var isMoving = false
    }
    private let pass = Mutex(Pass())

    package init(_ journal: Journal, _ sagas: [any Saga]) {
        self.journal = journal
        kinds = Dictionary(sagas.map { (type(of: $0).kind, $0) }, uniquingKeysWith: { first, _ in first })
        receivers = kinds.compactMapValues { $0 as? any ReceivingSaga }
        actors = kinds.compactMapValues { $0 as? any ActingSaga }
    }

    /// Works until the task is cancelled.
    package func run(report: @Sendable (String) -> Void) async {
        while !Task.isCancelled {
            do throws(ServiceError) { while try await round(report: report) {} } catch {
                report("sagas: \(error.message) \(error.detail)")
            }
            await journal.started.wait(atMost: Self.period, journal.world.clock)
        }
    }

    /// One turn for each of the next open sagas; true when more is to be done at once.
    package func round(report: @Sendable (String) -> Void) async throws(ServiceError) -> Bool {
        let after = pass.withLock { $0.after }
        let scope = try await journal.reader(kernelNamespace, KeyRing.regionTenant)
        let open = try await scope.keys(in: .region, under: Key("saga-open"), after: after, limit: Self.roundMax)
        var isMoving = false
        for key in open where !Task.isCancelled {
            do throws(ServiceError) {
                guard let item = try await scope.get(OpenSaga.self, in: .region, at: key) else { continue }
                let record = try await advance(item.id, tenant: item.tenant, steps: Self.turnSteps)
                if record?.status == .inProgress { isMoving = true }
            } catch {
                var reader = KeyReader(key, after: Key("saga-open"))
                report("saga \(reader.string() ?? "\(key)"): \(error.message) \(error.detail)")
            }
        }
        let isLast = open.count < Self.roundMax
        return pass.withLock { pass in
            let goesOn = pass.isMoving || isMoving
            pass = isLast ? Pass() : Pass(after: open.last, isMoving: goesOn)
            return !isLast || goesOn
        }
    }

    /// How many sagas are open; `max` stands for as many and more.
    package func countOpen(atMost max: Int) async throws(ServiceError) -> Int {
        let scope = try await journal.reader(kernelNamespace, KeyRing.regionTenant)
        return try await scope.list(OpenSaga.self, in: .region, under: Key("saga-open"), limit: max).count
    }

    /// Takes up to `steps` steps of a saga and returns how it stands; nil when there is no such saga.
    ///
    /// Takes none when someone else is at it.
    package func advance(_ id: String, tenant: TenantID, steps: Int) async throws(ServiceError) -> SagaRecord? {
        if let record = try await turn(id, tenant, steps) { return record }
        return try await journal.reader(kernelNamespace, tenant).saga(id)
    }
    /// The same for whoever waits for the work: when someone else is at it, that turn is waited for and counts, so that
    /// what is quick is done whoever came first.
    package func settle(_ id: String, tenant: TenantID, steps: Int) async throws(ServiceError) -> SagaRecord? {
        if let record = try await turn(id, tenant, steps) { return record }
        await turnEnds(id)
        let record = try await journal.reader(kernelNamespace, tenant).saga(id)
        guard record?.status == .inProgress else { return record }
        return try await advance(id, tenant: tenant, steps: steps)
    }

    /// Takes up to `steps` steps; nil when someone else is at it, or there is no such saga.
    private func turn(_ id: String, _ tenant: TenantID, _ steps: Int) async throws(ServiceError) -> SagaRecord? {
        let isMine = busy.withLock { busy in
            guard busy[id] == nil else { return false }
            busy[id] = []
            return true
        }
        guard isMine else { return nil }
        defer {
            let waiting = busy.withLock { $0.removeValue(forKey: id) } ?? []
            for waiter in waiting { waiter.resume() }
        }
        var record: SagaRecord?
        for _ in 0..<steps {
            record = try await step(id, tenant)
            guard record?.status == .inProgress else { break }
        }
        return record
    }
    /// Returns when nobody is at the saga, which may be at once.
    private func turnEnds(_ id: String) async {
        await withCheckedContinuation { continuation in
            let isFree = busy.withLock { busy in
                guard busy[id] != nil else { return true }
                busy[id]?.append(continuation)
                return false
            }
            if isFree { continuation.resume() }
        }
    }

    private func step(_ id: String, _ tenant: TenantID) async throws(ServiceError) -> SagaRecord? {
        var note = ChangeNote(actor: "region:sagas", action: "saga.step", operation: "saga.step")
        let frees = try await frees(id, tenant)
        note.frees = frees
        var received: Received?
        do throws(ServiceError) {
            if let named = try await actor(of: id, tenant) {
                note = named
                note.frees = frees
            }
            received = try await receive(id, tenant)
            return try await journal.change(note, kernelNamespace, tenant, received: received) {
                scope async throws(ServiceError) in
                guard var record = try await scope.saga(id), record.status == .inProgress else {
                    return try await scope.saga(id)
                }
                guard let saga = self.kinds[record.kind] else {
                    throw .unavailable("no saga of kind \(record.kind) in this release")
                }
                switch try await saga.step(record.state, scope.narrowed(to: record.namespace)) {
                case .again(let state): record.state = state
                case .done(let result):
                    record.result = result
                    record.status = .succeeded
                    record.ended = scope.now
                }
                try await scope.save(record)
                return record
            }.result
        } catch {
            if !error.mayStand {
                for extent in received?.content.extents ?? [] { try? await journal.bytes.release(extent) }
            }
            if error.status == 503 { throw error }
            return try await fail(id, tenant, error)
        }
    }
    /// Whether the saga gives room back.
    private func frees(_ id: String, _ tenant: TenantID) async throws(ServiceError) -> Bool {
        guard kinds.values.contains(where: { type(of: $0).frees }) else { return false }
        let record = try await journal.reader(kernelNamespace, tenant).saga(id)
        return record.flatMap { kinds[$0.kind] }.map { type(of: $0).frees } ?? false
    }
    /// What an acting saga says of its next step; nil for other sagas.
    private func actor(of id: String, _ tenant: TenantID) async throws(ServiceError) -> ChangeNote? {
        guard !actors.isEmpty else { return nil }
        guard let record = try await journal.reader(kernelNamespace, tenant).saga(id) else { return nil }
        return actors[record.kind]?.note(record.state)
    }
    /// What the next step of a receiving saga keeps; nil for other sagas.
    private func receive(_ id: String, _ tenant: TenantID) async throws(ServiceError) -> Received? {
        guard !receivers.isEmpty else { return nil }
        let scope = try await journal.reader(kernelNamespace, tenant)
        guard let record = try await scope.saga(id), record.status == .inProgress, let saga = receivers[record.kind]
        else { return nil }
        let own = scope.narrowed(to: record.namespace)
        let intake = Intake(.empty, own.frame, journal.intakeRoom)
        do throws(ServiceError) { try await saga.receive(record.state, own, intake) } catch {
            for extent in intake.received?.content.extents ?? [] { try? await journal.bytes.release(extent) }
            throw error
        }
        return intake.received
    }
    private func fail(_ id: String, _ tenant: TenantID, _ error: ServiceError) async throws(ServiceError) -> SagaRecord?
    {
        var note = ChangeNote(actor: "region:sagas", action: "saga.fail", operation: "saga.fail")
        note.frees = true
        return try await journal.change(note, kernelNamespace, tenant) { scope async throws(ServiceError) in
            guard var record = try await scope.saga(id), record.status == .inProgress else {
                return try await scope.saga(id)
            }
            let saga = self.kinds[record.kind]
            guard error.status != 500 || saga.map({ type(of: $0).endsOnDamage }) == true else { throw error }
            try await saga?.end(record.state, with: error, scope.narrowed(to: record.namespace))
            record.status = .failed
            record.errorCode = error.code
            record.errorMessage = error.message
            record.ended = scope.now
            try await scope.save(record)
            return record
        }.result
    }
}

extension Signal {
    /// Returns once raised, or after `duration`.
    func wait(atMost duration: Duration, _ clock: any WallClock) async {
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait() }
            group.addTask { try? await clock.sleep(for: duration) }
            await group.next()
            group.cancelAll()
        }
    }
}
