// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

extension StorageProvider {
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
        new.encryptionContext = try blob.encryptionContext
        return blob.changed(201, try await replace(old, with: new, blob, site, scope))
    }
    /// Path - Create of a directory (`PUT /{filesystem}/{path}?resource=directory`): one that is there keeps what it holds.
    func createDirectory(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let (blob, headers, metadata) = try await creation(call, scope)
        return try await makeDirectory(blob, headers, metadata, lease: try blob.initialLease(scope), scope)
    }
    private func creation(
        _ call: Call,
        _ scope: WriteScope
    ) async throws(ServiceError) -> (BlobCall, ContentHeaders, Metadata) {
        let blob = try await openPath(call, scope)
        // A rename names its source and no resource (REST "Path - Create"): who sends both would find nothing but an empty
        // path. What the service says to that was not found.
        if blob.head.text("x-ms-rename-source") != nil {
            let resource = blob.head.query["resource"] ?? ""
            throw ServiceError(.invalidQueryParameterValue("resource", resource, "A rename names none."))
        }
        if blob.makesDirectory, try blob.encryptionContext != nil {
            throw ServiceError(.invalidInput("x-ms-encryption-context is for files."))
        }
        let headers = try checked { () throws(StorageFault) in try ContentHeaders(path: blob.headers) }
        return (blob, headers, try blob.properties() ?? .none)
    }
}
