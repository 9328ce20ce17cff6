// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

extension StorageProvider {
    /// Accounts of a group, or of a subscription: then those the caller may read.
    func listAccounts(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try subscription(call)
        let group = call.parameters["group"]
        if let group { _ = try await scope.existingGroup(subscription, group) }
        let after = try PageToken.read(call).map { StorageKey.members(subscription).appending($0.0, $0.1) }
        let items = try await scope.list(
            AccountMember.self,
            under: StorageKey.members(subscription, group: group),
            after: after,
            limit: Self.accountsPageMax
        )
        var shown: [JSON] = []
        for item in items {
            let id = ResourceID(item.value.resource)
            if group == nil {
                let action = "\(Self.accountAction)/read"
                guard try await access.allows(action, at: id, caller: call.caller, scope: scope) else { continue }
            }
            if let view = try await find(id, scope) { shown.append(self.shown(view, call)) }
        }
        var body: [String: JSON] = ["value": .array(shown)]
        if items.count == Self.accountsPageMax, let last = items.last.map({ ResourceID($0.value.resource) }) {
            body["nextLink"] = .string(PageToken.link(call, (last.group?.lowercased() ?? "", last.name)))
        }
        return .json(200, .object(body))
    }

    /// The route's subscription, when the caller has any role in it; otherwise it is not there.
    private func visibleSubscription(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> SubscriptionID {
        let id = try subscription(call)
        guard try await access.reaches(.subscription(id), caller: call.caller, scope: scope) else {
            throw .notFound("SubscriptionNotFound", "The subscription '\(id.text)' could not be found.")
        }
        return id
    }

    func checkName(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        _ = try await visibleSubscription(call, scope)
        let text = try call.json()["name"]?.string ?? ""
        guard let name = AccountName(text) else {
            let why = Self.invalidName(text)
            return .json(
                200,
                ["nameAvailable": false, "reason": .string(why.code), "message": .string(why.message)]
            )
        }
        guard try await place(name, scope) != nil else { return .json(200, ["nameAvailable": true]) }
        return .json(
            200,
            [
                "nameAvailable": false, "reason": "AlreadyExists",
                "message": "The storage account named \(text) is already taken.",
            ]
        )
    }

    /// How many accounts a subscription may have in a location.
    private static let accountsMax = 250

    func listUsages(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await visibleSubscription(call, scope)
        guard let location = Location.named(call["location"]) else {
            throw .badRequest("LocationNotAvailableForResourceType", "There is no location '\(call["location"])' here.")
        }
        let items = try await scope.list(
            AccountMember.self,
            under: StorageKey.members(subscription),
            limit: 4 * Self.accountsMax
        )
        var count: Int64 = 0
        for item in items {
            let record = try await scope.resource(ResourceID(item.value.resource))
            if record?.location == location.name { count += 1 }
        }
        return .json(
            200,
            [
                "value": [
                    [
                        "unit": "Count", "currentValue": .integer(count), "limit": .integer(Int64(Self.accountsMax)),
                        "name": ["value": "StorageAccounts", "localizedValue": "Storage Accounts"],
                    ]
                ]
            ]
        )
    }

    func listSKUs(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        _ = try await visibleSubscription(call, scope)
        let names = Location.all.map { JSON.string($0.name) }
        let skus = AccountRequest.skus.flatMap { sku in
            sku.kinds.map { kind in
                [
                    "name": .string(sku.name), "tier": .string(sku.tier), "kind": .string(kind),
                    "resourceType": "storageAccounts", "locations": .array(names), "capabilities": [],
                    "restrictions": [],
                ] as JSON
            }
        }
        return .json(200, ["value": .array(skus)])
    }
}

/// Where a page of an ARM list goes on, as `$skiptoken`: two texts, which name the last element shown.
enum PageToken {
    /// How many elements `$maxpagesize` asks for, at most `max`: 400 for what is no number of them.
    static func size(_ call: Call, max: Int) throws(ServiceError) -> Int {
        guard let text = call.query("$maxpagesize") else { return max }
        guard let size = Int(text), size > 0 else {
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "Values for request parameters are invalid: $maxpagesize='\(text.prefix(20))' must be a positive number."
            )
        }
        return min(size, max)
    }
    static func read(_ call: Call) throws(ServiceError) -> (String, String)? {
        guard let text = call.query("$skiptoken") else { return nil }
        guard let bytes = [UInt8](base64URL: text), let parts = try? JSON(parsing: bytes).array, parts.count == 2,
            let first = parts[0].string, let second = parts[1].string
        else {
            throw .badRequest("InvalidSkipToken", "The $skiptoken is not one of this list. Send nextLink unchanged.")
        }
        return (first, second)
    }
    static func link(_ call: Call, _ last: (String, String)) -> String {
        let request = call.request
        let host = request.port.map { "\(request.host):\($0)" } ?? request.host
        let kept = request.query.items.filter { $0.name.lowercased() != "$skiptoken" }
            .map { "\($0.name.percentEncoded(keeping: "$"))=\($0.value.percentEncoded())" }
        let token = JSON.array([.string(last.0), .string(last.1)]).bytes.base64URL
        return "https://\(host)\(request.path)?" + (kept + ["$skiptoken=\(token)"]).joined(separator: "&")
    }
}
