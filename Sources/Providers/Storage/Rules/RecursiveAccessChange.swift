// SPDX-License-Identifier: Apache-2.0

/// One pass of a recursive change (REST "Path - Update", `setAccessControlRecursive`).
package struct RecursiveAccessChange: Equatable, Sendable {
    package enum Mode: String, Sendable { case set, modify, remove }
    package let mode: Mode
    package let list: AccessList
    /// Paths changed in one pass.
    package let recordsMax: Int
    /// Whether it goes on behind a path it could not change.
    package let isForced: Bool
    package let marker: ListMarker?
    /// The most paths of a pass: each is a write or two of its commit.
    ///
    /// The service's own bound is 2,000, and it may do fewer.
    package static let recordsLimit = 400
    private static let recordsAsked = 2_000

    package init(_ head: RequestHead) throws(StorageFault) {
        guard let text = head.query["mode"], !text.isEmpty else { throw .missingRequiredQueryParameter("mode") }
        guard let mode = Mode(rawValue: text.lowercased()) else { throw .invalidQueryParameterValue("mode", text) }
        guard let entries = head.text("x-ms-acl") else { throw .missingRequiredHeader("x-ms-acl") }
        list = mode == .remove ? try AccessList(removing: entries) : try AccessList(entries)
        self.mode = mode
        var records = Self.recordsAsked
        if let text = head.query["maxrecords"], !text.isEmpty {
            guard let number = Int(text), number > 0 else { throw .invalidQueryParameterValue("maxRecords", text) }
            records = number
        }
        recordsMax = min(records, Self.recordsLimit)
        switch head.query["forceflag"]?.lowercased() {
        case nil, "", "false": isForced = false
        case "true": isForced = true
        case .some(let other): throw .invalidQueryParameterValue("forceFlag", other)
        }
        // Told once for all paths, before any of them is changed.
        if mode == .set { try list.checkBase() }
        let marker = head.query["continuation"].flatMap { $0.isEmpty ? nil : $0 }
        self.marker = try marker.map { text throws(StorageFault) in try ListMarker(text, for: .paths) }
    }
    /// Makes the change; default entries say nothing to files.
    package func apply(to access: inout AccessControl, onDirectory isDirectory: Bool) throws(StorageFault) {
        let list = isDirectory ? list : list.scope(isDefault: false)
        guard !list.entries.isEmpty else { return }
        switch mode {
        case .set: try access.replace(list, onDirectory: isDirectory)
        case .modify: try access.modify(list, onDirectory: isDirectory)
        case .remove: try access.remove(list, onDirectory: isDirectory)
        }
    }
}
