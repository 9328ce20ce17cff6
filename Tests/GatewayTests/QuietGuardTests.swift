// SPDX-License-Identifier: Apache-2.0
import Gateway
import NIOCore
import NIOEmbedded
import Testing

/// Connections behind their TLS handler, whose time is moved by hand.
@Suite struct QuietGuardTests {
    private let loop = EmbeddedEventLoop()
    private let watch = QuietGuard()

    private func connect() throws -> EmbeddedChannel {
        let channel = EmbeddedChannel(handler: watch, loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 443)).wait()
        return channel
    }
    private func speak(_ channel: EmbeddedChannel) throws {
        try channel.writeInbound(ByteBuffer(string: "PRI"))
        #expect(try channel.readInbound(as: ByteBuffer.self) == ByteBuffer(string: "PRI"))
    }

    @Test func `a connection on which nothing comes is closed`() throws {
        let channel = try connect()
        loop.advanceTime(by: .seconds(31))
        #expect(!channel.isActive)
    }
    @Test func `a connection that speaks HTTP/1.1 is left to the handlers of the protocol`() throws {
        let channel = try connect()
        watch.speaksHTTP1()
        try speak(channel)
        loop.advanceTime(by: .seconds(1000))
        #expect(channel.isActive)
        #expect(throws: ChannelPipelineError.notFound) {
            try channel.pipeline.syncOperations.handler(type: QuietGuard.self)
        }
    }
    @Test func `an HTTP/2 connection that never opens a stream is closed, whatever else comes`() throws {
        let channel = try connect()
        for _ in 0..<20 where channel.isActive {
            try speak(channel)
            loop.advanceTime(by: .seconds(10))
        }
        #expect(!channel.isActive)
    }
    @Test func `an HTTP/2 connection is closed some time after its last stream, and not before`() throws {
        let channel = try connect()
        try speak(channel)
        watch.streamBegan()
        watch.streamBegan()
        loop.advanceTime(by: .seconds(1000))
        watch.streamEnded()
        loop.advanceTime(by: .seconds(1000))
        watch.streamEnded()
        loop.advanceTime(by: .seconds(GatewayLimits.quietSeconds - 1))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(2))
        #expect(!channel.isActive)
    }
    @Test func `a connection that has not begun does not keep the region from ending`() throws {
        let channel = try connect()
        channel.pipeline.fireUserInboundEventTriggered(ChannelShouldQuiesceEvent())
        #expect(!channel.isActive)
    }
}
