// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Store

/// File systems: containers, as the Data Lake surface sees them.
extension StorageProvider {
    /// Filesystem - Create (`PUT /{filesystem}?resource=filesystem`).
    func createFilesystem(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let metadata = try blob.properties() ?? .none
        let made = try await makeContainer(
            try blob.containerName,
            metadata,
            nil,
            try containerEncryption(blob),
            blob.place,
            scope
        )
        return namespace(blob, blob.changed(201, made.etag, made.modified, encrypted: false))
    }
    /// Filesystem - Set Properties (`PATCH /{filesystem}?resource=filesystem`).
    func setFilesystemProperties(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        return try await setMetadata(try blob.properties() ?? .none, blob, scope)
    }
    /// Filesystem - Get Properties (`HEAD /{filesystem}?resource=filesystem`).
    func getFilesystem(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let container = try await blob.container(scope)
        try blob.admit(container, .look, for: nil)
        var reply = blob.changed(200, container.etag, container.modified, encrypted: false)
        reply.set("x-ms-properties", PathProperties.text(container.metadata))
        return namespace(blob, reply)
    }
    /// Filesystem - Delete (`DELETE /{filesystem}?resource=filesystem`).
    func deleteFilesystem(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let container = try await blob.container(scope)
        try blob.admit(container, .change, for: .write)
        try await removeContainer(try blob.containerName, container, blob.place, scope, caller: call.caller)
        return blob.reply(202)
    }
    private func namespace(_ blob: BlobCall, _ reply: Reply) -> Reply {
        var reply = reply
        reply.set("x-ms-namespace-enabled", String(blob.place.isHierarchical))
        return reply
    }

    /// Filesystem - List (`GET /?resource=account`).
    func listFilesystems(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        let query = try checked { () throws(StorageFault) in try PathQuery(blob.head.query, for: .containers) }
        let prefix = blob.head.query["prefix"] ?? ""
        let from = ListPosition(query.marker)
        var cursor = NameCursor<Container>(StorageKey.containers, prefix: prefix, from: from, batch: query.pageSize + 1)
        var found: [JSON] = []
        while let item = try await cursor.peek(blob.domain, scope) {
            guard found.count < query.pageSize else {
                return page(blob, "filesystems", found, ListMarker(.containers, item.position.fields))
            }
            found.append([
                "name": .string(item.position.name), "lastModified": .string(item.value.modified.httpDate),
                "eTag": .string(item.value.etag.text),
            ])
            cursor.pop()
        }
        return page(blob, "filesystems", found, nil)
    }
    /// A page of a list.
    func page(_ blob: BlobCall, _ name: String, _ items: [JSON], _ next: ListMarker?) -> Reply {
        var reply = blob.reply(200, ["Content-Type": "application/json;charset=utf-8"])
        let body: JSON = .object([name: .array(items)])
        reply.content = .bytes(body.bytes)
        reply.set("x-ms-continuation", next?.text)
        return reply
    }
}
