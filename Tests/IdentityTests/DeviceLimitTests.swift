// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Identity
import Kernel
import Testing

@Suite struct DeviceLimitTests {
    /// As many as one address may begin.
    private static let each = 100

    private func begin(_ desk: Desk, from address: String) async -> Answer {
        await desk.send(
            .post,
            "https://login.lazuli.localhost/organizations/oauth2/v2.0/devicecode",
            body: Array("client_id=\(Desk.azureCLI)&scope=openid".utf8),
            from: address
        )
    }

    @Test func `one address begins so many device sign-ins at a time, and others are not kept from theirs`()
        async throws
    {
        let desk = try await Desk.open()
        for _ in 0..<Self.each { #expect(await begin(desk, from: "192.0.2.1").status == 200) }
        let refused = await begin(desk, from: "192.0.2.1")
        #expect(refused.error?.status == 429)
        #expect(refused.error?.code == "temporarily_unavailable")
        #expect(refused.number == 90_055)
        #expect(refused.error?.headers[.retryAfter] == "60")
        // The same address, as a socket for both families reports it.
        #expect(await begin(desk, from: "::ffff:192.0.2.1").error?.status == 429)
        #expect(await begin(desk, from: "192.0.2.2").status == 200)
        // What has expired counts no more, removed or not.
        desk.clock.pass(.seconds(899))
        #expect(await begin(desk, from: "192.0.2.1").error?.status == 429)
        desk.clock.pass(.seconds(1))
        for _ in 0..<Self.each { #expect(await begin(desk, from: "192.0.2.1").status == 200) }
        #expect(await begin(desk, from: "192.0.2.1").error?.status == 429)
    }

    @Test func `the addresses of one IPv6 network count as one`() async throws {
        let desk = try await Desk.open()
        for number in 0..<Self.each {
            #expect(await begin(desk, from: "2001:db8:0:1::\(String(number, radix: 16))").status == 200)
        }
        #expect(await begin(desk, from: "2001:db8:0:1:ffff::1").error?.status == 429)
        #expect(await begin(desk, from: "2001:db8:0:2::1").status == 200)
    }
}
