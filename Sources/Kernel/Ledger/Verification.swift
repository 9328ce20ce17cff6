// SPDX-License-Identifier: Apache-2.0
package import Bytes
package import Custody
package import Ledger
package import Merkle
package import Store

/// Checks a region at rest without trusting it, and only reads.
///
/// The tree is derived anew from the entries, the store is held against what the entries say was written, and the bytes
/// against their checksums.
///
/// Without the root key, keys cannot be matched with entries: structure, root and signature are checked, rows and bytes
/// are not. Entries that wait for a number count as explanations, although no checkpoint covers them yet.
package struct Verification: Sendable {
    private let store: any StoreEngine
    private let tiles: any TileEngine
    private let bytes: (any BytesEngine)?
    private let root: (any RootKey)?
    private let ledgerKey: NoteKey?

    /// `bytes` nil leaves extents unread, `root` nil leaves rows unmatched, `ledgerKey` nil leaves signatures unchecked.
    package init(
        store: any StoreEngine,
        tiles: any TileEngine,
        bytes: (any BytesEngine)?,
        root: (any RootKey)?,
        ledgerKey: NoteKey?
    ) {
        self.store = store
        self.tiles = tiles
        self.bytes = bytes
        self.root = root
        self.ledgerKey = ledgerKey
    }

    /// Looks at everything.
    ///
    /// What cannot be read is a finding like any other; what comes after it may stay unchecked.
    package func run() async -> VerificationReport {
        var report = VerificationReport()
        do { try await check(&report) } catch {
            report.find("\(error); what comes after it was not checked")
        }
        return report
    }

    private func check(_ report: inout VerificationReport) async throws {
        let snapshot = try await store.snapshot()
        var blinding: LedgerBlinding?
        if let root { blinding = try await LedgerBlinding(region: root) }
        let writes = blinding == nil ? nil : VerificationWrites()
        var tree = VerificationTree(snapshot, tiles, ledgerKey, writes)
        try await tree.check(&report)
        let rows = VerificationRows(snapshot: snapshot, blinding: blinding, writes: writes)
        try await rows.check(&report)
        if let bytes, let root { try await rows.checkExtents(bytes, root, &report) }
    }
}
