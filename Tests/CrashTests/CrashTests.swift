// SPDX-License-Identifier: Apache-2.0
// Foundation: the environment and the marker file of the load.
import Clients
import Foundation
import Testing

@Suite struct CrashTests {
    /// `LAZULI_CRASH_ROUNDS` makes it longer, `LAZULI_CRASH_SEED` replays one.
    private let rounds = setting("LAZULI_CRASH_ROUNDS").map(Int.init) ?? 50
    private let seed = setting("LAZULI_CRASH_SEED") ?? UInt64.random(in: 1...999_999_999)

    /// The longest time a load runs before the kill: long enough for many changes, short enough for many kills.
    private static let loadMillisecondsMax: UInt64 = 900
    /// How often the data folder is verified as the kill left it.
    private static let roundsPerVerification = 10

    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test func `what was acknowledged survives every kill, and nothing half-done is seen`() async throws {
        print(
            "crash test of \(rounds) rounds; LAZULI_CRASH_SEED=\(seed) "
                + "LAZULI_CRASH_ROUNDS=\(rounds) make test replays it"
        )
        var chance = SplitMix(state: seed)
        let region = try await Region.start()
        let home = try Home(region)
        for round in 1...rounds {
            let ready = "\(region.folder)/ready-\(round)"
            let load = try start(home, seed: chance.next(), ready: ready)
            if round > 1 { try await region.restart() }
            let began = try await Tool.offPool {
                Tool.poll(seconds: 180) {
                    FileManager.default.fileExists(atPath: ready) || load.status != nil ? true : nil
                }
            }
            let milliseconds = chance.next() % Self.loadMillisecondsMax
            try await Task.sleep(for: .milliseconds(milliseconds))
            try await region.kill9()
            let output = try await load.output()
            try #require(
                began == true && output.status == 0,
                "round \(round), seed \(seed): \(output.report)\n\(region.log)"
            )
            if round % Self.roundsPerVerification == 0 { try await verify(region, "after the kill of round \(round)") }
            if chance.next() % 4 == 0 { try await killWhileStarting(region, afterMilliseconds: chance.next() % 300) }
        }
        try await region.restart()
        let last = try await start(home, seed: 0, ready: nil).output()
        try #require(last.status == 0, "after all rounds, seed \(seed): \(last.report)\n\(region.log)")
        print("crash test: \(last.text)")
        try await region.stop()
        try await verify(region, "after the last stop")
        try await region.remove()
    }

    private func start(_ home: Home, seed: UInt64, ready: String?) throws -> Running {
        let arguments =
            ["\(Tool.root)/Tests/CrashTests/python/load.py", "--credentials", home.region.credentials.file]
            + ["--journal", "\(home.region.folder)/journal", "--seed", "\(seed)"]
            + (ready.map { ["--ready", $0] } ?? [])
        return try Tool.start("python", arguments, environment: home.environment, timeoutSeconds: 300)
    }

    /// Recovery is killed too: it must start over without harm.
    private func killWhileStarting(_ region: Region, afterMilliseconds milliseconds: UInt64) async throws {
        try await region.restart(waits: false)
        try await Task.sleep(for: .milliseconds(milliseconds))
        try await region.kill9()
    }

    private func verify(_ region: Region, _ moment: String) async throws {
        let output = try await region.verify()
        #expect(output.status == 0, "lazuli-verify \(moment), seed \(seed): \(output.report)")
    }
}

/// Steele, Lea and Flood's SplitMix64: the same numbers from the same seed on every machine.
struct SplitMix {
    var state: UInt64
    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
