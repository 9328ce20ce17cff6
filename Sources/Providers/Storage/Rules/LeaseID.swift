// SPDX-License-Identifier: Apache-2.0
import Base
package import FoundationEssentials
import HTTPTypes

/// The lease a request says it holds.
package struct LeaseID: Hashable, Sendable {
    /// The id.
    package let id: UUID
    /// Reads `x-ms-lease-id`; nil when it was not sent.
    package init?(_ head: RequestHead) throws(StorageFault) {
        guard let text = head.headers[StorageHeader.leaseID], !text.isEmpty else { return nil }
        guard let id = UUID(guid: text) else { throw .invalidHeaderValue("x-ms-lease-id", text) }
        self.id = id
    }
    /// The lower-case text.
    package var text: String { id.lowercaseText }
}
