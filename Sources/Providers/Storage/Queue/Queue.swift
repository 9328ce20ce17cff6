// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// A queue of messages.
struct Queue: Stored {
    /// What its messages lie under; never used twice: a cleared queue has another one, and so has a new queue of the name.
    var id: UUID
    var metadata: Metadata
    var policies: [StoredPolicy] = []

    static let format: UInt8 = 1

    /// A new one.
    init(_ scope: WriteScope, metadata: Metadata) {
        id = scope.entropy.uuid()
        self.metadata = metadata
    }

    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.uuid(id)
        writer.metadata(metadata)
        writer.policies(policies)
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        id = try reader.uuid()
        metadata = try reader.metadata()
        policies = try reader.policies()
    }
}
