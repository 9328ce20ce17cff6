// SPDX-License-Identifier: Apache-2.0
package import Base
import Cryptography

/// A user delegation key by what identifies it (REST "Get User Delegation Key").
///
/// Its value is derived from a secret of the account, so that nothing is stored for a key: it lives until its expiry,
/// or until the account gets another secret.
package struct DelegatedKey: Equatable, Sendable {
    /// Who asked for the key, and whose rights bound what it signs.
    package let principal: PrincipalID
    /// The principal's tenant.
    package let tenant: TenantID
    /// The whole second from which it signs.
    package let start: Timestamp
    /// The whole second at which it stops.
    package let expiry: Timestamp
    /// The version of the service that made it.
    package let version: ServiceVersion
    /// The tenant of the users its signatures are made for; nil: of signatures that name a user, the principal's own.
    package let userTenant: TenantID?

    /// The service it signs for.
    package let service: Service
    /// The services that have such keys; tables have none.
    package enum Service: String, Sendable {
        case blob = "b"
        case queue = "q"

        init?(_ target: StorageTarget) {
            switch target {
            case .blob: self = .blob
            case .queue: self = .queue
            case .table: return nil
            }
        }
        /// The first version with keys for it.
        var firstVersion: String { self == .blob ? DelegatedKey.firstVersion : SASText.firstUserVersion }
    }
    /// The first version with such keys.
    static let firstVersion = "2018-11-09"
    /// How far from the present its times may lie (REST "Get User Delegation Key").
    static let reach = Duration.seconds(7 * 86_400)

    /// Names a key; times lose their fractions.
    package init(
        principal: PrincipalID,
        tenant: TenantID,
        start: Timestamp,
        expiry: Timestamp,
        version: ServiceVersion,
        userTenant: TenantID? = nil,
        service: Service = .blob
    ) {
        self.service = service
        self.principal = principal
        self.tenant = tenant
        self.start = start.wholeSecond
        self.expiry = expiry.wholeSecond
        self.version = version
        self.userTenant = userTenant
    }

    /// The key's value: 32 bytes, the same for the same key under the same secret of an account.
    package func value(under secret: Secret) -> Secret {
        let fields =
            [
                "user delegation key", principal.text, tenant.text, start.iso8601Seconds, expiry.iso8601Seconds,
                service.rawValue, version.text,
            ] + (userTenant.map { [$0.text] } ?? [])
        return Secret(hmacSHA256(Array(fields.joined(separator: "\n").utf8), key: secret))
    }

    /// Refuses a key before its start and from its expiry on.
    func check(_ now: Timestamp) throws(StorageFault) {
        guard now >= start, now < expiry else {
            throw .authenticationFailed(
                "User delegation key not valid in the specified time frame: Start [\(start.httpDate)] - Expiry "
                    + "[\(expiry.httpDate)] - Current [\(now.httpDate)]"
            )
        }
    }
}

extension SharedAccessSignature {
    /// The user delegation key that the signature says it was made with; nil for signatures of account keys.
    package var delegatedKey: DelegatedKey? {
        get throws(StorageFault) {
            guard isDelegated else { return nil }
            guard version.isAtLeast(DelegatedKey.firstVersion) else {
                throw .authenticationFailed(
                    "A user delegation signature needs sv \(DelegatedKey.firstVersion) or later."
                )
            }
            guard !isAccountWide, policyIdentifier == nil else {
                throw .authenticationFailed("A user delegation signature has neither ss, nor srt, nor si.")
            }
            try refuseUnsigned()
            guard let principal = PrincipalID(text: value("skoid")), let tenant = TenantID(text: value("sktid")) else {
                throw .authenticationFailed("skoid and sktid must be the ids of a principal and of its tenant.")
            }
            guard let start = try time("skt"), let expiry = try time("ske"), start < expiry else {
                throw .authenticationFailed("skt and ske are mandatory, and ske must be after skt.")
            }
            guard let service = DelegatedKey.Service(rawValue: value("sks")), let made = ServiceVersion(value("skv"))
            else {
                throw .authenticationFailed("sks must be b or q, and skv the version of a service.")
            }
            guard version.isAtLeast(service.firstVersion) else {
                throw .authenticationFailed(
                    "A signature with sks=\(service.rawValue) needs sv \(service.firstVersion)."
                )
            }
            let users = TenantID(text: value("skdutid"))
            guard value("skdutid").isEmpty || users != nil else {
                throw .authenticationFailed("skdutid must be the id of a tenant.")
            }
            return DelegatedKey(
                principal: principal,
                tenant: tenant,
                start: start,
                expiry: expiry,
                version: made,
                userTenant: users,
                service: service
            )
        }
    }

    /// Checks that the signature is brought by the user it is made for (REST "Create a user delegation SAS", `sduoid`):
    /// signed in by a token besides.
    func checkUser(_ user: (id: PrincipalID, tenant: TenantID)?, of key: DelegatedKey) throws(StorageFault) {
        let wanted = value("sduoid")
        guard !wanted.isEmpty else {
            guard key.userTenant == nil else { throw .authenticationFailed("skdutid needs sduoid.") }
            return
        }
        guard let user, user.id == PrincipalID(text: wanted), user.tenant == key.userTenant ?? key.tenant else {
            throw .authenticationFailed("The signature is made for a user, whose token the request must bear (sduoid).")
        }
    }

    /// What narrows a signature and is not built must not be overlooked; what `sv` does not sign binds nothing.
    private func refuseUnsigned() throws(StorageFault) {
        for name in ["saoid", "suoid"] where !value(name).isEmpty && PrincipalID(text: value(name)) == nil {
            throw .authenticationFailed("\(name) must be the id of an object.")
        }
        guard value("saoid").isEmpty || value("suoid").isEmpty else {
            throw .authenticationFailed("saoid and suoid exclude each other.")
        }
        for (names, first) in SASText.firstVersions where !version.isAtLeast(first) {
            guard let name = names.first(where: { !value($0).isEmpty }) else { continue }
            throw .authenticationFailed("\(name) needs sv \(first) or later.")
        }
    }
}
