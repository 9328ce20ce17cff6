// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

extension StorageProvider {
    /// Path - Read (`GET /{filesystem}/{path}`).
    func readPath(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        let (_, record) = try await blob.existingBlob(scope)
        return blob.asPath(try await getBlob(call, scope), record)
    }
    /// Path - Get Properties (`HEAD /{filesystem}/{path}`); its other actions have rows of their own.
    func getPathProperties(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        if let action = blob.head.query["action"], !action.isEmpty {
            throw ServiceError(.invalidQueryParameterValue("action", String(action.prefix(64))))
        }
        _ = try blob.flag("upn")
        let (_, record) = try await blob.existingBlob(scope)
        return blob.asPath(try await getBlobProperties(call, scope), record)
    }
    /// Path - Get Properties with `action=getStatus`: what the system knows, without what clients have set.
    func getPathStatus(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await openPath(call, scope)
        let (_, record) = try await blob.existingBlob(scope)
        try blob.admit(record, for: .read)
        var reply = blob.changed(200, record, encrypted: false)
        blob.describePath(record, in: &reply)
        reply = blob.asPath(reply, record)
        reply.set("x-ms-properties", nil)
        reply.content = .length(record.length)
        return reply
    }
}
