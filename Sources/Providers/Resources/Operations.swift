// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

extension ResourcesProvider {
    /// az sleeps thirty seconds between polls unless told otherwise.
    private static let retrySeconds = "1"

    /// The state of work that goes on, always with 200: what `Azure-AsyncOperation` points to.
    func showOperation(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let work = try await work(call, scope)
        let headers: HTTPFields = work.status == .inProgress ? [.retryAfter: Self.retrySeconds] : [:]
        return .json(200, OperationWire.json(work, id: ResourceID(call.request.path).text), headers: headers)
    }
    /// The result of work that goes on, or 202 until it is there: what `Location` points to.
    func showOperationResult(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let work = try await work(call, scope)
        switch work.status {
        case .inProgress:
            let here = hostPlan.address(call.request.host) + call.request.path
            let query = call.request.query.raw
            return Reply(
                202,
                headers: [.retryAfter: Self.retrySeconds, .location: query.isEmpty ? here : here + "?" + query]
            )
        case .succeeded:
            return work.result.map { .json(200, $0) } ?? Reply(204)
        case .failed:
            throw ServiceError(
                409,
                work.errorCode ?? "OperationFailed",
                work.errorMessage ?? "The operation failed."
            )
        }
    }
    private func work(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> SagaRecord {
        _ = try await subscription(call, scope)
        guard let work = try await scope.saga(call["id"].lowercased()) else {
            throw .notFound("OperationNotFound", "The operation '\(call["id"].prefix(64))' was not found.")
        }
        return work
    }
}
