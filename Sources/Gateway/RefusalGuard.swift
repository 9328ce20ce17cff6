// SPDX-License-Identifier: Apache-2.0
package import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Answers what cannot be read as HTTP/1.1 as any other request is answered: with a body that says why, a request id and
/// a line in the log.
///
/// Nothing behind such bytes can be read, so the connection ends with the answer. A request that was complete before
/// them is answered first; one that they are part of gets its own answer.
package final class RefusalGuard: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart
    /// The answer to an error, for the client at an address; nil for errors that are no request's.
    package typealias Refuse = @Sendable (any Error, _ client: String) -> Refusal?

    /// One whole answer.
    package struct Refusal: Sendable {
        let head: HTTPResponse
        let body: [UInt8]
        package init(head: HTTPResponse, body: [UInt8]) {
            self.head = head
            self.body = body
        }
    }
    private let refuse: Refuse
    /// Requests whose answers have not ended.
    private var unanswered = 0
    private var receiving = false
    private enum State {
        case reading
        /// Nothing more can be read; the last answer is the refusal, or nil when that of the request is.
        case ending(Refusal?)
        case ended
    }
    private var state = State.reading

    package init(_ refuse: @escaping Refuse) { self.refuse = refuse }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            unanswered += 1
            receiving = true
        case .body: break
        case .end: receiving = false
        }
        context.fireChannelRead(data)
    }
    package func errorCaught(context: ChannelHandlerContext, error: any Error) {
        // A stream of HTTP/2 knows its address as a channel; asked through the handler it would end the process.
        guard case .reading = state, let refusal = refuse(error, context.channel.remoteAddress?.ipAddress ?? "") else {
            return context.fireErrorCaught(error)
        }
        state = .ending(receiving ? nil : refusal)
        guard unanswered > 0 else { return end(context) }
        context.fireErrorCaught(error)
    }
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .ended = state {
            promise?.fail(ChannelError.outputClosed)
            return
        }
        context.write(data, promise: promise)
        guard case .end = unwrapOutboundIn(data) else { return }
        unanswered -= 1
        if case .ending = state, unanswered == 0 { end(context) }
    }

    private func end(_ context: ChannelHandlerContext) {
        if case .ending(let refusal?) = state {
            context.write(wrapOutboundOut(.head(refusal.head)), promise: nil)
            context.write(wrapOutboundOut(.body(ByteBuffer(bytes: refusal.body))), promise: nil)
            context.write(wrapOutboundOut(.end(nil)), promise: nil)
        }
        state = .ended
        context.flush()
        // A client that is still sending reads the answer before it finds the connection closed.
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        context.eventLoop.scheduleTask(in: .seconds(GatewayLimits.lingerSeconds)) { bound.value.close(promise: nil) }
    }
}
