// SPDX-License-Identifier: Apache-2.0
// Foundation: the environment, and the file the clients write.
import Base
import Clients
import Foundation
import Testing

/// The checker of the worlds on what real clients were told by a real region, over TLS.
@Suite struct WireHistoryTests {
    private static let (clients, blobs) = (8, 4)
    /// Calls of each client; `LAZULI_RACES` makes it longer.
    private static let calls = setting("LAZULI_RACES").map(Int.init) ?? 60
    private static let seed = setting("LAZULI_RACES_SEED") ?? UInt64.random(in: 1...999_999)

    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test func `conditional writes and leases by clients over TLS are linearizable`() async throws {
        let region = try await Region.shared()
        var home = try Home(region)
        home.environment["PYTHONPATH"] = "\(Tool.root)/Tests/CrashTests/python"
        let file = "\(home.folder)/history"
        let options = [
            "--history", file, "--seed", "\(Self.seed)", "--clients", "\(Self.clients)", "--calls", "\(Self.calls)",
            "--blobs", "\(Self.blobs)",
        ]
        let program = "\(Tool.root)/Tests/WorldTests/python/races.py"
        let output = try await home.run(
            "python",
            [program, "--credentials", region.credentials.file] + options,
            timeoutSeconds: 600
        )
        try #require(output.status == 0, "seed \(Self.seed): \(output.report)\n\(region.log)")
        let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
        let calls = try lines.map { try WireCall(JSON(parsing: Array($0.utf8))) }
        #expect(calls.count == Self.clients * Self.calls)
        #expect(calls.count { if case .done = $0.answer { true } else { false } } > calls.count / 10)
        for blob in 0..<Self.blobs {
            let history = WireCall.history(calls.filter { $0.blob == blob })
            #expect(history.isLinearizable, "LAZULI_RACES_SEED=\(Self.seed), blob \(blob):\n\(history.text)")
            // An answer too many has to be noticed: the check looks at all of them.
            let (lost, one) = (WireCall.history(calls.filter { $0.blob == blob }), calls.first { $0.blob == blob })
            if one != nil { lost.answered(lost.asked(.get), .found(-1)) }
            #expect(!lost.isLinearizable || one == nil)
        }
    }
}

/// One call as `races.py` notes it.
private struct WireCall: Sendable {
    let blob: Int
    let asked: Int64
    let told: Int64
    let call: BlobModel.Call
    /// Nil where nothing was done.
    let answer: BlobModel.Answer?

    init(_ line: JSON) throws {
        guard let blob = line["blob"]?.integer, let asked = line["asked"]?.integer, let told = line["told"]?.integer,
            let call = line["call"].flatMap(Self.call), let answer = line["answer"]
        else { throw ClientError("not a call: \(line)") }
        (self.blob, self.asked, self.told, self.call) = (Int(blob), asked, told, call)
        if let found = answer["found"] {
            self.answer = .found(found.integer.map(Int.init))
        } else if answer["done"] != nil {
            self.answer = .done
        } else {
            self.answer = answer["refused"] == nil ? nil : .refused
        }
    }
    private static func call(_ it: JSON) -> BlobModel.Call? {
        let holder = it["as"]?.integer.map(Int.init)
        var over = BlobModel.Condition.none
        if let write = it["over"]?.integer {
            over = .write(Int(write))
        } else if it["over"]?.string != nil {
            over = .absent
        }
        switch (it["kind"]?.string, holder) {
        case ("get", _): return .get
        case ("put", _): return it["write"]?.integer.map { .put(Int($0), over: over, as: holder) }
        case ("delete", _): return .delete(over: over, as: holder)
        case ("acquire", let holder?): return .acquire(holder)
        case ("release", let holder?): return .release(holder)
        case ("break", _): return .breakLease
        default: return nil
        }
    }
    /// The calls in the order of their moments; of two in one moment the question comes first.
    static func history(_ calls: [WireCall]) -> History<BlobModel> {
        let history = History<BlobModel>()
        var numbers: [Int: Int] = [:]
        let moments = calls.indices.flatMap { [(calls[$0].asked, false, $0), (calls[$0].told, true, $0)] }
            .sorted { ($0.0, $0.1 ? 1 : 0) < ($1.0, $1.1 ? 1 : 0) }
        for (_, isAnswer, index) in moments where calls[index].answer != nil {
            if !isAnswer {
                numbers[index] = history.asked(calls[index].call)
            } else if let number = numbers[index], let answer = calls[index].answer {
                history.answered(number, answer)
            }
        }
        return history
    }
}
