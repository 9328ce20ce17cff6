// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import FoundationEssentials
import Kernel
import Store

/// One run of an account's inventory policy: rule after rule its report, piece by piece, then manifest and checksum
/// (docs/decisions/0023).
///
/// A piece is made of what one version of the store holds and is durable before the commit that refers to it also says
/// where the walk goes on; the report appears once it is whole.
struct InventoryRun: ReceivingSaga, ActingSaga {
    static let kind = "storage.inventory"

    func note(_ state: JSON) -> ChangeNote {
        let account = state["resource"]?.string ?? ""
        return ChangeNote(
            actor: "policy:inventoryPolicies/default",
            action: Self.kind,
            operation: Self.kind,
            resource: ResourceID(account + "/inventoryPolicies/default")
        )
    }

    func receive(_ state: JSON, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        guard var order = InventoryOrder(state), let job = try await InventoryJob(order, scope) else { return }
        let bytes: [UInt8]
        switch order.part {
        case .lines:
            var piece = InventoryPiece(job, order)
            try await piece.fill(scope)
            bytes = piece.bytes
            order = piece.order
        case .manifest:
            bytes = order.manifest(job.rule, endpoint: job.record.endpoint, at: scope.now)
            var hasher = MD5Hasher()
            hasher.update(bytes[...])
            order.digest = hasher.finish().hex
        case .checksum: bytes = Array((order.digest ?? "").utf8)
        }
        try await intake.take(
            into: .account(order.account),
            scope,
            observers: [OrderNote(order)],
            from: .bytes(bytes)
        )
    }

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let order = InventoryOrder(state) else { return .done(result: nil) }
        let data = AccountData(order.account, scope, caller: .region(Self.kind))
        guard try await scope.exists(data.domain) else { return .done(result: nil) }
        guard let job = try await InventoryJob(order, scope) else { return try await skip(order, data) }
        guard let received = scope.received, var next = OrderNote.order(of: received) else { return .again(state) }
        let content = try await scope.keep(received, in: data.domain)
        guard order.part == .lines else {
            guard try await job.write(.whole(content), content.length, as: order.part, order, data) else {
                try await scope.discard(content, in: data.domain)
                return try await skip(order, data)
            }
            return order.part == .checksum ? goOn(order) : again(next, .checksum)
        }
        let list: UUID
        if let known = order.list { list = known } else { list = try await data.createGrowingList() }
        next.list = list
        if content.length > 0 {
            try await data.append(content, to: list, at: order.length, number: order.pieces)
            next.pieces += 1
            next.length += content.length
        }
        guard next.isAtEnd else { return .again(next.json) }
        let body = Blob.Body.pieces(list: list, count: next.pieces)
        guard try await job.write(body, next.length, as: .lines, order, data) else {
            return try await skip(next, data)
        }
        next.list = nil
        return again(next, .manifest)
    }
    /// What was written of a report that does not come about is let go.
    func end(_ state: JSON, with error: ServiceError, _ scope: WriteScope) async throws(ServiceError) {
        guard let order = InventoryOrder(state), let list = order.list else { return }
        let data = AccountData(order.account, scope, caller: .region(Self.kind))
        guard try await scope.exists(data.domain) else { return }
        try await data.release(list: list, taken: nil, atOnce: false)
    }
    private func again(_ order: InventoryOrder, _ part: InventoryOrder.Part) -> SagaOutcome {
        var next = order
        next.part = part
        return .again(next.json)
    }
    private func goOn(_ order: InventoryOrder) -> SagaOutcome {
        let next = order.atNextRule
        return next.rules.isEmpty ? .done(result: nil) : .again(next.json)
    }
    /// Ends the rule at hand without a report: it, its destination or the policy is gone, or the policy another one.
    private func skip(_ order: InventoryOrder, _ data: AccountData) async throws(ServiceError) -> SagaOutcome {
        if let list = order.list { try await data.release(list: list, taken: nil, atOnce: false) }
        return goOn(order)
    }
}

/// What one step of a run goes by.
struct InventoryJob {
    let rule: InventoryRule
    let record: InventoryPolicyRecord
    let place: AccountPlace

    /// Nil where nothing is left to do for the rule at hand.
    init?(_ order: InventoryOrder, _ scope: some Scope) async throws(ServiceError) {
        let domain = Domain.account(order.account)
        guard let name = order.rules.first, try await scope.exists(domain),
            let account = try await scope.get(Account.self, at: StorageKey.account(order.account)),
            let place = try await scope.place(of: account),
            let record = try await scope.get(InventoryPolicyRecord.self, in: domain, at: StorageKey.inventory),
            // Of two policies a report would have lines of different columns below one heading.
            order.policy == nil || order.policy == record.modified
        else { return nil }
        let policy = try record.read()
        guard policy.isEnabled, let rule = policy.rules.first(where: { $0.name == name && $0.isEnabled }) else {
            return nil
        }
        self.rule = rule
        self.record = record
        self.place = place
    }
    /// Makes a blob of a file of the report; false where it has no place: its container is gone, or the name is taken.
    func write(
        _ body: Blob.Body,
        _ length: Int64,
        as part: InventoryOrder.Part,
        _ order: InventoryOrder,
        _ data: AccountData
    ) async throws(ServiceError) -> Bool {
        guard let name = try? ContainerName(rule.destination),
            let path = try? BlobName(order.path(part, of: rule.name)),
            let container = try await data.scope.get(Container.self, in: data.domain, at: StorageKey.container(name))
        else { return false }
        let target = BlobPlace(container.root, path)
        guard try await data.scope.get(Blob.self, in: data.domain, at: StorageKey.blob(target)) == nil else {
            return false
        }
        var headers = ContentHeaders()
        headers.type = part == .lines ? "text/csv" : part == .manifest ? "application/json" : "text/plain"
        let new = Blob(data.scope, replacing: nil, length: length, body: body, headers: headers, metadata: .none)
        _ = try await BlobStates(data, place.history, target).replace(nil, with: new)
        return true
    }
}

/// Remembers where a run goes on behind what a step took in.
private final class OrderNote: ContentObserver {
    private let order: InventoryOrder
    init(_ order: InventoryOrder) { self.order = order }
    func observe(_ bytes: ArraySlice<UInt8>) {}
    func digests() -> [String: [UInt8]] { ["order": order.json.bytes] }
    static func order(of received: Received) -> InventoryOrder? {
        guard let bytes = received.digests["order"], let state = try? JSON(parsing: bytes) else { return nil }
        return InventoryOrder(state)
    }
}
