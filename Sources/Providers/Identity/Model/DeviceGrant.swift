// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials
import Kernel
import Store

/// A sign-in on another device (RFC 8628), as a state machine without IO.
///
/// It begins pending, is approved once by a person who signs in, and is redeemed once by the client that began it. It
/// dies a quarter of an hour after it began in whatever state it is.
package struct DeviceGrant: Stored, Codable, Hashable {
    /// Who approved it.
    package struct Approval: Codable, Hashable, Sendable {
        package var tenant: TenantID
        package var user: PrincipalID
        /// The user's credential stamp then: a password change in between undoes the approval.
        package var credentialStamp: Int64
        /// Joins the parts.
        package init(tenant: TenantID, user: PrincipalID, credentialStamp: Int64) {
            self.tenant = tenant
            self.user = user
            self.credentialStamp = credentialStamp
        }
    }
    /// Where the sign-in stands.
    package enum State: Codable, Hashable, Sendable {
        case pending
        case approved(Approval)
        case redeemed
    }
    /// What a poll finds out.
    package enum Poll: Hashable { case pending, approved(Approval), redeemed, expired, foreign }

    /// The client that began it.
    package var client: UUID
    /// The tenant the client's address named; nil when it left that to the user.
    package var tenant: TenantID?
    /// What the client asked for when it began.
    package var scope: RequestedScope
    /// What the person types.
    package var userCode: String
    /// When it dies.
    package var expires: Timestamp
    package var state = State.pending
    /// Where the client's request came from (`IPAddressText.network`); nil in grants of an earlier release.
    package var network: String?

    /// A sign-in that begins.
    package init(
        client: UUID,
        tenant: TenantID?,
        scope: RequestedScope,
        userCode: String,
        expires: Timestamp,
        network: String? = nil
    ) {
        self.network = network
        self.client = client
        self.tenant = tenant
        self.scope = scope
        self.userCode = userCode
        self.expires = expires
    }

    /// What the client with this id is told at this moment.
    package func poll(by client: UUID, at now: Timestamp) -> Poll {
        guard client == self.client else { return .foreign }
        return switch state {
        // A replay is called one even when it comes late.
        case .redeemed: .redeemed
        case .pending where now < expires: .pending
        case .approved(let approval) where now < expires: .approved(approval)
        case .pending, .approved: .expired
        }
    }
    /// The grant after a person signed in; nil when there is nothing to approve any more.
    package func approved(_ approval: Approval, at now: Timestamp) -> DeviceGrant? {
        guard state == .pending, now < expires else { return nil }
        var next = self
        next.state = .approved(approval)
        return next
    }
    /// The grant after the client took its tokens, and who they are for; nil unless it was approved and is in force.
    package func redeemed(by client: UUID, at now: Timestamp) -> (grant: DeviceGrant, approval: Approval)? {
        guard case .approved(let approval) = poll(by: client, at: now) else { return nil }
        var next = self
        next.state = .redeemed
        return (next, approval)
    }

    /// Grants lie under the digest of their secret code, so that the store alone gives nobody a code.
    static func key(_ digest: [UInt8]) -> Key { Key("device", digest) }
    static func key(userCode: String) -> Key { Key("device-user-code", userCode) }
    static func key(expires: Timestamp, _ digest: [UInt8]) -> Key { Key("device-expiry", expires, digest) }
    static let expiries = Key("device-expiry")
    static func key(network: String, expires: Timestamp, _ digest: [UInt8]) -> Key {
        Key("device-network", network, expires, digest)
    }
    /// The sign-ins begun from one network that are in force at a moment.
    static func inForce(network: String, at now: Timestamp) -> KeyRange {
        let all = Key("device-network", network)
        return KeyRange(from: all.appending(now).afterChildren, to: all.children.to)
    }

    /// Twenty consonants and eight digits that are not mistaken for one another and spell no words.
    static let alphabet = Array("BCDFGHJKLMNPQRSTVWXZ23456789")
    static let userCodeLength = 9
    /// A code as people type it: any case, blanks and dashes ignored.
    package static func canonical(userCode: String) -> String {
        String(userCode.uppercased().filter { $0.isASCII && ($0.isLetter || $0.isNumber) })
    }
    /// A code from random bytes; 28⁹ codes make guessing one of those in force hopeless in a quarter of an hour.
    package static func userCode(_ entropy: any Entropy) -> String {
        String((0..<userCodeLength).map { _ in alphabet[Int(entropy.upTo(UInt64(alphabet.count)))] })
    }
}

/// Points from a user code, an expiry or a network to the grant.
struct DevicePointer: Stored, Codable { var digest: [UInt8] }

/// How many device sign-ins are kept, so that strangers cannot fill the store.
struct DeviceCount: Stored, Codable {
    var value: Int
    static let key = Key("device-count")
}
