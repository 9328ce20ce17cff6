// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

extension BlobCall {
    /// Whether a directory is made by Put Blob, as drivers of flat accounts do, with `hdi_isfolder` among the metadata.
    var isMarkedDirectory: Bool {
        place.isHierarchical && StorageNeeds.plain(call.operation) == "blob.put"
            && head.text(Metadata.directoryHeader)?.lowercased() == "true"
    }
    /// Whether the call makes a directory.
    var makesDirectory: Bool { call.operation == "path.createDirectory" || isMarkedDirectory }
}

extension StorageProvider {
    /// Put Blob of a directory, first phase: it has no bytes.
    func checkMarkedDirectory(_ blob: BlobCall, _ scope: ReadScope) async throws(ServiceError) {
        let sent = blob.call.request.body.length
        guard sent == 0 else { throw ServiceError(.invalidHeaderValue("Content-Length", sent.map(String.init) ?? "")) }
        _ = try await checkOverwrite(blob, .create, scope)
    }
    /// Put Blob of a directory, second phase.
    func putMarkedDirectory(_ blob: BlobCall, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let (headers, metadata) = try checked { () throws(StorageFault) in
            (try ContentHeaders(blob.headers, from: .putBlob), try Metadata(blob.headers))
        }
        return try await makeDirectory(blob, headers, metadata, lease: nil, scope)
    }
    /// Makes a directory, or changes the properties of one that is there: what it holds stays.
    func makeDirectory(
        _ blob: BlobCall,
        _ headers: ContentHeaders,
        _ metadata: Metadata,
        lease: Lease?,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        let (site, old) = try await checkOverwrite(blob, .create, scope)
        var new = try await Blob.directory(
            scope,
            replacing: old,
            in: blob.domain,
            headers: headers,
            metadata: metadata
        )
        if let lease { new.lease = lease }
        try await dress(&new, blob, site, scope)
        let data = AccountData(blob.place.id, scope, caller: blob.call.caller)
        try await data.put(new, at: site.place, was: old)
        return blob.changed(201, new)
    }
}
