// SPDX-License-Identifier: Apache-2.0

/// What a path of the table surface names: an account or one of its tables, with or without keys of an entity.
package struct TableTarget: Hashable, Sendable {
    /// The account.
    package let account: AccountName
    /// The table as sent, unless the account itself, `Tables` or `$batch` is meant.
    package let table: String?

    /// Names a table.
    package init(account: AccountName, table: String? = nil) {
        self.account = account
        self.table = table
    }
    /// Reads a path as sent: `/name`, `/name(…)`, `/Tables('name')`, `/Tables`, `/$batch`.
    package init(head: RequestHead, host: AccountName?) throws(StorageFault) {
        let path = try StoragePath(head, host: host, of: .table)
        account = path.account
        guard let first = path.segments.first, !first.hasPrefix("$") else {
            table = nil
            return
        }
        let name = first.prefix { $0 != "(" }
        guard name.lowercased() == "tables" else {
            table = String(name)
            return
        }
        let inner = first.dropFirst(name.count)
        table = inner.hasPrefix("('") && inner.hasSuffix("')") ? String(inner.dropFirst(2).dropLast(2)) : nil
    }
}
