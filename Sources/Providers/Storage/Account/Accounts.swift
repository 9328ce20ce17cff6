// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// An account with its row of the resource index.
struct AccountView {
    let place: AccountPlace
    let account: Account
    let record: ResourceRecord
}

extension StorageProvider {
    /// The account at a place.
    func account(_ place: AccountPlace, _ scope: some Scope) async throws(ServiceError) -> Account {
        guard let account = try await scope.get(Account.self, at: StorageKey.account(place.id)) else {
            throw ServiceError(.resourceNotFound)
        }
        return account
    }
    /// The account an ARM path names; nil when it is not there.
    func find(_ id: ResourceID, _ scope: some Scope) async throws(ServiceError) -> AccountView? {
        guard let name = AccountName(id.name.lowercased()), let place = try await place(name, scope),
            place.tenant == scope.tenant, place.resourceID == id, let record = try await scope.resource(id)
        else { return nil }
        return AccountView(place: place, account: try await account(place, scope), record: record)
    }
    /// The account an ARM path names, or 404.
    func existing(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> AccountView {
        let id = try accountID(call)
        guard let view = try await find(id, scope) else {
            _ = try await scope.existingGroup(try subscription(call), call["group"])
            throw .notFound(
                "ResourceNotFound",
                "The Resource 'Microsoft.Storage/storageAccounts/\(id.name)' under resource group '\(call["group"])' "
                    + "was not found."
            )
        }
        return view
    }
    private func accountID(_ call: Call) throws(ServiceError) -> ResourceID {
        .resource(
            try subscription(call),
            group: call["group"],
            type: "Microsoft.Storage/storageAccounts",
            name: call["account"]
        )
    }
    func subscription(_ call: Call) throws(ServiceError) -> SubscriptionID {
        guard let id = SubscriptionID(text: call["subscription"]) else {
            throw .badRequest(
                "InvalidSubscriptionId",
                "The provided subscription identifier '\(call["subscription"])' is malformed."
            )
        }
        return id
    }

    /// Create, or update by PUT.
    ///
    /// 200 in both cases: clients take no 201 here.
    func putAccount(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let request = AccountRequest(body: try call.json())
        guard let name = AccountName(call["account"]) else { throw Self.invalidName(call["account"]) }
        if let known = try await find(try accountID(call), scope) {
            return try await update(known, request, call, scope, replacingTags: true)
        }
        try await refuseTaken(name, call, scope)
        return try await make(name, request, call, scope)
    }
    private func make(
        _ name: AccountName,
        _ request: AccountRequest,
        _ call: Call,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        let subscription = try subscription(call)
        let group = try await scope.existingGroup(subscription, call["group"]).name
        let kind = try request.kind() ?? "StorageV2"
        guard let sku = try request.sku(kind: kind) else {
            throw .badRequest("InvalidRequestContent", "The request needs sku.name, such as Standard_LRS.")
        }
        guard let location = request.body["location"]?.string.flatMap({ Location.named($0) }) else {
            throw .badRequest("LocationRequired", "The location property is required for this definition.")
        }
        let id = ResourceID.resource(
            subscription,
            group: group,
            type: "Microsoft.Storage/storageAccounts",
            name: name.text
        )
        var account = Account(
            id: scope.entropy.uuid(),
            name: name.text,
            keys: Account.keyNames.map { _ in Account.AccessKey(scope) },
            options: ["accessTier": "Hot", "minimumTlsVersion": "TLS1_2", "allowCrossTenantReplication": false]
        )
        try request.apply(to: &account, isNew: true)
        let record = ResourceRecord(
            id: id,
            type: "Microsoft.Storage/storageAccounts",
            location: location.name,
            tags: try request.tags() ?? [:],
            kind: kind,
            sku: sku,
            now: scope.now
        )
        var place = AccountPlace(
            tenant: scope.tenant,
            id: account.id,
            resource: id,
            tier: Self.tier(of: account, record) ?? AccessTier.hot.rawValue
        )
        place.isHierarchical = try request.isHierarchical() ?? false
        try await scope.put(record)
        try await scope.create(account.domain)
        try await scope.ensureDelegationSecret(account.domain)
        try await scope.put(place, in: .region, at: StorageKey.place(name))
        try await scope.put(account, at: StorageKey.account(account.id))
        try await scope.put(
            AccountMember(id: account.id, resource: id.text),
            at: StorageKey.member(subscription, group: group, name.text)
        )
        return .json(200, shown(AccountView(place: place, account: account, record: record), call))
    }
    static func invalidName(_ name: String) -> ServiceError {
        .badRequest(
            "AccountNameInvalid",
            "\(name) is not a valid storage account name. Storage account name must be between 3 and 24 characters in "
                + "length and use numbers and lower-case letters only."
        )
    }
    /// Names are unique in the region.
    private func refuseTaken(_ name: AccountName, _ call: Call, _ scope: WriteScope) async throws(ServiceError) {
        guard let other = try await place(name, scope) else { return }
        if other.tenant == scope.tenant, other.resourceID.subscription == (try subscription(call)) {
            throw ServiceError(
                409,
                "StorageAccountInAnotherResourceGroup",
                "The account \(name) is already in another resource group in this subscription."
            )
        }
        throw ServiceError(409, "StorageAccountAlreadyTaken", "The storage account named \(name) is already taken.")
    }

    /// Update by PATCH.
    func patchAccount(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let request = AccountRequest(body: try call.json())
        return try await update(try await existing(call, scope), request, call, scope, replacingTags: false)
    }
    private func update(
        _ view: AccountView,
        _ request: AccountRequest,
        _ call: Call,
        _ scope: WriteScope,
        replacingTags: Bool
    ) async throws(ServiceError) -> Reply {
        var (account, record, place) = (view.account, view.record, view.place)
        if let location = request.body["location"]?.string, Location.named(location)?.name != record.location {
            throw ServiceError(
                409,
                "InvalidResourceLocation",
                "The resource '\(account.name)' already exists in location '\(record.location)'."
            )
        }
        if let kind = try request.kind(), kind != record.kind {
            // The service turns the two older kinds into StorageV2, and nothing else into anything else.
            guard kind == "StorageV2", record.kind == "Storage" || record.kind == "BlobStorage" else {
                throw .badRequest(
                    "AccountPropertyCannotBeUpdated",
                    "The kind of an account cannot be changed to '\(kind)'."
                )
            }
            record.kind = kind
        }
        if let isHierarchical = try request.isHierarchical(), isHierarchical != place.isHierarchical {
            throw ServiceError(
                409,
                "AccountPropertyCannotBeUpdated",
                "The property 'isHnsEnabled' was specified in the input, but it cannot be updated."
            )
        }
        if let sku = try request.sku(kind: record.kind) {
            // Premium is another kind of disks there, to which no account moves.
            guard sku["tier"] == record.sku?["tier"] else {
                throw ServiceError(
                    409,
                    "AccountPropertyCannotBeUpdated",
                    "The property 'sku.tier' was specified in the input, but it cannot be updated."
                )
            }
            record.sku = sku
        }
        if let tags = try request.tags() { record.tags = tags } else if replacingTags { record.tags = [:] }
        record.changed = scope.now
        try request.apply(to: &account, isNew: false)
        place.tier = Self.tier(of: account, record) ?? place.tier
        try await scope.put(record)
        try await scope.put(account, at: StorageKey.account(account.id))
        try await scope.ensureDelegationSecret(account.domain)
        if place.tier != view.place.tier, let name = AccountName(account.name) {
            try await scope.put(place, in: .region, at: StorageKey.place(name))
        }
        return .json(200, shown(AccountView(place: place, account: account, record: record), call))
    }

    /// The tier of blobs that are given none.
    private static func tier(of account: Account, _ record: ResourceRecord) -> String? {
        let home = TierHome(kind: record.kind ?? "", sku: record.sku?["name"]?.string ?? "")
        return home.isPremium ? AccessTier.premium.rawValue : account.options["accessTier"]?.string
    }

    func getAccount(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        .json(200, shown(try await existing(call, scope), call))
    }

    /// 204 when there is none, as Azure Resource Manager answers deletes.
    func deleteAccount(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let id = try accountID(call)
        guard try await find(id, scope) != nil else { return Reply(204) }
        try await removeAccount(id, scope, caller: call.caller)
        return Reply(200)
    }
    /// Removes an account whose group is deleted.
    func removeWithGroup(_ id: ResourceID, _ scope: WriteScope) async throws(ServiceError) {
        try await removeAccount(id, scope, caller: .region("groupDeletion"))
    }
    /// Removes an account at once: its name is free and nothing in it can be reached; a saga removes what it held.
    ///
    /// One that is gone already is no error.
    func removeAccount(_ id: ResourceID, _ scope: WriteScope, caller: Caller) async throws(ServiceError) {
        guard let view = try await find(id, scope), let name = AccountName(view.account.name),
            let subscription = id.subscription, let group = id.group
        else { return try await scope.removeResource(id) }
        try await AccountData(view.account.id, scope, caller: caller).protectAccount()
        try await scope.remove(in: .region, at: StorageKey.place(name))
        try await scope.remove(at: StorageKey.account(view.account.id))
        try await scope.remove(at: StorageKey.member(subscription, group: group, name.text))
        try await scope.removeResource(id)
        _ = try await scope.start(
            AccountPurge.self,
            ["account": .string(view.account.id.lowercaseText)],
            caller: caller
        )
    }
}

/// Removes what an account held, then its key, so that nothing left behind could ever be read.
struct AccountPurge: Saga {
    static let kind = "storage.accountPurge"
    static let frees = true
    private static let containersAtOnce = 200

