// SPDX-License-Identifier: Apache-2.0
package import Base

/// What a verification looked at, and everything it found wrong.
package struct VerificationReport: Sendable {
    /// Findings kept as text: enough to see what happened; beyond them only the count goes on.
    package static let findingsMax = 100

    /// The first findings, one sentence each.
    package private(set) var findings: [String] = []
    /// All of them.
    package private(set) var findingsCount = 0
    /// Entries that have a number.
    package internal(set) var numbered: UInt64 = 0
    /// Entries that are committed and still wait for a number: they explain rows, but no checkpoint covers them yet.
    package internal(set) var waiting = 0
    /// Tiles that reach beyond the head: what a crash leaves, and the next start writes anew.
    package internal(set) var unpublished = 0
    /// The root derived from the entries, in hexadecimal; nil when it cannot be derived.
    package internal(set) var root: String?
    /// The key (C2SP verifier text) by which the checkpoint was checked; nil when no key was known.
    package internal(set) var verifier: String?
    /// Whether a checkpoint file exists and what size it is of; a crash may leave it a batch behind.
    package internal(set) var published: UInt64?
    /// Rows outside the ledger that were held against the entries; nil when the root key was not there.
    package internal(set) var rows: Int?
    /// Extents whose checksums were read; nil when they were not to be, or could not be found without the root key.
    package internal(set) var extents: Int?
    /// Their bytes.
    package internal(set) var extentBytes: Int64 = 0

    /// Whether nothing was found.
    package var isClean: Bool { findingsCount == 0 }

    /// Adds a finding.
    package mutating func find(_ text: String) {
        findingsCount += 1
        if findings.count < Self.findingsMax { findings.append(text) }
    }

    /// The report for programs.
    package var json: JSON {
        [
            "clean": .bool(isClean), "findings": .array(findings.map(JSON.string)),
            "findingsCount": .integer(Int64(findingsCount)), "numbered": .integer(Int64(clamping: numbered)),
            "waiting": .integer(Int64(waiting)), "unpublishedTiles": .integer(Int64(unpublished)), "root": JSON(root),
            "verifier": JSON(verifier), "published": published.map { .integer(Int64(clamping: $0)) } ?? .null,
            "rows": rows.map { .integer(Int64($0)) } ?? .null,
            "extents": extents.map { .integer(Int64($0)) } ?? .null, "extentBytes": .integer(extentBytes),
        ]
    }
}
