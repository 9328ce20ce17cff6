// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Identity
import Kernel
import Testing

@Suite struct DeviceGrantTests {
    private let client = UUID(uuid: (1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1))
    private let stranger = UUID(uuid: (2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2, 2))
    private let start = Timestamp(seconds: 1_800_000_000)
    private var approval: DeviceGrant.Approval {
        DeviceGrant.Approval(tenant: TenantID(client), user: PrincipalID(stranger), credentialStamp: 3)
    }
    private func grant() throws -> DeviceGrant {
        DeviceGrant(
            client: client,
            tenant: nil,
            scope: try RequestedScope(scope: "User.Read"),
            userCode: "BCDFGHJKL",
            expires: start + .seconds(900)
        )
    }

    @Test func `it is pending until a person approves it, then approved, then used up`() throws {
        let begun = try grant()
        #expect(begun.poll(by: client, at: start) == .pending)
        #expect(begun.redeemed(by: client, at: start) == nil)
        let approved = try #require(begun.approved(approval, at: start))
        #expect(approved.poll(by: client, at: start) == .approved(approval))
        let redeemed = try #require(approved.redeemed(by: client, at: start))
        #expect(redeemed.approval == approval)
        #expect(redeemed.grant.poll(by: client, at: start) == .redeemed)
        #expect(redeemed.grant.redeemed(by: client, at: start) == nil)
        #expect(redeemed.grant.approved(approval, at: start) == nil)
    }

    @Test func `nobody approves it twice or late`() throws {
        let approved = try #require(try grant().approved(approval, at: start))
        #expect(approved.approved(approval, at: start) == nil)
        #expect(try grant().approved(approval, at: start + .seconds(900)) == nil)
    }

    @Test func `it dies after a quarter of an hour, and a replay stays a replay`() throws {
        let late = start + .seconds(900)
        let approved = try #require(try grant().approved(approval, at: start))
        #expect(try grant().poll(by: client, at: late) == .expired)
        #expect(approved.poll(by: client, at: late) == .expired)
        #expect(approved.redeemed(by: client, at: late) == nil)
        #expect(try #require(approved.redeemed(by: client, at: start)).grant.poll(by: client, at: late) == .redeemed)
    }

    @Test func `another client learns nothing of it`() throws {
        let approved = try #require(try grant().approved(approval, at: start))
        #expect(approved.poll(by: stranger, at: start) == .foreign)
        #expect(approved.redeemed(by: stranger, at: start) == nil)
    }

    @Test func `codes are typed in any case, with blanks and dashes`() {
        #expect(DeviceGrant.canonical(userCode: " bcd-fgh jkl ") == "BCDFGHJKL")
        let code = DeviceGrant.userCode(SystemEntropy())
        #expect(code.count == 9)
        #expect(DeviceGrant.canonical(userCode: code.lowercased()) == code)
    }

    @Test func `it is read back as it was stored`() throws {
        let approved = try #require(try grant().approved(approval, at: start))
        #expect(try DeviceGrant(storedBody: approved.storedBody()[...], format: 1) == approved)
    }
}

@Suite struct SignInAttemptsTests {
    private let start = Timestamp(seconds: 1_800_000_000)

    @Test func `ten wrong passwords in a row close the account for a minute`() {
        var attempts = SignInAttempts()
        for count in 1...9 {
            attempts = attempts.afterFailure(at: start)
            #expect(!attempts.isLocked(at: start), "after \(count)")
        }
        attempts = attempts.afterFailure(at: start)
        #expect(attempts.isLocked(at: start))
        #expect(attempts.isLocked(at: start + .seconds(59)))
        #expect(!attempts.isLocked(at: start + .seconds(60)))
        #expect(!attempts.afterFailure(at: start + .seconds(61)).isLocked(at: start + .seconds(61)))
    }

    @Test func `wrong passwords are forgotten after a quiet hour`() {
        var attempts = SignInAttempts()
        for _ in 1...9 { attempts = attempts.afterFailure(at: start) }
        let later = start + .seconds(3_601)
        #expect(!attempts.afterFailure(at: later).isLocked(at: later))
    }
}
