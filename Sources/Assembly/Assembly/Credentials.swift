// SPDX-License-Identifier: Apache-2.0
package import Base
package import FoundationEssentials

/// What the first start hands to the region's owner, in a file of mode 0600.
package struct Credentials: Sendable {
    package var domain: String
    package var port: Int
    package var armEndpoint: String
    package var authority: String
    package var tenant: TenantID
    package var subscription: SubscriptionID
    package var administrator: (userPrincipalName: String, password: Secret)
    package var servicePrincipal: (clientId: UUID, clientSecret: Secret, objectId: PrincipalID)

    /// The file's bytes.
    ///
    /// The one place where these secrets are written out, for the owner to take away.
    func fileBytes() -> [UInt8] {
        let text: (Secret) -> JSON = { .string(String(decoding: $0.reveal(), as: UTF8.self)) }
        let body: JSON = [
            "domain": .string(domain), "port": .integer(Int64(port)), "armEndpoint": .string(armEndpoint),
            "authority": .string(authority), "tenantId": .string(tenant.text),
            "subscriptionId": .string(subscription.text),
            "administrator": [
                "userPrincipalName": .string(administrator.userPrincipalName), "password": text(administrator.password),
            ],
            "servicePrincipal": [
                "clientId": .string(servicePrincipal.clientId.lowercaseText),
                "clientSecret": text(servicePrincipal.clientSecret),
                "objectId": .string(servicePrincipal.objectId.text),
            ],
            "caCertificate": "tls/ca.pem",
        ]
        return body.bytes + [10]
    }
    /// A password of 24 characters with every class that policies ask for; about 130 bits of chance.
    static func password(_ entropy: any Entropy) -> Secret {
        let letters = Array("abcdefghijkmnopqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789".utf8)
        let drawn = (0..<22).map { _ in letters[Int(entropy.upTo(UInt64(letters.count)))] }
        return Secret(drawn + Array("-7aZ".utf8))
    }
    /// A client secret of 40 characters, about 240 bits of chance.
    static func clientSecret(_ entropy: any Entropy) -> Secret { Secret(text: entropy.bytes(30).base64URL) }
}
