// SPDX-License-Identifier: Apache-2.0
import Gateway
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

/// A connection whose time is moved by hand.
@Suite struct ProgressGuardTests {
    private let loop: EmbeddedEventLoop
    private let channel: EmbeddedChannel

    init() throws {
        loop = EmbeddedEventLoop()
        channel = EmbeddedChannel(handler: ProgressGuard(), loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 443)).wait()
    }
    private func begin() throws {
        let head = HTTPRequest(method: .put, scheme: "https", authority: "a", path: "/")
        try channel.writeInbound(HTTPRequestPart.head(head))
        channel.read()
    }
    /// `asks` says whether the region asks for more behind it.
    private func send(_ count: Int, asks: Bool = true) throws {
        try channel.writeInbound(HTTPRequestPart.body(ByteBuffer(repeating: 1, count: count)))
        if asks { channel.read() }
    }

    @Test func `a body of a byte now and then is cut off`() throws {
        try begin()
        for _ in 0..<6 where channel.isActive {
            loop.advanceTime(by: .seconds(9))
            try send(1)
        }
        #expect(!channel.isActive)
    }
    @Test func `a slow body that moves is taken, and so is the rest of it however short`() throws {
        try begin()
        for _ in 0..<20 {
            loop.advanceTime(by: .seconds(20))
            try send(GatewayLimits.paceBytes)
        }
        try send(1)
        try channel.writeInbound(HTTPRequestPart.end(nil))
        loop.advanceTime(by: .seconds(300))
        #expect(channel.isActive)
    }
    @Test func `a client is not blamed for the time in which the region asks for no more`() throws {
        try begin()
        try send(1, asks: false)
        loop.advanceTime(by: .seconds(300))
        #expect(channel.isActive)
        channel.read()
        loop.advanceTime(by: .seconds(25))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(20))
        #expect(!channel.isActive)
    }
    @Test func `a long piece of an answer is seen to be taken in portions`() throws {
        try begin()
        try channel.writeInbound(HTTPRequestPart.end(nil))
        channel.write(HTTPResponsePart.head(HTTPResponse(status: .ok)), promise: nil)
        let whole = channel.eventLoop.makePromise(of: Void.self)
        channel.writeAndFlush(HTTPResponsePart.body(ByteBuffer(repeating: 7, count: 150_000)), promise: whole)
        try whole.futureResult.wait()
        var lengths: [Int] = []
        while let part = try channel.readOutbound(as: HTTPResponsePart.self) {
            if case .body(let bytes) = part { lengths.append(bytes.readableBytes) }
        }
        #expect(lengths == [65_536, 65_536, 18_928])
    }
    @Test func `an answer that nobody takes is cut off`() throws {
        try begin()
        try channel.writeInbound(HTTPRequestPart.end(nil))
        // Written and never flushed: what a socket that takes nothing looks like.
        channel.write(HTTPResponsePart.body(ByteBuffer(repeating: 7, count: 10)), promise: nil)
        loop.advanceTime(by: .seconds(45))
        #expect(!channel.isActive)
    }
    @Test func `who is told to go on is still waited for, and not for ever`() throws {
        try begin()
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: .continue)))
        loop.advanceTime(by: .seconds(25))
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(20))
        #expect(!channel.isActive)
    }
}
