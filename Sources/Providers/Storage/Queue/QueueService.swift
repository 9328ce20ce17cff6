// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// The Queue service's settings of one account.
struct QueueServiceSettings: Stored, Codable {
    var properties: ServiceProperties
}

extension StorageProvider {
    func queueSettings(_ place: AccountPlace, _ scope: some Scope) async throws(ServiceError) -> ServiceProperties {
        let stored = try await scope.get(QueueServiceSettings.self, in: place.domain, at: StorageKey.queueService)
        return stored?.properties ?? ServiceProperties()
    }
    func setQueueService(
        _ properties: ServiceProperties,
        _ place: AccountPlace,
        _ scope: WriteScope
    ) async throws(ServiceError) {
        let unbuilt = [
            (properties.logging.read || properties.logging.write || properties.logging.delete, "logging (Logging)"),
            (
                properties.hourMetrics.enabled || properties.minuteMetrics.enabled,
                "metrics (HourMetrics, MinuteMetrics)"
            ),
        ]
        if let (_, what) = unbuilt.first(where: \.0) {
            throw ServiceError(.notImplemented("\(what) of the Queue service; leave it disabled."))
        }
        try await scope.put(
            QueueServiceSettings(properties: properties),
            in: place.domain,
            at: StorageKey.queueService
        )
    }

    /// Get Queue Service Properties (`GET /?restype=service&comp=properties`).
    func getQueueService(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let at = try await openQueue(call, scope)
        let properties = try await queueSettings(at.place, scope)
        return try at.xml { () throws(StorageFault) in try properties.body(of: .queue) }
    }
    /// Set Queue Service Properties (`PUT /?restype=service&comp=properties`).
    func setQueueService(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let at = try await openQueue(call, scope)
        let old = try await queueSettings(at.place, scope)
        let new = try checked { () throws(StorageFault) in try old.updated(by: call.body, of: .queue) }
        try await setQueueService(new, at.place, scope)
        return at.reply(202)
    }
}
