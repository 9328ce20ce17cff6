// SPDX-License-Identifier: Apache-2.0
import Base
package import FoundationEssentials

/// What shows that a client was the last to get or update a message; each time there is another one.
package struct PopReceipt: Hashable, Sendable {
    /// Random.
    package let uuid: UUID

    /// A receipt as it is stored.
    package init(_ uuid: UUID) { self.uuid = uuid }
    /// A receipt as a query gives it; nil when it is none.
    package init?(_ text: String) {
        guard text.utf8.count == 22, let bytes = [UInt8](base64URL: text), let uuid = UUID(bytes: bytes) else {
            return nil
        }
        self.uuid = uuid
    }
    /// As clients see it: base64 for URLs, so that it needs no escapes in a query.
    package var text: String { uuid.bytes.base64URL }
}
