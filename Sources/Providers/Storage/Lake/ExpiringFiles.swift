// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

extension Blob {
    /// Whether its time is over: it is gone for everyone, whenever the region comes to remove it.
    ///
    /// What is in force for its container keeps it beyond its time.
    func hasExpired(at now: Timestamp, under retention: Retention) -> Bool {
        guard past == nil, let expiry, expiry <= now else { return false }
        return !isKept(by: retention, at: now)
    }
}

/// A file that ends by itself, in the region's list of such by the time they do.
struct ExpiringFile: Stored, Codable {
    var tenant: TenantID
    var account: UUID
    var directory: UUID
    var name: String
}

extension StorageKey {
    static let expiringFile = Key("expiring-file")
    static func expiringFile(_ end: Timestamp, _ file: ExpiringFile) -> Key {
        expiringFile.appending(end, file.account, file.directory, file.name)
    }
}

extension AccountData {
    /// Puts a file on the list of those that end by themselves, or takes it off.
    func schedule(_ place: BlobPlace, from old: Timestamp?, to new: Timestamp?) async throws(ServiceError) {
        guard old != new else { return }
        let row = ExpiringFile(tenant: scope.tenant, account: id, directory: place.directory, name: place.name.text)
        if let old { try await scope.remove(in: .region, at: StorageKey.expiringFile(old, row)) }
        if let new { try await scope.put(row, in: .region, at: StorageKey.expiringFile(new, row)) }
    }
}

/// Removes files whose time is over, in all tenants; soft delete keeps them as it does what is deleted.
struct ExpiredFiles: DueWork {
    let name = "files.expire"
    let namespace = StorageProvider.namespace
    /// When a file is looked at again that a policy or hold keeps.
    private static let pause = Duration.seconds(24 * 3600)

    func due(after key: Key?, limit: Int, _ scope: ReadScope) async throws(ServiceError) -> [Key] {
        let range = KeyRange(
            from: key?.next ?? StorageKey.expiringFile.children.from,
            to: StorageKey.expiringFile.appending(scope.now)
        )
        return try await scope.keys(in: .region, range, limit: limit)
    }
    func settle(_ key: Key, _ scope: WriteScope) async throws(ServiceError) {
        guard let row = try await scope.get(ExpiringFile.self, in: .region, at: key) else { return }
        try await scope.remove(in: .region, at: key)
        let own = scope.of(row.tenant)
        guard let name = try? BlobName(row.name), try await own.exists(.account(row.account)) else { return }
        let data = AccountData(row.account, own, caller: .region("storage.expiry"))
        let place = BlobPlace(row.directory, name)
        guard let file = try await own.get(Blob.self, in: data.domain, at: StorageKey.blob(place)),
            let expiry = file.expiry, expiry <= scope.now
        else { return }
        let retention = try await own.retention(over: row.directory, in: data.domain)?.retention
        guard file.hasExpired(at: scope.now, under: retention ?? .nothing) else {
            return try await scope.put(
                row,
                in: .region,
                at: StorageKey.expiringFile(scope.now + Self.pause, row)
            )
        }
        try await BlobStates(data, try await data.history(), place).expire(file)
    }
}

extension AccountData {
    /// What the account keeps of what was.
    fileprivate func history() async throws(ServiceError) -> BlobHistory {
        guard let account = try await scope.get(Account.self, at: StorageKey.account(id)),
            let name = AccountName(account.name),
            let place = try await scope.get(AccountPlace.self, in: .region, at: StorageKey.place(name)), place.id == id
        else { return BlobHistory() }
        return place.history
    }
}
