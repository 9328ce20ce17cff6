// SPDX-License-Identifier: Apache-2.0
package import Base
package import Bytes
package import BytesMemory
import Cryptography
import FoundationEssentials
package import Kernel
package import Ledger
package import Store
package import StoreMemory
package import TilesMemory

/// The disks of a region in memory, which outlive its processes, and the keys that open them.
///
/// `open` takes the region up as a starting process does; what the process sees may be a faulty way to the disks.
package struct TestRegion: Sendable {
    /// The store's disk.
    package let store: MemoryStore
    /// The disk of extents.
    package let bytes: MemoryBytes
    /// The disk of the ledger's tiles.
    package let tiles: MemoryTiles
    /// What signs the ledger.
    package let signer: LedgerSigner
    private let root = KnownRootKey()
    /// A tenant for tests that need only one.
    package static let tenant = TenantID(KeyRing.regionTenant.raw.successor)

    /// Empty disks.
    package init() throws {
        store = MemoryStore()
        bytes = MemoryBytes()
        tiles = MemoryTiles()
        let seed = Secret([UInt8](repeating: 3, count: SigningKey.seedBytes))
        signer = LedgerSigner(origin: "test/ledger", signing: try SigningKey(seed: seed))
    }
    /// A region of its own that begins with rows another one has stored; its extents and tiles are not taken along.
    package init(beginningWith rows: [Pair]) async throws {
        try self.init()
        let writes = Dictionary(rows.map { ($0.key, Optional($0.value)) }, uniquingKeysWith: { first, _ in first })
        _ = try await store.commit(Commit(readVersion: 0, writes: writes))
    }

    /// One life of the region: reads the ledger's head and is ready for changes.
    package func open(
        _ world: World,
        store: (any StoreEngine)? = nil,
        bytes: (any BytesEngine)? = nil,
        tiles: (any TileEngine)? = nil
    ) async throws -> Journal {
        let engine = store ?? self.store
        let sequencer = Sequencer(store: engine, tiles: tiles ?? self.tiles, signer: signer, world: world)
        try await sequencer.reload()
        return try await Journal(
            store: Store(engine, world: world),
            keyRing: KeyRing(root),
            bytes: bytes ?? self.bytes,
            world: world,
            sequencer: sequencer
        )
    }
    /// What hides keys and tenants in the ledger.
    package func blinding() async throws -> LedgerBlinding { try await LedgerBlinding(region: root) }

    /// Everything stored now, sealed as it lies there.
    package var rows: [Pair] {
        store.peek(KeyRange(from: Key(bytes: [0]), to: Key(bytes: [0xFF])), limit: Self.rowsMax)
    }
    /// Far more than any test stores.
    private static let rowsMax = 1_000_000
}

extension UUID {
    /// Another id than this one.
    fileprivate var successor: UUID {
        let next = bytes.dropLast() + [(bytes.last ?? 0) &+ 1]
        return UUID(bytes: next) ?? self
    }
}
