// SPDX-License-Identifier: Apache-2.0
package import Base
import Custody
import FoundationEssentials
import Ledger
import Store

/// Reads the activity log out of the ledger: an index finds a subscription's entries by time, the entries say the rest.
package struct LedgerActivity: ActivitySource {
    private let journal: Journal
    package init(_ journal: Journal) { self.journal = journal }

    package func activity(
        subscription: SubscriptionID,
        from: Timestamp,
        to: Timestamp,
        after: String?,
        limit: Int,
        _ scope: ReadScope
    ) async throws(ServiceError) -> (events: [ActivityEvent], next: String?) {
        let prefix = Key("ledger", "activity", scope.tenant, subscription)
        var range = KeyRange(from: prefix.appending(from), to: prefix.appending(to + .microseconds(1)))
        if let after {
            guard let bytes = [UInt8](base64URL: after), range.contains(Key(bytes: bytes)) else {
                throw .badRequest("InvalidSkipToken", "The skip token is not one of this list.")
            }
            range.to = Key(bytes: bytes)
        }
        let rows = try await scope.sealedPairs(range, limit: limit, reverse: true)
        var events: [ActivityEvent] = []
        for row in rows {
            var reader = KeyReader(row.key, after: prefix)
            guard reader.integer() != nil, let id = reader.uuid().map({ EntryID($0) }) else { continue }
            if let event = try await event(id, scope) { events.append(event) }
        }
        return (events, rows.count == limit ? rows.last?.key.bytes.base64URL : nil)
    }

    private func event(_ id: EntryID, _ scope: ReadScope) async throws(ServiceError) -> ActivityEvent? {
        do {
            guard let entry = try await journal.sequencer.entry(id, scope.snapshot) else { return nil }
            let key = try await scope.space(.tenant).key
            let plain = try SealedValue.open(entry.details, at: id.bytes, with: key.sealing)
            let details = try JSONCoding.decode(EntryDetails.self, from: plain)
            return ActivityEvent(
                entry: id,
                time: entry.time,
                operationName: details.action,
                caller: details.actor,
                resource: ResourceID(details.resource ?? "/"),
                status: "Succeeded",
                subStatus: "",
                correlationId: details.request ?? id.text,
                clientRequestId: details.clientRequest,
                httpMethod: details.method,
                clientAddress: details.address
            )
        } catch {
            throw ServiceError(
                500,
                "InternalError",
                "An entry of the activity log cannot be read. The region's operator was told.",
                detail: "entry \(id.text): \(error)"
            )
        }
    }
}
