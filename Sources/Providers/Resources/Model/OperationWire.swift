// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// Work that goes on, as clients poll it (REST: "Track asynchronous Azure operations").
enum OperationWire {
    static func json(_ work: SagaRecord, id: String) -> JSON {
        var body: [String: JSON] = [
            "id": .string(id),
            "name": .string(work.id),
            "status": .string(work.status.rawValue),
            "startTime": .string(work.started.iso8601),
        ]
        body["endTime"] = work.ended.map { .string($0.iso8601) }
        body["properties"] = work.result
        if work.status == .failed {
            body["error"] = [
                "code": .string(work.errorCode ?? "OperationFailed"),
                "message": .string(work.errorMessage ?? "The operation failed."),
            ]
        }
        return .object(body)
    }
}
