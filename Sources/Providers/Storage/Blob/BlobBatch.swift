// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Markup

/// Blob Batch: deletions, or changes of tier, each of which is a request of its own.
extension StorageProvider {
    static var batchOperations: [Row] {
        let proof = Proof.none(because: "SDKs only: ContainerClient.delete_blobs")
        return [
            // What a batch carries is authorized by itself; the batch opens nothing but the blobs' existence.
            .relays(
                "blobService.batch",
                .blob,
                Route(.post, "/", query: ["comp": "batch"]),
                .data(BlobAction.read),
                bodyMax: BatchBody.bytesMax,
                proof: proof,
                batch
            ),
            .relays(
                "container.batch",
                .blob,
                Route(.post, "/{container}", query: ["restype": "container", "comp": "batch"]),
                .data(BlobAction.read),
                bodyMax: BatchBody.bytesMax,
                proof: proof,
                batch
            ),
        ]
    }

    /// What a batch may carry; all of its parts are of one kind.
    private static let batchKinds: [Set<String>] = [
        ["blob.delete", "root.blob.delete", "blob.deleteVersion", "root.blob.deleteVersion"],
        ["blob.setTier", "root.blob.setTier"],
    ]
    /// Parts of one batch that run at the same time: their commits share syncs.
    private static let partsAtOnce = 16

    /// Blob Batch (`POST /?comp=batch`, `POST /{container}?restype=container&comp=batch`).
    func batch(_ call: Call, _ scope: ReadScope, _ relay: Relay) async throws(ServiceError) -> Reply {
        let blob = try await open(call, scope)
        if blob.target.container != nil { _ = try await blob.container(scope) }
        let body = try checked { () throws(StorageFault) in
            try BatchBody(call.body, contentType: blob.headers[.contentType])
        }
        let operations = try Self.kind(of: body.parts)
        try check(body.parts, blob)
        var answers = [[UInt8]?](repeating: nil, count: body.parts.count)
        await withTaskGroup(of: (Int, [UInt8]).self) { group in
            var next = 0
            func add() {
                guard next < body.parts.count else { return }
                let (number, part) = (next, body.parts[next])
                next += 1
                group.addTask {
                    let (answer, request) = await relay.ask(
                        part.method,
                        part.path,
                        part.query,
                        part.headers,
                        operations: operations
                    )
                    return (number, BatchAnswer.part(answer, to: request, part, version: blob.version))
                }
            }
            for _ in 0..<Self.partsAtOnce { add() }
            while let (number, answer) = await group.next() {
                answers[number] = answer
                add()
            }
        }
        let boundary = "batchresponse_\(scope.entropy.uuid().lowercaseText)"
        return blob.reply(
            202,
            ["Content-Type": "multipart/mixed; boundary=\(boundary)"],
            content: .bytes(BatchAnswer.body(answers.compactMap { $0 }, boundary: boundary))
        )
    }

    /// The operations parts may ask for: those of the first one's kind.
    private static func kind(of parts: [BatchBody.Part]) throws(ServiceError) -> Set<String> {
        func index(_ part: BatchBody.Part) -> Int? {
            let comp = Query(part.query)["comp"]?.lowercased()
            if part.method == .delete, comp == nil { return 0 }
            return part.method == .put && comp == "tier" ? 1 : nil
        }
        guard let first = parts.first, let kind = index(first) else {
            throw ServiceError(.invalidInput("a batch carries Delete Blob or Set Blob Tier, and nothing else."))
        }
        guard parts.allSatisfy({ index($0) == kind }) else {
            throw ServiceError(.invalidInput("all requests of a batch are of one kind."))
        }
        return batchKinds[kind]
    }
    /// Parts name blobs of the account, and of the container where the batch is a container's.
    private func check(_ parts: [BatchBody.Part], _ blob: BlobCall) throws(ServiceError) {
        let host = hostAccount(blob.call.request)
        for part in parts {
            let target = part.query.isEmpty ? part.path : part.path + "?" + part.query
            let named = try checked { () throws(StorageFault) in
                try BlobTarget(
                    head: try RequestHead(method: part.method, target: target, headers: part.headers),
                    host: host
                )
            }
            guard named.account == blob.target.account, named.blob != nil,
                blob.target.container == nil || named.container == blob.target.container
            else { throw ServiceError(.invalidInput("a request of the batch names no blob of the batch's address.")) }
        }
    }
}

/// The answers to the parts of a batch, written as `multipart/mixed` of `application/http` (REST "Blob Batch").
private enum BatchAnswer {
    static func part(_ answer: Answer, to request: Request, _ part: BatchBody.Part, version: ServiceVersion) -> [UInt8]
    {
        var (reply, body) = (answer.reply, [UInt8]())
        if let error = answer.error {
            body = xml(error, request)
            reply.set("x-ms-error-code", error.code)
            reply.set("Content-Type", "application/xml")
        }
        reply.set("x-ms-request-id", request.id.lowercaseText)
        reply.set("x-ms-version", version.text)
        reply.headers[.contentLength] = String(body.count)
        var text = "Content-Type: application/http\r\n"
        if let id = part.contentID { text += "Content-ID: \(id)\r\n" }
        text += "\r\nHTTP/1.1 \(reply.status) \(StatusLine.phrase(reply.status))\r\n"
        for field in reply.headers { text += "\(field.name.rawName): \(field.value)\r\n" }
        return Array((text + "\r\n").utf8) + body
    }
    /// Blob service REST, "Status and error codes".
    private static func xml(_ error: ServiceError, _ request: Request) -> [UInt8] {
        var writer = XMLWriter()
        writer.open("Error")
        writer.leaf("Code", error.code)
        let trailer = "\nRequestId:\(request.id.lowercaseText)\nTime:\(request.received.iso8601)"
        writer.leaf("Message", error.message + trailer)
        for fact in error.facts { writer.leaf(fact.name, fact.value) }
        writer.close()
        return (try? writer.finish()) ?? []
    }
    static func body(_ parts: [[UInt8]], boundary: String) -> [UInt8] {
        var bytes: [UInt8] = []
        for part in parts { bytes += Array("--\(boundary)\r\n".utf8) + part + Array("\r\n".utf8) }
        return bytes + Array("--\(boundary)--\r\n".utf8)
    }
}
