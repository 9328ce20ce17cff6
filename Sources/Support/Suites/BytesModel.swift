// SPDX-License-Identifier: Apache-2.0
import Bytes

extension BytesSuite {
    /// Steps of one random life; enough for some ten restarts and crashes.
    private static let steps = 1_200

    static let random = [11, 12, 13].map { seed in
        Check(description: "any order of calls, restarts and crashes ends as the model says (seed \(seed))") {
            subject in
            var model = BytesModel(subject, engine: try await subject.restart(full: false), seed: seed)
            for step in 0..<steps {
                do { try await model.step() } catch {
                    throw Violation(description: "seed \(seed), step \(step): \(error)")
                }
            }
        }
    }
}

/// What an engine should hold, driven at random together with one.
private struct BytesModel {
    private let subject: any BytesSubject
    private var engine: any BytesEngine
    private var state: UInt64
    private var live: [(extent: Extent, salt: Int)] = []
    private var released: [Extent] = []
    private var held: [(reader: any ExtentReader, extent: Extent, salt: Int)] = []
    private var salt = 0
    /// More would only make the lists long.
    private let liveMax = 40

    init(_ subject: any BytesSubject, engine: any BytesEngine, seed: Int) {
        self.subject = subject
        self.engine = engine
        state = UInt64(seed)
    }

    mutating func step() async throws {
        switch next(100) {
        case 0..<30: try await put()
        case 30..<55: try await readSome()
        case 55..<70: try await releaseSome()
        case 70..<78: try await hold()
        case 78..<88: if !held.isEmpty { held.remove(at: next(held.count)) }
        case 88..<92: if let one = pick() { try await engine.verify(live[one].extent) }
        case 92..<98: try await touchReleased()
        case 98: try await restart()
        default: try await crash()
        }
    }

    private mutating func put() async throws {
        if live.count >= liveMax { try await releaseSome() }
        salt += 1
        let count = [1 + next(300), 60_000 + next(12_000), 1 + next(300_000)][next(3)]
        let content = BytesSuite.bytes(count, salt)
        guard next(8) > 0 else {
            let writer = try await engine.reserve(Int64(count))
            try await writer.write(Array(content[..<next(count)]))
            if next(4) > 0 { await writer.abandon() }
            return
        }
        live.append((try await BytesSuite.put(engine, content), salt))
    }
    private mutating func readSome() async throws {
        if !held.isEmpty && next(3) == 0 {
            let one = held[next(held.count)]
            return try await read(one.reader, one.extent, one.salt)
        }
        guard let one = pick() else { return }
        try await read(try await engine.open(live[one].extent), live[one].extent, live[one].salt)
    }
    private mutating func read(_ reader: any ExtentReader, _ extent: Extent, _ salt: Int) async throws {
        let from = next(Int(extent.length))
        let to = from + next(min(Int(extent.length) - from, BytesLayout.chunkBytes) + 1)
        let wanted = Array(BytesSuite.bytes(Int(extent.length), salt)[from..<to])
        try BytesSuite.same(
            try await reader.read(Int64(from)..<Int64(to)) == wanted,
            true,
            "\(from)..<\(to) of \(extent)"
        )
    }
    private mutating func releaseSome() async throws {
        guard let one = pick() else { return }
        let extent = live.remove(at: one).extent
        try await engine.release(extent)
        released.append(extent)
    }
    private mutating func touchReleased() async throws {
        guard !released.isEmpty else { return }
        let extent = released[next(released.count)]
        try await engine.release(extent)
        guard !held.contains(where: { $0.extent == extent }) else { return }
        try await BytesSuite.expectReleased(engine, extent)
    }
    private mutating func hold() async throws {
        guard let one = pick(), held.count < 8 else { return }
        held.append((try await engine.open(live[one].extent), live[one].extent, live[one].salt))
    }
    private mutating func restart() async throws {
        held = []
        engine = try await subject.restart(full: false)
        try await settle()
    }
    private mutating func crash() async throws {
        engine = try await subject.crash()
        held = []
        try await settle()
    }
    private func settle() async throws {
        try await BytesSuite.settle(engine, keeping: live.map(\.extent))
        for one in live { try await engine.verify(one.extent) }
    }

    private mutating func pick() -> Int? { live.isEmpty ? nil : next(live.count) }
    /// SplitMix64: the same order of calls for the same seed.
    private mutating func next(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((z ^ (z >> 31)) % UInt64(bound))
    }
}
