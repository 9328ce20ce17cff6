// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Hummingbird
import HummingbirdCore
import Kernel
import Logging
import Meters
import NIOCore
import NIOHTTPTypes

/// Keeps the client's address for the log, the ledger and signatures bound to an address.
struct GatewayContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel
    init(source: ApplicationRequestContextSource) {
        coreContext = .init(source: source)
        channel = source.channel
    }
}

/// One request in, one answer and one log line out.
struct Responder: HTTPResponder {
    typealias Context = GatewayContext
    let dispatcher: Dispatcher
    let world: World
    let logger: Logger
    let meters: Meters?

    func respond(to incoming: HummingbirdCore.Request, context: GatewayContext) async throws -> Response {
        let received = world.clock.now
        meters?.began()
        let body = BodySource(incoming, context.channel)
        var request: Kernel.Request?
        var answer: Answer
        let client = context.channel.remoteAddress?.ipAddress ?? ""
        do throws(ServiceError) {
            let made = try kernelRequest(incoming, body, from: client, received)
            request = made
            answer = await dispatcher.respond(to: made)
        } catch { answer = Answer(Reply(error.status), error: error) }
        Turn.current?.serve(answer.party)
        let id = request?.id ?? world.entropy.uuid()
        if let error = answer.error {
            answer.reply = ErrorBody.reply(
                error,
                form: answer.surface?.errorForm ?? .resourceManager,
                request: id,
                clientRequest: request?.headers[.clientRequestID],
                head: request?.method == .head,
                accept: request?.headers[.accept],
                at: received
            )
        }
        decorate(&answer, id, request, received)
        answer.crossOrigin?.decorate(&answer.reply.headers)
        log(answer, id, request, received, from: client)
        measure(answer, body, received)
        return response(answer, id)
    }

    /// The answer to bytes that are no request, with its line in the log; nil when the error is another.
    func refusal(of error: any Error, client: String) -> RefusalGuard.Refusal? {
        guard let error = MalformedRequest.fault(error) else { return nil }
        let received = world.clock.now
        let id = world.entropy.uuid()
        var answer = Answer(Reply(error.status), error: error)
        answer.reply = ErrorBody.reply(
            error,
            form: .resourceManager,
            request: id,
            clientRequest: nil,
            head: false,
            at: received
        )
        decorate(&answer, id, nil, received)
        log(answer, id, nil, received, from: client)
        meters?.refused(status: error.status)
        guard case .bytes(let bytes) = answer.reply.content else { return nil }
        answer.reply.headers[.connection] = "close"
        answer.reply.headers[.contentLength] = String(bytes.count)
        let head = HTTPResponse(status: .init(code: error.status), headerFields: answer.reply.headers)
        return RefusalGuard.Refusal(head: head, body: bytes)
    }

    // MARK: In

    private func kernelRequest(
        _ incoming: HummingbirdCore.Request,
        _ body: BodySource,
        from client: String,
        _ received: Timestamp
    ) throws(ServiceError) -> Kernel.Request {
        let target = incoming.head.path ?? "/"
        guard target.utf8.count <= GatewayLimits.targetMax, target.hasPrefix("/"),
            let (host, port) = incoming.head.authority.map(Self.split), !host.isEmpty
        else { throw .badRequest("InvalidUri", "The request's target or host is malformed or too long.") }
        try Self.checkHost(incoming)
        let mark = target.utf8.firstIndex(of: UInt8(ascii: "?")) ?? target.endIndex
        // Without a declared length the body is read to its end; what must know the length refuses (411).
        let length = incoming.headers[.contentLength].flatMap { Int64($0) }
        return Kernel.Request(
            method: incoming.method,
            host: host,
            port: port,
            path: String(target[..<mark]),
            query: Query(String(target[mark...].dropFirst())),
            headers: incoming.headers,
            remoteAddress: client,
            body: Body(length: length) { () async throws(ServiceError) in try await body.next() },
            id: world.entropy.uuid(),
            received: received
        )
    }
    /// RFC 9112 §3.2: a request with several Host fields is refused, for which of them a client means nobody knows.
    ///
    /// The first one of HTTP/1.1 is the authority and no field any more. HTTP/2 may bring one beside its authority that
    /// says the same (RFC 9113 §8.3.1); its scheme is the client's own, which over TLS is not `http`.
    private static func checkHost(_ incoming: HummingbirdCore.Request) throws(ServiceError) {
        let further = incoming.headers[values: .named("Host")]
        guard !further.isEmpty else { return }
        let isRepeated = incoming.head.scheme != "http" && further.allSatisfy { $0 == incoming.head.authority }
        guard !isRepeated else { return }
        throw .badRequest("InvalidHeaderValue", "The request has more than one Host header field.")
    }
    private static func split(_ authority: String) -> (host: String, port: Int?) {
        let lower = authority.lowercased()
        if lower.hasPrefix("["), let end = lower.firstIndex(of: "]") {
            return (String(lower[...end]), Int(lower[lower.index(after: end)...].dropFirst()))
        }
        guard let colon = lower.utf8.firstIndex(of: UInt8(ascii: ":")) else { return (lower, nil) }
        return (String(lower[..<colon]), Int(lower[lower.index(after: colon)...]))
    }

