// SPDX-License-Identifier: Apache-2.0

/// Makes a region's folder of a backup.
package struct Restore {
    private let source: DataFolder
    private let data: DataFolder
    private let rootKey: String?

    /// From `backup`, which stays as it is, into `data`, which must be empty or not exist; `rootKey` names the file with
    /// the root key when the backup has none.
    package init(of backup: String, to data: String, rootKey: String?) {
        source = DataFolder(backup)
        self.data = DataFolder(data)
        self.rootKey = rootKey
    }

    /// Copies everything; the last step makes it a region.
    ///
    /// Answers the backup's record and whether the root key is in place. Throws `StartError`; what was copied by then
    /// stays, marked as incomplete, and no region starts on it.
    package func run() throws(StartError) -> (record: BackupRecord, hasRootKey: Bool) {
        let record = try BackupRecord.read(source)
        if let rootKey, !source.exists(rootKey) {
            throw StartError("\(rootKey) does not exist: name the root key's file.")
        }
        try data.begin("This region is half restored: remove the folder and restore again.")
        // Copied, never linked: a region changes its segments in place.
        var copy = TreeCopy(previous: nil, target: data)
        for folder in ["store", "bytes", "ledger"] {
            try copy.tree(folder, from: source.path + "/" + folder) {
                $0 == "LOCK" || $0 == "lock" || $0.hasPrefix("LOG")
            }
        }
        try copy.keys(of: source)
        if let rootKey, !data.exists(data.rootKey) { try copy.file(rootKey, to: "keys/root.key") }
        try copy.file(source.region, to: "region.json")
        try copy.syncFolders()
        try data.finish()
        return (record, data.exists(data.rootKey))
    }
}
