// SPDX-License-Identifier: Apache-2.0
package import Base

/// One change as the activity log tells it.
package struct ActivityEvent: Sendable, Hashable {
    /// The ledger entry that proves it.
    package var entry: EntryID
    package var time: Timestamp
    /// The action that was authorized, such as `Microsoft.Storage/storageAccounts/write`.
    package var operationName: String
    /// Who: a principal's id, a key's name, a part of the region.
    package var caller: String
    package var resource: ResourceID
    /// `Succeeded`, `Accepted`, `Failed`.
    package var status: String
    /// The HTTP status' name, such as `Created`; empty when unknown.
    package var subStatus: String
    package var correlationId: String
    package var clientRequestId: String?
    package var httpMethod: String?
    package var clientAddress: String?

    package init(
        entry: EntryID,
        time: Timestamp,
        operationName: String,
        caller: String,
        resource: ResourceID,
        status: String,
        subStatus: String,
        correlationId: String,
        clientRequestId: String?,
        httpMethod: String?,
        clientAddress: String?
    ) {
        self.entry = entry
        self.time = time
        self.operationName = operationName
        self.caller = caller
        self.resource = resource
        self.status = status
        self.subStatus = subStatus
        self.correlationId = correlationId
        self.clientRequestId = clientRequestId
        self.httpMethod = httpMethod
        self.clientAddress = clientAddress
    }
}

/// Reads the changes of one subscription back.
///
/// Implemented by the kernel over the ledger.
package protocol ActivitySource: Sendable {
    /// At most `limit` events of `from ... to`, latest first, from behind the opaque `after`; `next` is nil at the end.
    func activity(
        subscription: SubscriptionID,
        from: Timestamp,
        to: Timestamp,
        after: String?,
        limit: Int,
        _ scope: ReadScope
    ) async throws(ServiceError) -> (events: [ActivityEvent], next: String?)
}
