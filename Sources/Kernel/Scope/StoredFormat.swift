// SPDX-License-Identifier: Apache-2.0

/// A stored type without its type, so that records of every format can be read and written again by what knows none of
/// the types (invariant 10).
package struct StoredFormat: Sendable {
    /// The type's name.
    package let name: String
    /// The format this release writes.
    package let format: UInt8
    /// Reads a record as it is kept, version byte first, in any format this release knows, and writes it as this
    /// release does.
    ///
    /// Throws where it cannot be read.
    package let rewritten: @Sendable ([UInt8]) throws -> [UInt8]

    package init<Value: Stored>(_ type: Value.Type) {
        name = "\(type)"
        format = Value.format
        rewritten = { try Value.decoded($0).encoded() }
    }
    /// What the kernel itself keeps.
    package static let kernel: [StoredFormat] = [
        StoredFormat(AccessEpoch.self), StoredFormat(AssignmentPointer.self), StoredFormat(ExtentCount.self),
        StoredFormat(Garbage.self), StoredFormat(InlineContent.self), StoredFormat(Lock.self),
        StoredFormat(Membership.self), StoredFormat(OpenSaga.self), StoredFormat(ResourceGroup.self),
        StoredFormat(ResourceRecord.self), StoredFormat(RoleAssignment.self), StoredFormat(SagaRecord.self),
        StoredFormat(Subscription.self),
    ]
}
