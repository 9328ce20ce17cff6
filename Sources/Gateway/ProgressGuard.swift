// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Cuts off a client that neither sends what it announced nor takes what it asked for.
///
/// It watches one connection (HTTP/1.1) or stream (HTTP/2) on its event loop: bytes must move within
/// `GatewayLimits.stalledSeconds` while a request is being received or an answer being sent.
final class ProgressGuard: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private var receiving = false
    /// Written parts that the socket has not taken yet.
    private var unsent = 0
    private var moved = NIODeadline.now()
    private var check: Scheduled<Void>?

    func handlerAdded(context: ChannelHandlerContext) { schedule(context) }
    func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        moved = .now()
        switch unwrapInboundIn(data) {
        case .head, .body: receiving = true
        case .end: receiving = false
        }
        context.fireChannelRead(data)
    }
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if unsent == 0 { moved = .now() }
        // An answer before the request's end: what is still to come of it is not waited for.
        receiving = false
        // A head is followed by more: it need not be watched by itself.
        if case .head = unwrapOutboundIn(data) { return context.write(data, promise: promise) }
        unsent += 1
        let sent = promise ?? context.eventLoop.makePromise()
        let guardian = NIOLoopBound(self, eventLoop: context.eventLoop)
        sent.futureResult.whenComplete { _ in
            guardian.value.unsent -= 1
            guardian.value.moved = .now()
        }
        context.write(data, promise: sent)
    }

    private func schedule(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleTask(in: .seconds(GatewayLimits.stalledSeconds / 3)) {
            let (guardian, context) = bound.value
            let stalled = NIODeadline.now() - guardian.moved > .seconds(GatewayLimits.stalledSeconds)
            if stalled && (guardian.receiving || guardian.unsent > 0) {
                context.close(promise: nil)
            } else {
                guardian.schedule(context)
            }
        }
    }
}
