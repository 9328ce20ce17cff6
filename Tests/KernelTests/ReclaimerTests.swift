// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import BytesMemory
import HTTPTypes
import Kernel
import Simulation
import Store
import Synchronization
import Testing

@Suite struct ReclaimerTests {
    private static let action = ChangeNote(actor: "test", action: "Contoso.Probe/items/write", operation: "items.put")

    /// A region with one long content, and the handle to it.
    private func filled() async throws -> (region: ProbedRegion, content: Content) {
        let region = try await ProbedRegion()
        var catalogue = Catalogue()
        catalogue.add(Drawer())
        let dispatcher = Dispatcher(
            hostPlan: ProbedRegion.plan,
            journal: region.journal,
            catalogue: catalogue,
            authorizer: Authorizer(),
            doorkeepers: [:],
            sagas: SagaWorker(region.journal, []),
            limits: RequestLimits(perSecond: 1_000_000, burst: 1_000_000)
        )
        var request = ProbedRegion.request(.put, "/drawer")
        request.body = .bytes([UInt8](repeating: 5, count: 200_000))
        #expect(await dispatcher.respond(to: request).reply.status == 201)
        let scope = try await region.journal.reader(Drawer.namespace, KeyRing.regionTenant)
        return (region, try #require(try await scope.get(Drawn.self, at: Key("drawn"))).content)
    }
    private func discard(_ content: Content, _ region: ProbedRegion) async throws {
        _ = try await region.journal.change(Self.action, Drawer.namespace, KeyRing.regionTenant) {
            scope async throws(ServiceError) in
            try await scope.discard(content, in: .tenant)
            try await scope.remove(at: Key("drawn"))
        }
    }

    @Test func `room is given back once the last reader of an older version is gone`() async throws {
        let (region, content) = try await filled()
        let reclaimer = Reclaimer(region.journal)
        let used = region.region.bytes.usedBytes
        #expect(used > 200_000)
        var reader: ReadScope? = try await region.journal.reader(Drawer.namespace, KeyRing.regionTenant)
        try await discard(content, region)
        #expect(try await !reclaimer.reclaim())
        #expect(region.region.bytes.usedBytes == used)
        // The reader still opens what its version refers to.
        var stream = try await reader?.read(content, in: .tenant, 0..<10)
        #expect(try await stream?.next() == [UInt8](repeating: 5, count: 10))
        reader = nil
        stream = nil
        while try await reclaimer.reclaim() {}
        #expect(region.region.bytes.usedBytes == 0)
    }

    @Test func `a request that never ends keeps room from being given back for an hour, not for ever`() async throws {
        let (region, content) = try await filled()
        let reclaimer = Reclaimer(region.journal)
        let reader = try await region.journal.reader(Drawer.namespace, KeyRing.regionTenant)
        try await discard(content, region)
        region.clock.pass(.seconds(3000))
        #expect(try await !reclaimer.reclaim())
        #expect(region.region.bytes.usedBytes > 200_000)
        region.clock.pass(.seconds(3601))
        #expect(try await reclaimer.reclaim())
        #expect(region.region.bytes.usedBytes == 0)
        // What it comes for now is gone, and no damage.
        let failure = await #expect(throws: ServiceError.self) {
            _ = try await reader.read(content, in: .tenant, 0..<10)
        }
        #expect(failure?.status == 503 && failure?.code == "ServerBusy")
    }

    @Test func `a hold keeps room from being given back for as long as it is held`() async throws {
        let (region, content) = try await filled()
        let reclaimer = Reclaimer(region.journal)
        var hold: ContentHold? = region.journal.holdContents()
        try await discard(content, region)
        region.clock.pass(.seconds(100_000))
        #expect(try await !reclaimer.reclaim())
        withExtendedLifetime(hold) {}
        hold = nil
        #expect(try await reclaimer.reclaim())
        #expect(region.region.bytes.usedBytes == 0)
    }

    @Test func `a content that two records share goes with the second`() async throws {
        let (region, content) = try await filled()
        let reclaimer = Reclaimer(region.journal)
        let used = region.region.bytes.usedBytes
        _ = try await region.journal.change(Self.action, Drawer.namespace, KeyRing.regionTenant) {
            scope async throws(ServiceError) in _ = try await scope.share(content, in: .tenant)
        }
        try await discard(content, region)
        while try await reclaimer.reclaim() {}
        #expect(region.region.bytes.usedBytes == used)
        try await discard(content, region)
        while try await reclaimer.reclaim() {}
        #expect(region.region.bytes.usedBytes == 0)
    }

