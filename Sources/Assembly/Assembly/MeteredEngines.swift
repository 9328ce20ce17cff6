// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import Meters
import Store

/// A store whose commits are timed, from asking to the disk's answer.
struct MeteredStore: StoreEngine {
    let base: any StoreEngine
    let watch: Watch

    func snapshot() async throws(StoreError) -> any StoreSnapshot { try await base.snapshot() }
    func commit(_ commit: Commit) async throws(StoreError) -> Version {
        let begin = watch.now
        do throws(StoreError) {
            let version = try await base.commit(commit)
            watch.note(.storeCommit, since: begin)
            return version
        } catch {
            // A conflict is an answer; it is counted by the store itself.
            watch.note(.storeCommit, since: begin, failed: error != .conflict)
            throw error
        }
    }
    func checkpoint(to folder: String) async throws(StoreError) { try await base.checkpoint(to: folder) }
    func close() async { await base.close() }
    var health: String { get async { await base.health } }
}

/// An engine of extents whose reads, writes, syncs and releases are timed.
struct MeteredBytes: BytesEngine {
    let base: any BytesEngine
    let watch: Watch

    func reserve(_ length: Int64) async throws(BytesError) -> any ExtentWriter {
        MeteredWriter(base: try await base.reserve(length), watch: watch)
    }
    func open(_ extent: Extent) async throws(BytesError) -> any ExtentReader {
        MeteredReader(base: try await base.open(extent), watch: watch)
    }
    func release(_ extent: Extent) async throws(BytesError) {
        try await watch.time(.bytesRelease) { () async throws(BytesError) in try await base.release(extent) }
    }
    func verify(_ extent: Extent) async throws(BytesError) { try await base.verify(extent) }
    func unsettledSegments() async -> [Int64] { await base.unsettledSegments() }
    func settle(_ segment: Int64, keeping kept: [Extent]) async throws(BytesError) {
        try await base.settle(segment, keeping: kept)
    }
    func close() async { await base.close() }
    var health: String { get async { await base.health } }
}

private struct MeteredWriter: ExtentWriter {
    let base: any ExtentWriter
    let watch: Watch
    func write(_ bytes: [UInt8]) async throws(BytesError) {
        try await watch.time(.bytesWrite) { () async throws(BytesError) in try await base.write(bytes) }
    }
    func finish() async throws(BytesError) -> Extent {
        try await watch.time(.bytesFinish) { () async throws(BytesError) in try await base.finish() }
    }
    func abandon() async { await base.abandon() }
}

private struct MeteredReader: ExtentReader {
    let base: any ExtentReader
    let watch: Watch
    func read(_ range: Range<Int64>) async throws(BytesError) -> [UInt8] {
        try await watch.time(.bytesRead) { () async throws(BytesError) in try await base.read(range) }
    }
}

/// Times calls of engines.
struct Watch: Sendable {
    let clock: any WallClock
    let meters: Meters

    var now: Timestamp { clock.now }
    func note(_ call: Meters.EngineCall, since begin: Timestamp, failed: Bool = false) {
        meters.called(call, microseconds: now.microseconds - begin.microseconds, failed: failed)
    }
    func time<Result>(
        _ call: Meters.EngineCall,
        _ work: () async throws(BytesError) -> Result
    ) async throws(BytesError) -> Result {
        let begin = now
        do throws(BytesError) {
            let result = try await work()
            note(call, since: begin)
            return result
        } catch {
            note(call, since: begin, failed: true)
            throw error
        }
    }
}
