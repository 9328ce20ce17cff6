// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// A container of blobs.
struct Container: Stored {
    /// Never used twice: a new container of the same name is another one.
    let id: UUID
    var etag: EntityTag
    var modified: Timestamp
    var metadata: Metadata
    var publicAccess: PublicAccess?
    var policies: [StoredPolicy] = []

    static let format: UInt8 = 1
    static let isReadOften = true
    var current: Conditions.Current { Conditions.Current(etag: etag.text, lastModified: modified) }

    /// A new one.
    init(_ scope: WriteScope, metadata: Metadata, publicAccess: PublicAccess?) {
        id = scope.entropy.uuid()
        etag = EntityTag(scope)
        modified = scope.now
        self.metadata = metadata
        self.publicAccess = publicAccess
    }
    /// Marks a change.
    mutating func touch(_ scope: WriteScope) {
        etag = EntityTag(scope, after: etag)
        modified = scope.now
    }
    func entry(_ name: ContainerName, metadata withMetadata: Bool) -> ContainerEntry {
        var entry = ContainerEntry(name: name, lastModified: modified, etag: etag.text)
        entry.publicAccess = publicAccess
        entry.metadata = withMetadata ? metadata : nil
        return entry
    }

    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.uuid(id)
        writer.number(etag.value)
        writer.time(modified)
        writer.metadata(metadata)
        writer.optional(publicAccess?.rawValue)
        writer.number(UInt64(policies.count))
        for policy in policies {
            writer.text(policy.identifier)
            writer.optional(policy.start)
            writer.optional(policy.expiry)
            writer.optional(policy.permissions)
        }
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        id = try reader.uuid()
        etag = EntityTag(try reader.number())
        modified = try reader.time()
        metadata = try reader.metadata()
        publicAccess = try reader.optionalText().flatMap(PublicAccess.init(rawValue:))
        for _ in 0..<(try reader.count()) {
            policies.append(
                StoredPolicy(
                    identifier: try reader.text(),
                    start: try reader.optionalTime(),
                    expiry: try reader.optionalTime(),
                    permissions: try reader.optionalText()
                )
            )
        }
    }
}
