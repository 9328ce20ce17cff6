// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// What tells that a folder holds, or held, a founded region.
///
/// A second region founded over a first would take its names, its credentials and its ledger's place; so nothing is
/// founded, and no store made, where any of this lies.
struct Remains {
    private let folder: DataFolder
    init(_ folder: DataFolder) { self.folder = folder }

    /// Whether there is a store to open: RocksDB makes a new one where this file is missing.
    var hasStore: Bool { folder.exists(folder.store + "/CURRENT") }

    /// Refuses to make a new store beside what is left of a region.
    ///
    /// Called before anything is opened or made.
    func refuseNewStore() throws(StartError) {
        if !hasStore {
            try refuse("\(folder.store) is missing or empty")
            try clearBegunStore()
        }
        guard folder.exists(folder.region), !folder.exists(folder.bytes) else { return }
        throw StartError("\(folder.bytes) is missing from a region that was founded. \(Self.wayOut)")
    }
    /// Refuses to found a region on what is left of one whose store is empty.
    func refuseFounding() throws(StartError) { try refuse("\(folder.store) knows of no region") }

    /// Removes a store whose making was cut short before it held anything, which RocksDB would take for a damaged one.
    private func clearBegunStore() throws(StartError) {
        let first = "MANIFEST-000001"
        guard folder.exists(folder.store) else { return }
        let names = try folder.names(in: folder.store)
        let isBegun = names.allSatisfy { name in
            name == first || name == "IDENTITY" || name.hasPrefix("LO") || name.hasSuffix(".dbtmp")
        }
        guard isBegun, names.contains(first) else { return }
        do { try FileManager.default.removeItem(atPath: folder.store + "/" + first) } catch {
            throw StartError("\(folder.store)/\(first) cannot be removed: its making was cut short. Remove it.")
        }
    }
    private func refuse(_ what: String) throws(StartError) {
        guard let left = try first() else { return }
        throw StartError("\(what) although \(left) exists: no second region is founded over the first. \(Self.wayOut)")
    }
    /// A founding that was cut short leaves none of these.
    private func first() throws(StartError) -> String? {
        if let file = [folder.region, folder.ledger + "/checkpoint"].first(where: folder.exists) { return file }
        guard folder.exists(folder.bytes) else { return nil }
        return try folder.names(in: folder.bytes).first { $0.hasPrefix("segment-") }.map { folder.bytes + "/" + $0 }
    }

    /// The way out where the store, the extents and the ledger no longer belong together.
    static let wayOut =
        "Restore the whole region from a backup into an empty folder (lazuli restore); "
        + "without one keep this folder as it is."
}
