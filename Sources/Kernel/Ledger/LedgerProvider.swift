// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Ledger

/// Hands out receipts and the signed checkpoint.
///
/// What a receipt proves is checked offline, with the log's public key.
package struct LedgerProvider: ResourceProvider {
    package static let namespace = "Lazuli.Ledger"
    package static let operations: [Operation<Self>] = [
        .reads(
            "ledger.receipt",
            .management,
            .get("/providers/Lazuli.Ledger/entries/{entry}/receipt"),
            .member,
            residency: .regional,
            proof: .client("/receipt?"),
            receipt
        ),
        .reads(
            "ledger.checkpoint",
            .management,
            .get("/providers/Lazuli.Ledger/checkpoint"),
            .anyone,
            residency: .regional,
            proof: .client("Lazuli.Ledger/checkpoint"),
            checkpoint
        ),
    ]
    package static let resourceTypes: [ResourceType<Self>] = []
    private let sequencer: Sequencer
    private let blinding: LedgerBlinding

    package init(_ sequencer: Sequencer, _ blinding: LedgerBlinding) {
        self.sequencer = sequencer
        self.blinding = blinding
    }

    private func receipt(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let missing = ServiceError.notFound(
            "EntryNotFound",
            "The ledger holds no entry '\(call["entry"].prefix(64))' of this tenant."
        )
        guard let id = EntryID(text: call["entry"]) else { throw missing }
        do {
            guard let entry = try await sequencer.entry(id, scope.snapshot),
                entry.tenantTag == blinding.tag(tenant: call.tenant)
            else { throw missing }
            guard let receipt = try await sequencer.receipt(id) else {
                return .json(202, ["status": "Pending"], headers: [.retryAfter: "1"])
            }
            return .json(200, receipt.json)
        } catch {
            throw (error as? ServiceError)
                ?? ServiceError(
                    500,
                    "InternalError",
                    "The ledger cannot be read. The operator was told.",
                    detail: "\(error)"
                )
        }
    }
    private func checkpoint(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        var reply = Reply(200, content: .bytes(Array(sequencer.checkpoint.utf8)))
        reply.headers[.contentType] = "text/plain; charset=utf-8"
        return reply
    }
}
