// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// Writes the answer to an entity group transaction: each request's own answer, or the one that failed.
///
/// The answer to a query is a part of the batch itself, in no change set.
struct BatchReply {
    private let batch: String
    /// The boundary the answers lie between: the change set's, or the batch's own.
    private let inner: String
    private(set) var bytes: [UInt8] = []

    init(_ id: UUID, isQuery: Bool) {
        batch = "batchresponse_\(id.lowercaseText)"
        inner = isQuery ? batch : "changesetresponse_\(id.lowercaseText)"
        guard !isQuery else { return }
        line("--\(batch)")
        line("Content-Type: multipart/mixed; boundary=\(inner)")
        line("")
    }
    var contentType: String { "multipart/mixed; boundary=\(batch)" }

    private mutating func line(_ text: String) { bytes += Array((text + "\r\n").utf8) }
    /// Adds one answer.
    mutating func append(_ reply: Reply) {
        line("--\(inner)")
        line("Content-Type: application/http")
        line("Content-Transfer-Encoding: binary")
        line("")
        line("HTTP/1.1 \(reply.status) \(StatusLine.phrase(reply.status))")
        line("X-Content-Type-Options: nosniff")
        line("DataServiceVersion: 3.0;")
        for field in reply.headers where field.name != StorageHeader.version {
            line("\(field.name.rawName): \(field.value)")
        }
        line("")
        if case .bytes(let body) = reply.content { bytes += body }
        line("")
    }
    /// Adds the refusal that undoes them all; the text begins with the number of the request it is about.
    mutating func append(_ error: ServiceError, at index: Int, request: UUID, time: Timestamp) {
        let facts = error.facts.map { "\n\($0.name): \($0.value)" }.joined()
        let message = "\(index):\(error.message)\(facts)\nRequestId:\(request.lowercaseText)\nTime:\(time.iso8601)"
        let body: JSON = [
            "odata.error": ["code": .string(error.code), "message": ["lang": "en-US", "value": .string(message)]]
        ]
        var reply = Reply(error.status, content: .bytes(body.bytes))
        reply.headers[.contentType] = MetadataLevel.minimal.contentType
        append(reply)
    }
    mutating func finish() {
        line("--\(inner)--")
        if inner != batch { line("--\(batch)--") }
    }
}
