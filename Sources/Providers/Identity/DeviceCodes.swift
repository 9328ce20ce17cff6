// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

/// Sign-in on a device without a keyboard: RFC 8628.
extension IdentityProvider {
    /// Serves `POST /{tenant}/oauth2[/v2.0]/devicecode`.
    func beginDeviceSignIn(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let form = try FormBody(call.body)
        let clientText = try form.required("client_id")
        guard let client = UUID(uuidString: clientText) else {
            throw SignInFault.unknownClient(clientText, in: nil)
        }
        let named = try await tenant(TenantHint(call["tenant"]), scope)?.id
        guard try await isPublicClient(client, named, scope) else {
            throw SignInFault.unknownClient(clientText, in: named)
        }
        let asked: RequestedScope
        if let text = form["scope"] {
            asked = try RequestedScope(scope: text)
        } else {
            asked = RequestedScope(resource: form["resource"] ?? audiences.graph(call.destination.names))
        }
        let code = scope.entropy.bytes(32).base64URL
        let grant = DeviceGrant(
            client: client,
            tenant: named,
            scope: asked,
            userCode: DeviceGrant.userCode(scope.entropy),
            expires: scope.now + .seconds(Limits.deviceCodeSeconds),
            network: IPAddressText.network(of: call.request.remoteAddress)
        )
        try await keep(grant, Self.digest(deviceCode: code), scope)
        let page = "\(address(call))/common/oauth2/deviceauth"
        let message =
            "To sign in, use a web browser to open the page \(page) and enter the code \(grant.userCode) to authenticate."
        var answer: [String: JSON] = [
            "user_code": .string(grant.userCode), "device_code": .string(code), "message": .string(message),
            "expires_in": .integer(Limits.deviceCodeSeconds), "interval": .integer(Self.pollSeconds),
        ]
        // The v1 endpoint of old clients called it so.
        answer[asked.isVersionOne ? "verification_url" : "verification_uri"] = .string(page)
        if asked.isVersionOne {
            answer["expires_in"] = .string(String(Limits.deviceCodeSeconds))
            answer["interval"] = .string(String(Self.pollSeconds))
        }
        return .json(200, .object(answer), headers: [.cacheControl: "no-store"])
    }
    /// How often clients are asked to poll; one that polls faster is not punished, for a poll is one small read.
    private static let pollSeconds: Int64 = 5

    static func digest(deviceCode: String) -> [UInt8] { SHA256Digest.of(Array(deviceCode.utf8)) }

    /// Marks a code as used, or throws what the second comer is told.
    static func markRedeemed(_ digest: [UInt8], by client: UUID, _ scope: WriteScope) async throws(ServiceError) {
        let key = DeviceGrant.key(digest)
        guard let grant = try await scope.get(DeviceGrant.self, in: .region, at: key) else {
            throw SignInFault.unknownDeviceCode
        }
        guard let redeemed = grant.redeemed(by: client, at: scope.now) else { throw SignInFault.usedDeviceCode }
        try await scope.put(redeemed.grant, in: .region, at: key)
    }
    /// The unfinished sign-in a person's code names; nil when there is none in force.
    func deviceGrant(
        userCode: String,
        _ scope: any Scope
    ) async throws(ServiceError) -> (grant: DeviceGrant, key: Key)? {
        let code = DeviceGrant.canonical(userCode: userCode)
        guard code.count == DeviceGrant.userCodeLength,
            let pointer = try await scope.get(DevicePointer.self, in: .region, at: DeviceGrant.key(userCode: code))
        else { return nil }
        let key = DeviceGrant.key(pointer.digest)
        guard let grant = try await scope.get(DeviceGrant.self, in: .region, at: key), scope.now < grant.expires else {
            return nil
        }
        return (grant, key)
    }

    private func isPublicClient(
        _ client: UUID,
        _ tenant: TenantID?,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Bool {
        if KnownClients.names[client] != nil { return true }
        let home = try await scope.get(ClientHome.self, in: .region, at: ClientHome.key(client))?.tenant
        guard let tenant = tenant ?? home else { return false }
        return try await scope.of(tenant).get(Client.self, at: Client.key(client)) != nil
    }
    /// Keeps a grant, and removes some that have expired, so that they never add up.
    private func keep(_ grant: DeviceGrant, _ digest: [UInt8], _ scope: WriteScope) async throws(ServiceError) {
        let network = grant.network ?? ""
        let ofOne = try await scope.list(
            DevicePointer.self,
            in: .region,
            keys: DeviceGrant.inForce(network: network, at: scope.now),
            limit: Limits.deviceCodesPerAddress
        )
        guard ofOne.count < Limits.deviceCodesPerAddress else { throw SignInFault.tooManyDeviceCodesOfOne }
        var count = try await scope.get(DeviceCount.self, in: .region, at: DeviceCount.key) ?? DeviceCount(value: 0)
        let oldest = try await scope.list(
            DevicePointer.self,
            in: .region,
            under: DeviceGrant.expiries,
            limit: Limits.deviceCodesPruned
        )
        for item in oldest {
            let key = DeviceGrant.key(item.value.digest)
            guard let old = try await scope.get(DeviceGrant.self, in: .region, at: key), old.expires <= scope.now else {
                break
            }
            try await scope.remove(in: .region, at: key)
            try await scope.remove(in: .region, at: DeviceGrant.key(userCode: old.userCode))
            try await scope.remove(in: .region, at: item.key)
            if let network = old.network {
                let key = DeviceGrant.key(network: network, expires: old.expires, item.value.digest)
                try await scope.remove(in: .region, at: key)
            }
            count.value -= 1
        }
        guard count.value < Limits.deviceCodesMax else { throw SignInFault.tooManyDeviceCodes }
        count.value += 1
        try await scope.put(count, in: .region, at: DeviceCount.key)
        let pointer = DevicePointer(digest: digest)
        try await scope.put(grant, in: .region, at: DeviceGrant.key(digest))
        try await scope.put(pointer, in: .region, at: DeviceGrant.key(userCode: grant.userCode))
        try await scope.put(pointer, in: .region, at: DeviceGrant.key(expires: grant.expires, digest))
        try await scope.put(
            pointer,
            in: .region,
            at: DeviceGrant.key(network: network, expires: grant.expires, digest)
        )
    }
}
