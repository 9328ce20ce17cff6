// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

extension ServiceError {
    /// The same error as the Data Lake surface names it.
    var ofPath: ServiceError {
        guard let known = StorageFault.pathCode(code) else { return self }
        var error = self
        (error.code, error.message) = known
        return error
    }
}

extension StorageProvider {
    /// Reads a call about a path or a file system of a hierarchical namespace.
    func openPath(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> BlobCall {
        let blob = try await open(call, scope)
        guard blob.place.isHierarchical else { throw ServiceError(.hierarchicalNamespaceNotEnabled) }
        // A snapshot is read here, and changed at the Blob surface alone: what names one must not reach the file.
        if ![.get, .head].contains(call.request.method) { try blob.refusePast() }
        return blob
    }
}

extension BlobCall {
    /// A query parameter that is true or false.
    func flag(_ name: String) throws(ServiceError) -> Bool? {
        guard let text = head.query[name], !text.isEmpty else { return nil }
        switch text.lowercased() {
        case "true": return true
        case "false": return false
        default: throw ServiceError(.invalidQueryParameterValue(name, text))
        }
    }
    /// A query parameter that is a place in a file.
    func position() throws(ServiceError) -> Int64 {
        guard let text = head.query["position"] else { throw ServiceError(.missingRequiredQueryParameter("position")) }
        guard let position = Int64(text), position >= 0 else {
            throw ServiceError(.invalidQueryParameterValue("position", text))
        }
        return position
    }
    /// The properties a request brings.
    func properties() throws(ServiceError) -> Metadata? {
        try checked { () throws(StorageFault) in try PathProperties.read(head) }
    }
    /// What the clients of a file encrypt it with, as they note it (REST "Path - Create").
    var encryptionContext: String? {
        get throws(ServiceError) {
            let name = "x-ms-encryption-context"
            guard let text = head.text(name) else { return nil }
            guard text.utf8.count <= Self.contextBytesMax else {
                throw ServiceError(.invalidHeaderValue(name, String(text.prefix(64))))
            }
            return text
        }
    }
    private static let contextBytesMax = 1024
    /// What the namespace knows of a path, in the head of an answer; the Blob surface tells a directory by its metadata
    /// as well.
    func describePath(_ record: Blob, in reply: inout Reply) {
        reply.set("x-ms-resource-type", record.directory == nil ? "file" : "directory")
        if record.directory != nil { reply.set(Metadata.directoryHeader, "true") }
        reply.set("x-ms-encryption-context", record.encryptionContext)
        guard let access = record.access else { return }
        reply.set("x-ms-owner", access.owner)
        reply.set("x-ms-group", access.group)
        reply.set("x-ms-permissions", access.permissions)
        reply.set("x-ms-acl", access.text)
    }
    /// The head of an answer of the Blob surface as the Data Lake surface writes it.
    func asPath(_ reply: Reply, _ record: Blob) -> Reply {
        var reply = reply
        for item in record.metadata.items { reply.set(Metadata.headerPrefix + item.name, nil) }
        for name in [Metadata.directoryHeader, "x-ms-blob-type"] { reply.set(name, nil) }
        reply.set("x-ms-properties", PathProperties.text(record.metadata))
        return reply
    }
}