    // MARK: Out

    private func decorate(_ answer: inout Answer, _ id: UUID, _ request: Kernel.Request?, _ received: Timestamp) {
        answer.reply.headers[.requestID] = id.lowercaseText
        answer.reply.headers[.date] = received.httpDate
        answer.reply.headers[.strictTransportSecurity] = "max-age=31536000; includeSubDomains"
        answer.reply.headers[.xContentTypeOptions] = "nosniff"
        switch answer.surface?.errorForm {
        case .resourceManager:
            answer.reply.set(
                "x-ms-correlation-request-id",
                Self.echoed(request?.header("x-ms-correlation-request-id")) ?? id.lowercaseText
            )
            answer.reply.headers[.cacheControl] = "no-cache"
        case .graph: answer.reply.set("request-id", id.lowercaseText)
        case .token: answer.reply.headers[.cacheControl] = answer.reply.headers[.cacheControl] ?? "no-store"
        case .storage, .table, .dataLake:
            if answer.error != nil { answer.reply.set("x-ms-version", answer.version) }
        case .page, .registry, nil: break
        }
        // Asked for by x-ms-return-client-request-id in ARM; storage echoes it always, up to 1 KiB (REST "Common
        // request headers").
        if let client = Self.echoed(request?.headers[.clientRequestID]) {
            answer.reply.headers[.clientRequestID] = client
        }
    }
    /// Only what is short and plain is echoed.
    private static func echoed(_ text: String?) -> String? {
        text.flatMap { $0.utf8.count <= 1024 && $0.utf8.allSatisfy { (0x20...0x7E).contains($0) } ? $0 : nil }
    }

    private func response(_ answer: Answer, _ id: UUID) -> Response {
        let reply = answer.reply
        let status = HTTPResponse.Status(code: reply.status)
        switch reply.content {
        case .none: return Response(status: status, headers: reply.headers, body: .init())
        case .bytes(let bytes):
            return Response(status: status, headers: reply.headers, body: Self.body(bytes))
        case .length(let length):
            var headers = reply.headers
            headers[.contentLength] = String(length)
            return Response(status: status, headers: headers, body: .init())
        case .stream(let stream):
            let body = ResponseBody(contentLength: stream.length.map { Int($0) }) { writer in
                while let piece = try await next(of: stream, id) {
                    if stream.weight == nil { meters?.sent(piece.count, surface: answer.surface?.rawValue ?? "-") }
                    for portion in Self.portions(of: piece) { try await writer.write(portion) }
                }
                try await writer.finish(nil)
            }
            return Response(status: status, headers: reply.headers, body: body)
        }
    }

