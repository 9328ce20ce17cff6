// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

extension BlobCall {
    /// Whether the Blob surface makes a directory, as drivers of flat accounts do: by `hdi_isfolder` among the metadata, or by a
    /// name with a slash at its end.
    var isMarkedDirectory: Bool {
        guard place.isHierarchical else { return false }
        let operation = StorageNeeds.plain(call.operation)
        let isMarked = head.text(Metadata.directoryHeader)?.lowercased() == "true"
        return Self.markable.contains(operation) && (isMarked || namesDirectory && operation != "blob.copy")
    }
    private static let markable: Set<String> = ["blob.put", "blob.putBlockList", "blob.copy"]
    /// Whether the name ends with a slash, in a hierarchical namespace: it can mean a directory only.
    var namesDirectory: Bool { place.isHierarchical && target.blob?.text.utf8.last == 47 }
    /// Refuses to make anything but a directory under a name with a slash at its end.
    func refuseSlash() throws(ServiceError) {
        guard !namesDirectory || makesDirectory else { throw ServiceError(.invalidURI) }
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
