// SPDX-License-Identifier: Apache-2.0
package import Store

/// A changing scope's view of its own version in which lists promise nothing: what others add, change or remove in
/// them meanwhile is no conflict.
///
/// For finding candidates, each of which is then read by itself (`get`), where a change is a conflict again.
package struct LooseScope: Scope {
    private let scope: WriteScope
    init(_ scope: WriteScope) { self.scope = scope }

    package var frame: ScopeFrame { scope.frame }
    package var version: Version { scope.version }
    package func sealedValue(_ key: Key, isReadOften: Bool) async throws(ServiceError) -> [UInt8]? {
        try await scope.sealedValue(key, isReadOften: isReadOften)
    }
    package func sealedPairs(_ keys: KeyRange, limit: Int, reverse: Bool) async throws(ServiceError) -> [Pair] {
        do throws(StoreError) {
            return try await scope.transaction.range(keys, limit: limit, reverse: reverse, protected: false)
        } catch { throw ServiceError(store: error) }
    }
    package var spaces: Spaces { scope.spaces }
    package func freshKey(_ domain: Domain) -> DataKey? { scope.freshKey(domain) }
}

extension WriteScope {
    /// The same transaction with lists that make no conflicts.
    package var loose: LooseScope { LooseScope(self) }
}
