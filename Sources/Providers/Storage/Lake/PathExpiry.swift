// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

extension StorageProvider {
    static func expiryOperations(_ path: String, _ prefix: String) -> [Row] {
        [
            .writes(
                "\(prefix)blob.setExpiry",
                .blob,
                .put(path, query: ["comp": "expiry"]),
                .data(BlobAction.write),
                bodyMax: 0,
                proof: .client("set_file_expiry("),
                setExpiry
            )
        ]
    }
    /// Set Blob Expiry (`PUT /{container}/{blob}?comp=expiry`): of a file in a hierarchical namespace.
    func setExpiry(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        try blob.refusePast()
        let change = try checked { () throws(StorageFault) in
            guard let change = try ExpiryChange(blob.head) else { throw .missingRequiredHeader("x-ms-expiry-option") }
            return change
        }
        let (site, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .write)
        try blob.refusePendingCopy(record)
        var new = record
        new.expiry = try checked { () throws(StorageFault) in
            try change.end(created: record.created, now: scope.now)
        }
        new.touch(scope)
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        try await data.put(new, at: site.place, was: record)
        return blob.changed(200, new, encrypted: false)
    }
    /// The time a new file ends, where the request that makes it says one (REST "Path - Create", "Put Blob").
    func dressExpiry(_ new: inout Blob, _ blob: BlobCall, _ scope: WriteScope) throws(ServiceError) {
        guard let change = try checked({ () throws(StorageFault) in try ExpiryChange(blob.head) }) else { return }
        guard blob.place.isHierarchical else { throw ServiceError(.hierarchicalNamespaceNotEnabled) }
        guard new.directory == nil else {
            throw ServiceError(.invalidInput("x-ms-expiry-option is for files: a directory does not expire."))
        }
        let created = new.created
        new.expiry = try checked { () throws(StorageFault) in try change.end(created: created, now: scope.now) }
    }
}