    private static func body(_ bytes: [UInt8]) -> ResponseBody {
        guard bytes.count > portionBytes else { return ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)) }
        return ResponseBody(contentLength: bytes.count) { writer in
            for portion in portions(of: bytes) { try await writer.write(portion) }
            try await writer.finish(nil)
        }
    }
    /// A part of a body in portions, each to be written once the one before is on its way.
    ///
    /// TLS keeps for each connection, for as long as it is open, a buffer as large as the largest portion it was given.
    private static func portions(of bytes: [UInt8]) -> some Sequence<ByteBuffer> {
        var buffer = ByteBuffer(bytes: bytes)
        return AnyIterator {
            buffer.readableBytes == 0 ? nil : buffer.readSlice(length: min(buffer.readableBytes, portionBytes))
        }
    }
    /// Long enough to be worth its system call.
    private static let portionBytes = 128 << 10

    /// The next piece of an answer whose head is gone.
    ///
    /// One that cannot be read cuts the answer off, which tells the client that it is not whole; why, only the log can
    /// tell.
    private func next(of stream: Reply.Stream, _ id: UUID) async throws(ServiceError) -> [UInt8]? {
        do throws(ServiceError) { return try await stream.next() } catch {
            let detail = String(error.detail.map { $0.isNewline ? " " : $0 })
            logger.error("request=\(id.lowercaseText) answer=cut code=\(error.code) detail=\"\(detail)\"")
            meters?.cut()
            throw error
        }
    }

    private func measure(_ answer: Answer, _ body: BodySource, _ received: Timestamp) {
        meters?
            .answered(
                surface: answer.surface?.rawValue ?? "-",
                operation: answer.operation,
                status: answer.reply.status,
                isThrottled: answer.error?.code == "ServerBusy" || answer.reply.status == 429,
                microseconds: world.clock.now.microseconds - received.microseconds,
                received: body.bytes,
                sent: answer.reply.content.bytesSent
            )
    }

    /// The access log: one line for each request, without query (it may hold a signature) and without secrets.
    ///
    /// Written as one text of `name=value`: sorting and printing a dictionary for each request costs more than
    /// answering a small read.
    private func log(
        _ answer: Answer,
        _ id: UUID,
        _ request: Kernel.Request?,
        _ received: Timestamp,
        from client: String
    ) {
        let level: Logger.Level = AccessLog.isFailure(status: answer.reply.status) ? .error : .info
        guard level >= logger.logLevel else { return }
        var line = ""
        line.reserveCapacity(512)
        line += "request=\(id.lowercaseText) status=\(answer.reply.status) operation=\(answer.operation)"
        line += " caller=\(answer.caller) microseconds=\(world.clock.now.microseconds - received.microseconds)"
        if let request {
            line += " method=\(request.method.rawValue) host=\(request.host) path=\(request.path.prefix(512))"
        }
        line += " client=\(client)"
        if let client = Self.echoed(request?.headers[.clientRequestID]) { line += " clientRequest=\"\(client)\"" }
        if let error = answer.error {
            line += " code=\(error.code)"
            // One line is one request, whatever a detail quotes.
            let detail = error.detail.map { $0.isNewline ? " " : $0 }
            if !detail.isEmpty { line += " detail=\"\(String(detail))\"" }
        }
        logger.log(level: level, "\(line)")
    }
}

/// A request's body as the kernel reads it.
///
/// One reader at a time, by the contract of `Body`.
private final class BodySource: @unchecked Sendable {
    // No lock: `Body` is read once, by the one task that serves the request.
    private var iterator: RequestBody.AsyncIterator
    /// How many bytes were read.
    private(set) var bytes = 0
    /// Where the client is told to go on, until it was told.
    private var waiting: (any Channel)?

    init(_ request: HummingbirdCore.Request, _ channel: any Channel) {
        iterator = request.body.makeAsyncIterator()
        // RFC 9110 §10.1.1: such a client sends its body when it hears that it is wanted, and not where it is refused.
        if request.headers[.expect]?.lowercased() == "100-continue" { waiting = channel }
    }

    func next() async throws(ServiceError) -> [UInt8]? {
        do {
            if let channel = waiting {
                waiting = nil
                try await channel.writeAndFlush(HTTPResponsePart.head(HTTPResponse(status: .continue))).get()
            }
            guard let buffer = try await iterator.next() else { return nil }
            bytes += buffer.readableBytes
            return Array(buffer.readableBytesView)
        } catch {
            throw ServiceError(
                400,
                "RequestBodyIncomplete",
                "The request body ended early, or came too slowly. Nothing was changed.",
                detail: "\(error)"
            )
        }
    }
}

extension HTTPField.Name {
    static let xContentTypeOptions = HTTPField.Name.named("X-Content-Type-Options")
    static let requestID = HTTPField.Name.named("x-ms-request-id")
    static let clientRequestID = HTTPField.Name.named("x-ms-client-request-id")
    /// A field name known to be one.
    static func named(_ text: String) -> HTTPField.Name {
        guard let name = HTTPField.Name(text) else { preconditionFailure("\(text) is no field name") }
        return name
    }
}