    @Test func `an extent that cannot be released keeps no other from its release`() async throws {
        let (region, first) = try await filled()
        try await discard(first, region)
        let bytes = StubbornBytes(engine: region.region.bytes, refused: first.extents[0])
        let other = try await region.region.bytes.reserve(40_000)
        try await other.write([UInt8](repeating: 1, count: 40_000))
        let extent = try await other.finish()
        let second = Content(id: [UInt8](repeating: 9, count: 16), length: 40_000, extents: [extent])
        _ = try await region.journal.change(Self.action, Drawer.namespace, KeyRing.regionTenant) {
            scope async throws(ServiceError) in try await scope.discard(second, in: .tenant)
        }
        let journal = try await region.region.open(region.world, bytes: bytes)
        await #expect(throws: BytesError.self) { _ = try await Reclaimer(journal).reclaim() }
        #expect(region.region.bytes.extents == first.extents)
        // What failed is found again by a life in which it can be released.
        #expect(try await Reclaimer(region.journal).reclaim())
        #expect(region.region.bytes.extents.isEmpty)
    }

    @Test func `a segment that cannot be settled keeps no other from it`() async throws {
        let region = try await ProbedRegion()
        let bytes = StubbornBytes(engine: region.region.bytes, unsettled: [1, 2, 3], stuck: 1)
        let journal = try await region.region.open(region.world, bytes: bytes)
        await #expect(throws: BytesError.self) { try await Reclaimer(journal).settle() }
        #expect(bytes.settled.withLock { $0 } == [2, 3])
    }

    @Test func `bytes that no commit referred to when the region was stopped are given back by the next life`()
        async throws
    {
        let (region, content) = try await filled()
        let bytes = region.region.bytes
        let writer = try await bytes.reserve(40_000)
        try await writer.write([UInt8](repeating: 1, count: 40_000))
        _ = try await writer.finish()
        await bytes.close()
        bytes.restart()
        try await Reclaimer(region.journal).settle()
        #expect(bytes.extents == content.extents)
    }

    @Test func `any range of a content reads back`() async throws {
        let (region, content) = try await filled()
        let scope = try await region.journal.reader(Drawer.namespace, KeyRing.regionTenant)
        for range: Range<Int64> in [0..<1, 0..<200_000, 65_511..<65_513, 199_999..<200_000, 70_000..<140_000, 5..<5] {
            let stream = try await scope.read(content, in: .tenant, range)
            var count = 0
            while let piece = try await stream.next() { count += piece.count }
            #expect(count == range.count)
        }
    }
}

/// Refuses to release one extent and to settle one segment.
private final class StubbornBytes: BytesEngine {
    let engine: MemoryBytes
    let refused: Extent?
    let unsettled: [Int64]
    let stuck: Int64?
    let settled = Mutex<[Int64]>([])
    init(engine: MemoryBytes, refused: Extent? = nil, unsettled: [Int64] = [], stuck: Int64? = nil) {
        (self.engine, self.refused, self.unsettled, self.stuck) = (engine, refused, unsettled, stuck)
    }
    func reserve(_ length: Int64) async throws(BytesError) -> any ExtentWriter { try await engine.reserve(length) }
    func open(_ extent: Extent) async throws(BytesError) -> any ExtentReader { try await engine.open(extent) }
    func release(_ extent: Extent) async throws(BytesError) {
        guard extent != refused else { throw .unavailable("input/output error") }
        try await engine.release(extent)
    }
    func verify(_ extent: Extent) async throws(BytesError) { try await engine.verify(extent) }
    func unsettledSegments() async -> [Int64] { unsettled }
    func settle(_ segment: Int64, keeping kept: [Extent]) async throws(BytesError) {
        guard segment != stuck else { throw .unavailable("input/output error") }
        settled.withLock { $0.append(segment) }
    }
    func close() async { await engine.close() }
    var health: String { get async { await engine.health } }
}

/// A provider that keeps one content.
private struct Drawer: ResourceProvider {
    static let namespace = "Contoso.Drawer"
    static let resourceTypes: [ResourceType<Drawer>] = []
    static let operations: [Operation<Drawer>] = [
        .receives(
            "drawer.put",
            .management,
            .put("/drawer"),
            .anyone,
            proof: .none(because: "a test's own"),
            take,
            then: put
        )
    ]
    func take(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        try await intake.take(into: .tenant, scope)
    }
    func put(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        guard let received = scope.received else { throw .unavailable("nothing was received") }
        try await scope.put(Drawn(try await scope.keep(received, in: .tenant)), at: Key("drawn"))
        return Reply(201)
    }
}

/// What the drawer holds.
private struct Drawn: Stored, Codable {
    var id: [UInt8]
    var length: Int64
    var places: [[Int64]]
    init(_ content: Content) {
        id = content.id
        length = content.length
        places = content.extents.map { [$0.segment, $0.offset, $0.length] }
    }
    var content: Content {
        Content(
            id: id,
            length: length,
            extents: places.map { Extent(segment: $0[0], offset: $0[1], length: $0[2]) }
        )
    }
}