    func step(_ state: JSON, _ scope: WriteScope) async throws(ServiceError) -> SagaOutcome {
        guard let account = state.uuid("account") else { return .done(result: nil) }
        let data = AccountData(account, scope, caller: .region(Self.kind))
        guard try await scope.exists(data.domain) else { return .done(result: nil) }
        let purged = try await data.purge()
        if purged.hasMore { return .again(purged.counted(state)) }
        if try await scope.purgeQueues(of: account) { return .again(state) }
        if try await TablePurge.purgeAll(data.domain, scope) { return .again(state) }
        for containers in [StorageKey.containers, StorageKey.deletedContainers] {
            let found = try await scope.list(
                Container.self,
                in: data.domain,
                under: containers,
                limit: Self.containersAtOnce
            )
            for item in found {
                try await scope.remove(in: data.domain, at: item.key)
                try await scope.remove(in: data.domain, at: StorageKey.containerPlace(item.value.id))
                try await scope.remove(in: data.domain, at: StorageKey.retention(item.value.root))
                try await scope.remove(in: data.domain, at: StorageKey.policyHistory(item.value.root))
            }
            guard found.isEmpty else { return .again(state) }
        }
        if try await data.purgeFeed() { return .again(state) }
        // Blocks and pieces are discarded by sagas of their own, which need the key until they are done. Waiting is a
        // refusal, which commits nothing, so that only a step which has nothing else to do may wait.
        let lists = try await scope.list(PieceList.self, in: data.domain, under: StorageKey.lists, limit: 1)
        let blocks = try await scope.list(Block.self, in: data.domain, under: StorageKey.allBlocks, limit: 1)
        guard lists.isEmpty, blocks.isEmpty else {
            throw .unavailable("account \(account.lowercaseText) still has blocks to discard")
        }
        if try await data.purgeEncryptionScopes() { return .again(state) }
        try await scope.remove(in: data.domain, at: StorageKey.service)
        try await scope.remove(in: data.domain, at: StorageKey.delegation)
        try await scope.remove(in: data.domain, at: StorageKey.lifecycle)
        try await scope.remove(in: data.domain, at: StorageKey.inventory)
        try await scope.remove(in: data.domain, at: StorageKey.retentionMark)
        scope.shred(data.domain)
        return .done(result: AccountData.Purged.result(state))
    }
}
