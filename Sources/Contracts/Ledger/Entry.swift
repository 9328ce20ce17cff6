// SPDX-License-Identifier: Apache-2.0
package import Base

/// One write of a change, so named that the ledger's reader learns neither key nor value, and the region's owner can
/// check both.
package struct WriteDigest: Hashable, Sendable {
    /// The first sixteen bytes of the keyed hash of the store's key.
    package let key: [UInt8]
    /// SHA-256 of the stored (sealed) value; empty when the key was removed.
    package let value: [UInt8]
    /// How many bytes of the keyed hash are kept.
    package static let keyBytes = 16
    /// Joins the parts.
    package init(key: [UInt8], value: [UInt8]) {
        self.key = key
        self.value = value
    }
}

/// What the ledger holds of one change.
///
/// The binary form is the leaf of the tree: version, id, time, the read version, the tenant's tag, the writes, the
/// sealed details. All numbers are big-endian. Version 1 had no read version.
package struct Entry: Hashable, Sendable {
    /// The version byte of what is written today.
    package static let version: UInt8 = 2
    private static let versionWithoutOrder: UInt8 = 1
    /// Most writes one entry may name, so that it fits a C2SP entry bundle (two length bytes): 1,000 of a change, and
    /// the activity log's index.
    package static let writesMax = 1001
    /// Most bytes the sealed details may take.
    package static let detailsMax = 8 * 1024

    /// Names the change.
    package let id: EntryID
    /// When it was decided.
    package let time: Timestamp
    /// The store's version the change was decided on; nil in entries of format 1.
    ///
    /// A change conflicts with every other that wrote one of its keys since it read. So of two entries that name the
    /// same key, the one with the greater read version was committed later: exactly, whatever their numbers are.
    package let readVersion: UInt64?
    /// A keyed hash of the tenant: equal for one tenant's entries, telling nothing else.
    package let tenantTag: [UInt8]
    /// Every key the change wrote or removed, in order of their tags.
    package let writes: [WriteDigest]
    /// Who did what to which resource, sealed for the tenant.
    package let details: [UInt8]

    /// Joins the parts; `tenantTag` has sixteen bytes.
    package init(
        id: EntryID,
        time: Timestamp,
        readVersion: UInt64?,
        tenantTag: [UInt8],
        writes: [WriteDigest],
        details: [UInt8]
    ) {
        precondition(tenantTag.count == WriteDigest.keyBytes, "a tenant tag has sixteen bytes")
        precondition(writes.count <= Self.writesMax && details.count <= Self.detailsMax, "an entry is bounded")
        self.id = id
        self.time = time
        self.readVersion = readVersion
        self.tenantTag = tenantTag
        self.writes = writes.sorted { $0.key.span.precedes($1.key.span) }
        self.details = details
    }

    /// The leaf's bytes.
    package var bytes: [UInt8] {
        var out: [UInt8] = [readVersion == nil ? Self.versionWithoutOrder : Self.version]
        out.reserveCapacity(64 + writes.count * 49 + details.count)
        out += id.bytes
        Self.append(UInt64(bitPattern: time.microseconds), bytes: 8, to: &out)
        if let readVersion { Self.append(readVersion, bytes: 8, to: &out) }
        out += tenantTag
        Self.append(UInt64(writes.count), bytes: 2, to: &out)
        for write in writes {
            out += write.key
            out.append(UInt8(write.value.count))
            out += write.value
        }
        Self.append(UInt64(details.count), bytes: 2, to: &out)
        return out + details
    }

    /// Reads a leaf back; nil when it is not of a version this release knows.
    package init?(bytes: [UInt8]) {
        var rest = bytes[...]
        func take(_ count: Int) -> [UInt8]? {
            guard rest.count >= count else { return nil }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        func number(_ count: Int) -> UInt64? { take(count)?.reduce(0) { $0 << 8 | UInt64($1) } }
        guard let version = take(1)?.first, version == Self.version || version == Self.versionWithoutOrder,
            let id = take(16).flatMap({ EntryID(bytes: $0) }), let time = number(8)
        else { return nil }
        var readVersion: UInt64?
        if version == Self.version {
            guard let read = number(8) else { return nil }
            readVersion = read
        }
        guard let tenantTag = take(16), let count = number(2), count <= Self.writesMax else { return nil }
        var writes: [WriteDigest] = []
        for _ in 0..<count {
            guard let key = take(WriteDigest.keyBytes), let size = number(1), let value = take(Int(size)) else {
                return nil
            }
            writes.append(WriteDigest(key: key, value: value))
        }
        guard let size = number(2), size <= Self.detailsMax, let details = take(Int(size)), rest.isEmpty else {
            return nil
        }
        self.init(
            id: id,
            time: Timestamp(microseconds: Int64(bitPattern: time)),
            readVersion: readVersion,
            tenantTag: tenantTag,
            writes: writes,
            details: details
        )
    }

    private static func append(_ value: UInt64, bytes: Int, to out: inout [UInt8]) {
        for shift in stride(from: (bytes - 1) * 8, through: 0, by: -8) {
            out.append(UInt8(truncatingIfNeeded: value >> UInt64(shift)))
        }
    }
}
