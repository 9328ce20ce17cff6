// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// Lease Blob and Lease Container; what they lead to is decided by `LeaseRequest`.
extension StorageProvider {
    static var leaseOperations: [Row] {
        [
            .writes(
                "container.lease",
                .blob,
                .put("/{container}", query: ["restype": "container", "comp": "lease"]),
                .control(BlobAction.containerWrite),
                bodyMax: 0,
                proof: .none(because: "SDKs only: ContainerClient.acquire_lease"),
                leaseContainer
            )
        ]
            + [("/{container}/{blob*}", ""), ("/{blob}", StorageNeeds.rootPrefix)].map { path, prefix in
                .writes(
                    "\(prefix)blob.lease",
                    .blob,
                    .put(path, query: ["comp": "lease"]),
                    .data(BlobAction.write),
                    bodyMax: 0,
                    proof: .none(because: "SDKs only: BlobClient.acquire_lease"),
                    leaseBlob
                )
            }
    }

    /// Lease Blob (`PUT /{container}/{blob}?comp=lease`).
    ///
    /// It changes neither the tag nor the time of change.
    func leaseBlob(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        try blob.refusePast()
        let request = try checked { () throws(StorageFault) in try LeaseRequest(blob.head) }
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admitConditions(record, for: .write)
        let outcome = try outcome(request, record.lease, scope)
        var leased = record
        leased.lease = outcome.lease
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        try await data.put(leased, at: site.place, was: record)
        return reply(outcome, blob.changed(outcome.status, record.etag, record.modified, encrypted: false))
    }

    /// Lease Container (`PUT /{container}?restype=container&comp=lease`).
    func leaseContainer(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let request = try checked { () throws(StorageFault) in try LeaseRequest(blob.head) }
        var container = try await blob.container(scope)
        try blob.check(container.current, for: .write)
        let outcome = try outcome(request, container.lease, scope)
        container.lease = outcome.lease
        try await scope.put(container, in: blob.domain, at: StorageKey.container(try blob.containerName))
        return reply(outcome, blob.changed(outcome.status, container.etag, container.modified, encrypted: false))
    }

    private func outcome(
        _ request: LeaseRequest,
        _ lease: Lease?,
        _ scope: WriteScope
    ) throws(ServiceError) -> LeaseRequest.Outcome {
        try checked { () throws(StorageFault) in
            try request.outcome(on: lease, at: scope.now, fresh: scope.entropy.uuid())
        }
    }
    private func reply(_ outcome: LeaseRequest.Outcome, _ plain: Reply) -> Reply {
        var reply = plain
        if outcome.showsID { reply.set("x-ms-lease-id", outcome.lease?.id.lowercaseText) }
        reply.set("x-ms-lease-time", outcome.secondsLeft.map(String.init))
        return reply
    }
}
