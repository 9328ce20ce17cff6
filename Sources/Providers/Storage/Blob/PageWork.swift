// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// Takes the rows of a long clearing away.
struct PageClearing: Saga {
    static let kind = "storage.pageClearing"
    static let frees = true

    /// `isSealed` says that the rows lie under a key, which the saga does not have.
    static func state(account: UUID, table: UUID, at: Int64, from: Int64, isSealed: Bool) -> JSON {
        [
            "account": .string(account.lowercaseText), "table": .string(table.lowercaseText), "at": .integer(at),
            "from": .integer(from), "sealed": .bool(isSealed),
        ]
    }
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let id = state.uuid("table"), let at = state["at"]?.integer,
            let from = state["from"]?.integer
        else { return .done(result: nil) }
        let data = AccountData(account, scope, caller: .region(Self.kind))
        let known = try await scope.get(PageTable.self, in: data.domain, at: StorageKey.pageTable(id))
        guard let clear = known?.clears.first(where: { $0.at == at }) else { return .done(result: nil) }
        let isSealed = state["sealed"]?.bool ?? false
        var store = try await PageStore(data, id, under: isSealed ? .withheld : .none)
        guard let next = try await store.carryOut(clear, from: from) else { return .done(result: nil) }
        return .again(Self.state(account: account, table: id, at: at, from: next, isSealed: isSealed))
    }
}

/// Takes rows away that only an ended snapshot saw.
struct PageSweep: Saga {
    static let kind = "storage.pageSweep"
    static let frees = true
    /// Rows in one step: two writes each, and one look.
    private static let rowsAtOnce = 250

    static func state(account: UUID, table: UUID, generation: Int64) -> JSON {
        [
            "account": .string(account.lowercaseText), "table": .string(table.lowercaseText),
            "generation": .integer(generation), "start": 0, "born": 0,
        ]
    }
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let id = state.uuid("table"),
            let generation = state["generation"]?.integer, let start = state["start"]?.integer,
            let born = state["born"]?.integer
        else { return .done(result: nil) }
        let domain = Domain.account(account)
        let prefix = StorageKey.pastPages(id)
        let keys = KeyRange(from: StorageKey.pastPage(id, start, born), to: prefix.children.to)
        let rows = try await scope.rows(prefix, in: domain, keys, limit: Self.rowsAtOnce)
        for row in rows where row.span.born <= generation {
            guard let died = row.span.died, generation < died else { continue }
            let seen = KeyRange(
                from: StorageKey.pageMark(id, row.span.born),
                to: StorageKey.pageMark(id, died)
            )
            guard try await scope.list(PageMark.self, in: domain, keys: seen, limit: 1).isEmpty else { continue }
            try await scope.discard(row.row.content, in: domain)
            try await scope.remove(in: domain, at: row.key)
        }
        guard rows.count == Self.rowsAtOnce, let last = rows.last else { return .done(result: nil) }
        var next = state.object ?? [:]
        next["start"] = .integer(last.span.bytes.lowerBound)
        next["born"] = .integer(last.span.born + 1)
        return .again(.object(next))
    }
}

/// Takes a table away that nobody refers to any more.
struct PagePurge: Saga {
    static let kind = "storage.pagePurge"
    static let frees = true
    /// Rows in one step: two to three writes each.
    private static let purgedAtOnce = 200

    static func state(account: UUID, table: UUID) -> JSON {
        ["account": .string(account.lowercaseText), "table": .string(table.lowercaseText)]
    }
    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account"), let id = state.uuid("table") else { return .done(result: nil) }
        let data = AccountData(account, scope, caller: .region(Self.kind))
        return try await step(data, id) ? .done(result: nil) : .again(state)
    }
    /// Up to `limit` rows of either sort.
    func rows(_ data: AccountData, _ id: UUID, limit: Int) async throws(ServiceError) -> [PlacedRow] {
        var found: [PlacedRow] = []
        for prefix in [StorageKey.pages(id), StorageKey.pastPages(id)] where found.count < limit {
            found += try await data.scope.rows(
                prefix,
                in: data.domain,
                prefix.children,
                limit: limit - found.count
            )
        }
        return found
    }
    /// True when all is gone.
    func step(_ data: AccountData, _ id: UUID) async throws(ServiceError) -> Bool {
        let rows = try await rows(data, id, limit: Self.purgedAtOnce)
        for row in rows {
            try await data.scope.discard(row.row.content, in: data.domain)
            try await data.scope.remove(in: data.domain, at: row.key)
        }
        guard rows.count < Self.purgedAtOnce else { return false }
        let marks = StorageKey.pageMarks(id)
        for mark in try await data.scope.list(PageMark.self, in: data.domain, under: marks, limit: Self.purgedAtOnce) {
            try await data.scope.remove(in: data.domain, at: mark.key)
        }
        try await data.scope.remove(in: data.domain, at: StorageKey.pageTable(id))
        return true
    }
}
