// SPDX-License-Identifier: Apache-2.0
import Gateway
import HTTPTypes
import NIOCore
import NIOEmbedded
import NIOHTTPTypes
import Testing

/// A connection behind a parser that fails when the test says so.
@Suite struct RefusalGuardTests {
    private struct Unreadable: Error {}
    private struct Other: Error {}
    private let loop = EmbeddedEventLoop()
    private let channel: EmbeddedChannel

    init() throws {
        let guardian = RefusalGuard { error, _ in
            error is Unreadable ? .init(head: HTTPResponse(status: .badRequest), body: Array("why".utf8)) : nil
        }
        channel = EmbeddedChannel(handler: guardian, loop: loop)
        try channel.connect(to: SocketAddress(ipAddress: "192.0.2.1", port: 443)).wait()
    }
    private func ask(whole: Bool = true) throws {
        try channel.writeInbound(
            HTTPRequestPart.head(HTTPRequest(method: .put, scheme: "http", authority: "a", path: "/"))
        )
        if whole { try channel.writeInbound(HTTPRequestPart.end(nil)) }
    }
    private func answer(_ status: HTTPResponse.Status) throws {
        try channel.writeOutbound(HTTPResponsePart.head(HTTPResponse(status: status)))
        try channel.writeOutbound(HTTPResponsePart.end(nil))
    }
    private func sent() throws -> [String] {
        var all: [String] = []
        while let part = try channel.readOutbound(as: HTTPResponsePart.self) {
            switch part {
            case .head(let head): all.append(String(head.status.code))
            case .body(let bytes): all.append(String(buffer: bytes))
            case .end: all.append("end")
            }
        }
        return all
    }
    /// Fails the parser; what passes on comes out as an error of the pipeline.
    private func fail(_ error: any Error) throws {
        channel.pipeline.fireErrorCaught(error)
        try channel.throwIfErrorCaught()
    }

    @Test func `what is no request is answered with the reason, and the connection ends a little later`() throws {
        try fail(Unreadable())
        #expect(try sent() == ["400", "why", "end"])
        #expect(channel.isActive)
        loop.advanceTime(by: .seconds(10))
        #expect(!channel.isActive)
    }
    @Test func `what came before is answered first, and nothing is answered after`() throws {
        try ask()
        #expect(throws: Unreadable.self) { try fail(Unreadable()) }
        #expect(try sent() == [])
        try answer(.ok)
        #expect(try sent() == ["200", "end", "400", "why", "end"])
        #expect(throws: (any Error).self) { try answer(.badRequest) }
        #expect(try sent() == [])
    }
    @Test func `a request whose body cannot be read has its own answer only`() throws {
        try ask(whole: false)
        #expect(throws: Unreadable.self) { try fail(Unreadable()) }
        try answer(.forbidden)
        #expect(throws: (any Error).self) { try answer(.badRequest) }
        #expect(try sent() == ["403", "end"])
    }
    @Test func `errors that are no request's pass, and the connection goes on`() throws {
        #expect(throws: Other.self) { try fail(Other()) }
        try ask()
        try answer(.ok)
        #expect(try sent() == ["200", "end"])
        loop.advanceTime(by: .seconds(10))
        #expect(channel.isActive)
    }
}
