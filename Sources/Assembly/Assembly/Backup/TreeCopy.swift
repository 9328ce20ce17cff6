// SPDX-License-Identifier: Apache-2.0

/// Copies the parts of a region's folder into another, linking what an earlier backup has already.
struct TreeCopy {
    let previous: String?
    let target: DataFolder
    private(set) var copiedBytes: Int64 = 0
    private(set) var linkedFiles = 0
    private var folders: Set<String> = []

    init(previous: String?, target: DataFolder) {
        self.previous = previous
        self.target = target
    }

    /// Copies a folder with all below it, but for the names that `skips` tells.
    mutating func tree(_ name: String, from folder: String, skips: (String) -> Bool) throws(StartError) {
        var waiting = [(name, folder)]
        while let (name, folder) = waiting.popLast() {
            try target.makeFolder(target.path + "/" + name)
            folders.insert(name)
            guard target.exists(folder) else { continue }
            for entry in try target.names(in: folder) where !skips(entry) {
                let path = folder + "/" + entry
                if target.isFolder(path) {
                    waiting.append((name + "/" + entry, path))
                } else {
                    try file(path, to: name + "/" + entry)
                }
            }
        }
    }
    /// Copies one file; one that is gone meanwhile was not referred to.
    mutating func file(_ path: String, to name: String) throws(StartError) {
        let place = target.path + "/" + name
        if let earlier = previous.map({ $0 + "/" + name }), let facts = try FileCopy.facts(path),
            try FileCopy.facts(earlier) == facts, FileCopy.link(earlier, to: place)
        {
            linkedFiles += 1
            return
        }
        copiedBytes += try FileCopy.copy(path, to: place) ?? 0
    }

    /// Copies all segments.
    ///
    /// One that may hold what the copied store does not know of is marked as open, so that the start after a restore
    /// gives that room back. An earlier backup's sealed segment has every byte of the region's: segments never change
    /// but by holes, so it is linked, and marked as open where holes came since.
    mutating func segments(of region: DataFolder, sealed: Set<String>) throws(StartError) {
        try target.makeFolder(target.path + "/bytes")
        folders.insert("bytes")
        guard region.exists(region.bytes) else { return }
        for entry in try region.names(in: region.bytes) where entry.hasPrefix("segment-") {
            let name = entry.hasSuffix(".open") ? String(entry.dropLast(".open".count)) : entry
            let path = region.bytes + "/" + entry
            let isSealed = entry == name && sealed.contains(name)
            if let earlier = previous.map({ $0 + "/bytes/" + name }), let old = try FileCopy.facts(earlier) {
                let isSame = try FileCopy.facts(path) == old
                let place = "bytes/" + name + (isSealed && isSame ? "" : ".open")
                if FileCopy.link(earlier, to: target.path + "/" + place) {
                    linkedFiles += 1
                    continue
                }
            }
            let place = target.path + "/bytes/" + name + (isSealed ? "" : ".open")
            // It may be renamed between the listing and the copy.
            let other = region.bytes + "/" + (entry == name ? name + ".open" : name)
            var copied = try FileCopy.copy(path, to: place)
            if copied == nil { copied = try FileCopy.copy(other, to: place) }
            copiedBytes += copied ?? 0
        }
    }

    /// Copies what opens the rest: root key, authority, first credentials.
    mutating func keys(of region: DataFolder) throws(StartError) {
        for folder in ["keys", "tls"] {
            try target.makeFolder(target.path + "/" + folder)
            folders.insert(folder)
        }
        let files = [
            (region.rootKey, "keys/root.key"), (region.caCertificate, "tls/ca.pem"), (region.caKey, "tls/ca.key"),
            (region.credentials, "credentials.json"),
        ]
        for (path, name) in files where region.exists(path) { try file(path, to: name) }
    }
    /// Makes all names durable.
    func syncFolders() throws(StartError) {
        for folder in folders.sorted(by: >) { try FileCopy.syncFolder(target.path + "/" + folder) }
        try FileCopy.syncFolder(target.path)
    }
}
