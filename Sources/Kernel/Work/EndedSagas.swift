// SPDX-License-Identifier: Apache-2.0
import Base
package import Store

/// Takes away records of sagas that ended a while ago, in all tenants; a client may ask after its work until then.
package struct EndedSagas: DueWork {
    package let name = "sagas.forget"
    package let namespace = kernelNamespace

    /// How long a record stays.
    ///
    /// Resource Manager promises results of asynchronous operations for a day; a week leaves time to look after what
    /// went wrong.
    package static let kept = Duration.seconds(7 * 24 * 3600)
    /// Ended sagas by the time of their end.
    static let ended = Key("saga-ended")

    package init() {}

    package func due(after key: Key?, limit: Int, _ scope: ReadScope) async throws(ServiceError) -> [Key] {
        let range = KeyRange(
            from: key?.next ?? Self.ended.children.from,
            to: Self.ended.appending(scope.now + (.zero - Self.kept)).afterChildren
        )
        return try await scope.keys(in: .region, range, limit: limit)
    }
    package func settle(_ key: Key, _ scope: WriteScope) async throws(ServiceError) {
        guard let item = try await scope.get(OpenSaga.self, in: .region, at: key) else { return }
        try await scope.remove(in: .region, at: key)
        try await scope.of(item.tenant).remove(at: Key("saga", item.id))
    }
}
