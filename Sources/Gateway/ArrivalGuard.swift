// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Closes a connection on which nothing arrives: a client that never ends its handshake, or says nothing after it.
///
/// It stands behind the TLS handler, so that what it sees is a client's own first word, and goes when it has come: from
/// then on the handlers of the protocol watch the connection.
package final class ArrivalGuard: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer

    private var deadline: Scheduled<Void>?

    package init() {}

    package func handlerAdded(context: ChannelHandlerContext) {
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: .seconds(GatewayLimits.arrivalSeconds)) {
            context.value.close(promise: nil)
        }
    }
    package func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        deadline = nil
    }
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        context.fireChannelRead(data)
        context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The region ends, and a connection that has not begun is not waited for.
        if event is ChannelShouldQuiesceEvent { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }
}
