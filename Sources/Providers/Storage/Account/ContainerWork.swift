// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// What Azure Resource Manager does with a container beside its properties: its lease, and the way to version-level
/// immutability.
extension StorageProvider {
    static var containerWorkOperations: [Row] {
        let container = accountPath + "/blobServices/default/containers/{container}"
        let action = "Microsoft.Storage/storageAccounts/blobServices/containers"
        return [
            .writes(
                "managedContainer.lease",
                .management,
                .post(container + "/lease"),
                .control("\(action)/lease/action"),
                proof: .client("blob_containers.lease"),
                leaseManagedContainer
            ),
            .writes(
                "managedContainer.migrate",
                .management,
                .post(container + "/migrate"),
                .control("\(action)/migrate/action"),
                proof: .client("blob_containers.begin_object_level_worm"),
                migrateManagedContainer
            ),
        ]
    }

    /// Lease (`POST …/lease`): the same lease as on the Blob service.
    func leaseManagedContainer(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var held = try await held(call, scope)
        try held.name.refuseChange()
        let body = try call.json()
        let outcome = try checked { () throws(StorageFault) in
            try LeaseRequest(managed: body).outcome(
                on: held.container.lease,
                at: scope.now,
                fresh: scope.entropy.uuid()
            )
        }
        held.container.lease = outcome.lease
        try await scope.put(held.container, in: held.view.place.domain, at: StorageKey.container(held.name))
        var answer: [String: JSON] = [:]
        if outcome.showsID { answer["leaseId"] = outcome.lease.map { .string($0.id.lowercaseText) } }
        answer["leaseTimeSeconds"] = outcome.secondsLeft.map { .string(String($0)) }
        return .json(200, .object(answer))
    }

    /// Object Level Worm (`POST …/migrate`): the container's policy becomes the default of its versions, which may have
    /// longer ones of their own from now on.
    ///
    /// Nothing has to be gone over, as a container's policy is looked up by the container: it is done with its answer.
    func migrateManagedContainer(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var held = try await held(call, scope)
        guard !held.container.hasVersionImmutability else { return Reply(200) }
        guard held.view.place.history.isVersioned else {
            throw ServiceError(
                409,
                "FeatureNotEnabled",
                "Immutable storage with versioning needs versioning; enable it in the account's blob service first."
            )
        }
        guard held.container.immutability != nil else {
            throw ServiceError(
                409,
                "ContainerImmutabilityPolicyNotFound",
                "A container is migrated by its immutability policy; set one first."
            )
        }
        guard held.container.legalHolds.isEmpty else {
            throw ServiceError(
                409,
                "ContainerOperationFailure",
                "The container has a legal hold; clear it before the container is migrated."
            )
        }
        held.container.hasVersionImmutability = true
        try await store(held, call, scope)
        return Reply(200)
    }
}

extension LeaseRequest {
    /// Reads the body of a lease over Azure Resource Manager (`LeaseContainerRequest`).
    init(managed body: JSON) throws(StorageFault) {
        func id(_ name: String) throws(StorageFault) -> UUID? {
            guard let text = body[name]?.string else { return nil }
            guard let id = UUID(guid: text) else { throw .invalidInput("\(name) '\(text)' is no GUID.") }
            return id
        }
        func required(_ name: String) throws(StorageFault) -> UUID {
            guard let id = try id(name) else { throw .invalidInput("\(name) is missing.") }
            return id
        }
        let action = body["action"]?.string ?? ""
        switch action.lowercased() {
        case "acquire":
            guard let seconds = body["leaseDuration"]?.integer,
                seconds == -1 || Self.secondsAllowed.contains(Int(clamping: seconds))
            else { throw .invalidInput("leaseDuration must be -1 or from 15 to 60 seconds.") }
            self = .acquire(duration: seconds == -1 ? nil : .seconds(seconds), proposed: try id("proposedLeaseId"))
        case "renew": self = .renew(try required("leaseId"))
        case "change": self = .change(try required("leaseId"), to: try required("proposedLeaseId"))
        case "release": self = .release(try required("leaseId"))
        case "break":
            let period = body["breakPeriod"]?.integer
            if let period, !Self.breakSecondsAllowed.contains(Int(clamping: period)) {
                throw .invalidInput("breakPeriod must be from 0 to 60 seconds.")
            }
            self = .break(period: period.map { .seconds($0) })
        default: throw .invalidInput("action '\(action)' is none of Acquire, Renew, Change, Release, Break.")
        }
    }
}
