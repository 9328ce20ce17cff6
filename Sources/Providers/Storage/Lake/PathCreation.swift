// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

extension StorageProvider {
    /// What a request to make a path may bring and is not built.
    private static let unbuiltAtCreation = [
        "x-ms-encryption-context", "x-ms-encryption-key",
    ]

    /// Path - Create of a file (`PUT /{filesystem}/{path}?resource=file`).
    func createFile(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let (blob, headers, metadata) = try await creation(call, scope)
        let (site, old) = try await checkOverwrite(blob, .create, scope)
        let nothing = try await scope.keep(short: [], in: blob.domain)
        var new = Blob(
            scope,
            replacing: old,
            length: 0,
            body: .whole(nothing),
            headers: headers,
            metadata: metadata
        )
        if let lease = try blob.initialLease(scope) { new.lease = lease }
        return blob.changed(201, try await replace(old, with: new, blob, site, scope))
    }
    /// Path - Create of a directory (`PUT /{filesystem}/{path}?resource=directory`): one that is there keeps what it holds.
    func createDirectory(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let (blob, headers, metadata) = try await creation(call, scope)
        let (site, old) = try await checkOverwrite(blob, .create, scope)
        var new = try await Blob.directory(
            scope,
            replacing: old,
            in: blob.domain,
            headers: headers,
            metadata: metadata
        )
        if let lease = try blob.initialLease(scope) { new.lease = lease }
        try await dress(&new, blob, site, scope)
        let data = AccountData(blob.place.id, scope, caller: call.caller)
        try await data.put(new, at: site.place, was: old)
        return blob.changed(201, new)
    }
    private func creation(
        _ call: Call,
        _ scope: WriteScope
    ) async throws(ServiceError) -> (BlobCall, ContentHeaders, Metadata) {
        let blob = try await openPath(call, scope)
        try blob.refuseUnbuilt(Self.unbuiltAtCreation)
        let headers = try checked { () throws(StorageFault) in try ContentHeaders(path: blob.headers) }
        return (blob, headers, try blob.properties() ?? .none)
    }
}
