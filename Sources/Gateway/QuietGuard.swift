// SPDX-License-Identifier: Apache-2.0
package import NIOCore

/// Closes a connection on which nothing goes on: one that never ends its handshake, says nothing after it, or, over HTTP/2,
/// has had no stream for long.
///
/// It stands behind the TLS handler, so that what it sees is a client's own first word. Over HTTP/1.1 it goes when that has
/// come: from then on the handlers of the protocol watch the connection. An idle HTTP/2 connection these only ask to end,
/// and wait without end for the client's answer.
package final class QuietGuard: ChannelInboundHandler, RemovableChannelHandler {
    package typealias InboundIn = ByteBuffer
    package typealias InboundOut = ByteBuffer

    private var context: ChannelHandlerContext?
    private var deadline: Scheduled<Void>?
    private var hasArrived = false
    /// Whether the handlers of the protocol watch the whole connection.
    private var isWatched = false
    private var streams = 0

    package init() {}

    /// The connection speaks HTTP/1.1.
    package func speaksHTTP1() { isWatched = true }
    /// A stream of the connection began.
    package func streamBegan() {
        streams += 1
        deadline?.cancel()
    }
    /// A stream of the connection is over.
    package func streamEnded() {
        streams -= 1
        if streams == 0 { wait(GatewayLimits.quietSeconds) }
    }

    package func handlerAdded(context: ChannelHandlerContext) {
        self.context = context
        wait(GatewayLimits.arrivalSeconds)
    }
    package func handlerRemoved(context: ChannelHandlerContext) {
        deadline?.cancel()
        self.context = nil
    }
    package func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let isFirst = !hasArrived
        hasArrived = true
        if isFirst { wait(GatewayLimits.quietSeconds) }
        context.fireChannelRead(data)
        if isFirst, isWatched { context.pipeline.syncOperations.removeHandler(context: context, promise: nil) }
    }
    package func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // The region ends, and a connection that has not begun is not waited for.
        if event is ChannelShouldQuiesceEvent, !hasArrived { return context.close(promise: nil) }
        context.fireUserInboundEventTriggered(event)
    }

    private func wait(_ seconds: Int64) {
        deadline?.cancel()
        guard let context else { return }
        let bound = NIOLoopBound(context, eventLoop: context.eventLoop)
        deadline = context.eventLoop.scheduleTask(in: .seconds(seconds)) { bound.value.close(promise: nil) }
    }
}
