// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
package import NIOCore
package import NIOHTTPTypes

/// Cuts off a client that neither sends what it announced nor takes what it asked for, or does so all too slowly.
///
/// It watches one connection (HTTP/1.1) or stream (HTTP/2) on its event loop: while a request is being received or an
/// answer being sent, `GatewayLimits.paceBytes` must move within `GatewayLimits.stalledSeconds`, or all that is left.
/// A byte now and then would hold the connection, its memory and its snapshot for ever.
package final class ProgressGuard: ChannelDuplexHandler, RemovableChannelHandler {
    package typealias InboundIn = HTTPRequestPart
    package typealias InboundOut = HTTPRequestPart
    package typealias OutboundIn = HTTPResponsePart
    package typealias OutboundOut = HTTPResponsePart

    private var receiving = false
    /// Written parts that the socket has not taken yet.
    private var unsent = 0
    private var moved = NIODeadline.uptimeNanoseconds(0)
    /// Bytes of a body that came since `moved`.
    private var arrived = 0
    /// Since when the region asks for no more, because it is busy with what came; nil while it waits for the client.
    private var pausedSince: NIODeadline?
    private var check: Scheduled<Void>?
    /// Of the connection that this is a stream of.
    private var connection: QuietGuard?

    package init() {}

    package func handlerAdded(context: ChannelHandlerContext) {
        hasMoved(context)
        schedule(context)
        if let own = try? context.pipeline.syncOperations.handler(type: QuietGuard.self) {
            own.speaksHTTP1()
        } else if let parent = context.channel.parent, parent.eventLoop.inEventLoop {
            connection = try? parent.pipeline.syncOperations.handler(type: QuietGuard.self)
            connection?.streamBegan()
        }
    }
    package func handlerRemoved(context: ChannelHandlerContext) {
        check?.cancel()
        check = nil
        connection?.streamEnded()
        connection = nil
    }

    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head:
            receiving = true
            hasMoved(context)
        case .body(let bytes):
            receiving = true
            arrived += bytes.readableBytes
            if arrived >= GatewayLimits.paceBytes { hasMoved(context) }
        case .end:
            receiving = false
            hasMoved(context)
        }
        context.fireChannelRead(data)
    }
    package func channelReadComplete(context: ChannelHandlerContext) {
        if pausedSince == nil { pausedSince = context.eventLoop.now }
        context.fireChannelReadComplete()
    }
    package func read(context: ChannelHandlerContext) {
        // A slow disk is not the client's fault: the time it took does not count.
        let now = context.eventLoop.now
        if let since = pausedSince { moved = min(now, moved + (now - since)) }
        pausedSince = nil
        context.read()
    }
    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            // A head is followed by more: it need not be watched by itself. `100 Continue` asks for the body.
            if head.status.kind != .informational { answers(context) }
            context.write(data, promise: promise)
        case .body(var bytes):
            answers(context)
            // In portions, so that a client that takes a long piece slowly is seen to take it.
            while bytes.readableBytes > GatewayLimits.portionBytes,
                let portion = bytes.readSlice(length: GatewayLimits.portionBytes)
            {
                watch(.body(portion), context, nil)
            }
            watch(.body(bytes), context, promise)
        case .end(let trailers):
            answers(context)
            watch(.end(trailers), context, promise)
        }
    }
    private func answers(_ context: ChannelHandlerContext) {
        if unsent == 0 { hasMoved(context) }
        // An answer before the request's end: what is still to come of it is not waited for.
        receiving = false
    }
    private func watch(_ part: HTTPResponsePart, _ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
        unsent += 1
        let sent = promise ?? context.eventLoop.makePromise()
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        sent.futureResult.whenComplete { _ in
            let (guardian, context) = bound.value
            guardian.unsent -= 1
            guardian.hasMoved(context)
        }
        context.write(wrapOutboundOut(part), promise: sent)
    }
    private func hasMoved(_ context: ChannelHandlerContext) {
        moved = context.eventLoop.now
        arrived = 0
    }

    private func schedule(_ context: ChannelHandlerContext) {
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        check = context.eventLoop.scheduleTask(in: .seconds(GatewayLimits.stalledSeconds / 3)) {
            let (guardian, context) = bound.value
            let stalled = context.eventLoop.now - guardian.moved > .seconds(GatewayLimits.stalledSeconds)
            let isAwaited = guardian.receiving && guardian.pausedSince == nil
            if stalled && (isAwaited || guardian.unsent > 0) {
                context.close(promise: nil)
            } else {
                guardian.schedule(context)
            }
        }
    }
}
