// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// Immutability policies and legal holds of single blobs, versions and snapshots (version-level WORM).
extension StorageProvider {
    static var policyOperations: [Row] {
        let proof = Proof.none(because: "SDKs only: BlobClient.set_immutability_policy")
        return [("/{container}/{blob*}", ""), ("/{blob}", StorageNeeds.rootPrefix)].flatMap { path, prefix in
            [
                .writes(
                    "\(prefix)blob.setImmutability",
                    .blob,
                    .put(path, query: ["comp": "immutabilitypolicies"]),
                    .data(BlobAction.immutability),
                    bodyMax: 0,
                    proof: proof,
                    setBlobPolicy
                ),
                .writes(
                    "\(prefix)blob.deleteImmutability",
                    .blob,
                    .delete(path, query: ["comp": "immutabilitypolicies"]),
                    .data(BlobAction.immutability),
                    bodyMax: 0,
                    proof: proof,
                    deleteBlobPolicy
                ),
                .writes(
                    "\(prefix)blob.setLegalHold",
                    .blob,
                    .put(path, query: ["comp": "legalhold"]),
                    .data(BlobAction.immutability),
                    bodyMax: 0,
                    proof: proof,
                    setBlobHold
                ),
            ]
        }
    }

    /// Set Blob Immutability Policy (`PUT …?comp=immutabilityPolicies`).
    func setBlobPolicy(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let asked = try checked { () throws(StorageFault) in try PolicyRequest(blob.head) }
        guard let asked else { throw ServiceError(.missingRequiredHeader("x-ms-immutability-policy-until-date")) }
        let state = try await changePolicies(call, blob, scope) { record throws(StorageFault) in
            let current = record.immutability.map { (until: $0.until, isLocked: $0.isLocked) }
            try OwnPolicy.check(until: asked.until, isLocked: asked.isLocked, over: current, at: scope.now)
            record.immutability = Blob.Immutability(until: asked.until, isLocked: asked.isLocked)
        }
        return blob.reply(
            200,
            [
                "x-ms-immutability-policy-until-date": state.immutability?.until.httpDate,
                "x-ms-immutability-policy-mode": state.immutability?.mode,
            ]
        )
    }
    /// Delete Blob Immutability Policy (`DELETE …?comp=immutabilityPolicies`).
    func deleteBlobPolicy(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        _ = try await changePolicies(call, blob, scope) { record throws(StorageFault) in
            if let policy = record.immutability, policy.isLocked, policy.until > scope.now {
                throw .immutabilityPolicyLocked
            }
            record.immutability = nil
        }
        return blob.reply(200)
    }
    /// Set Blob Legal Hold (`PUT …?comp=legalhold`).
    func setBlobHold(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let hold = try checked { () throws(StorageFault) in try PolicyRequest.hold(blob.head) }
        guard let hold else { throw ServiceError(.missingRequiredHeader("x-ms-legal-hold")) }
        _ = try await changePolicies(call, blob, scope) { record throws(StorageFault) in record.hasLegalHold = hold }
        return blob.reply(200, ["x-ms-legal-hold": String(hold)])
    }

    private func changePolicies(
        _ call: Call,
        _ blob: BlobCall,
        _ scope: WriteScope,
        _ apply: (inout Blob) throws(StorageFault) -> Void
    ) async throws(ServiceError) -> Blob {
        let (site, record) = try await blob.existingBlob(scope)
        guard site.container.hasVersionImmutability else { throw ServiceError(.versionImmutabilityOff) }
        try blob.admitConditions(record, for: .write)
        var changed = record
        do throws(StorageFault) { try apply(&changed) } catch { throw ServiceError(error) }
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        if record.past == nil {
            try await data.put(changed, at: site.place, was: record)
        } else {
            try await data.put(past: changed, at: site.place, was: record)
        }
        return changed
    }

    /// Policies that come with a write of a new blob.
    func dressPolicies(_ new: inout Blob, _ blob: BlobCall, _ site: BlobSite, now: Timestamp) throws(ServiceError) {
        let (policy, hold) = try checked { () throws(StorageFault) in
            (try PolicyRequest(blob.head), try PolicyRequest.hold(blob.head))
        }
        guard policy != nil || hold != nil else { return }
        guard site.container.hasVersionImmutability else { throw ServiceError(.versionImmutabilityOff) }
        if let policy {
            try checked { () throws(StorageFault) in
                try OwnPolicy.check(until: policy.until, isLocked: policy.isLocked, over: nil, at: now)
            }
            new.immutability = Blob.Immutability(until: policy.until, isLocked: policy.isLocked)
        }
        new.hasLegalHold = hold ?? false
    }
}

/// The headers of a policy.
private struct PolicyRequest {
    let until: Timestamp
    let isLocked: Bool

    /// Nil when no policy was sent.
    init?(_ head: RequestHead) throws(StorageFault) {
        let name = "x-ms-immutability-policy-until-date"
        let mode = head.text("x-ms-immutability-policy-mode")
        guard let text = head.text(name) else {
            guard mode == nil else { throw .missingRequiredHeader(name) }
            return nil
        }
        guard let until = Timestamp(httpDate: text) else { throw .invalidHeaderValue(name, text) }
        self.until = until
        switch mode?.lowercased() {
        case nil, "unlocked": isLocked = false
        case "locked": isLocked = true
        default: throw .invalidHeaderValue("x-ms-immutability-policy-mode", mode ?? "")
        }
    }
    /// `x-ms-legal-hold`; nil when it was not sent.
    static func hold(_ head: RequestHead) throws(StorageFault) -> Bool? {
        guard let text = head.text("x-ms-legal-hold") else { return nil }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw .invalidHeaderValue("x-ms-legal-hold", text)
        }
    }
}
