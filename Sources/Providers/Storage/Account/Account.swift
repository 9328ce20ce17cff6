// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// The way from an account's name, which is unique in the region, to where it lies.
struct AccountPlace: Stored {
    let tenant: TenantID
    let id: UUID
    /// Its ARM id.
    let resourceID: ResourceID
    /// The tier of blobs that were given none.
    var tier: String
    /// What the account keeps of states that are no longer current.
    var history = BlobHistory()
    /// Whether its containers hold directories (`isHnsEnabled`): decided when the account is made.
    var isHierarchical = false
    /// Whether the way from every place up to its container is known: not of directories made before `DirectoryHome` was.
    var hasHomes: Bool { !isHierarchical || knowsHomes }
    private var knowsHomes = true

    static let format: UInt8 = 5
    static let isReadOften = true
    /// Where its data lies: kept as it is, for every look at them names it.
    let domain: Domain
    /// The last part of the resource's id.
    var name: AccountName? {
        resourceID.text.split(separator: "/").last.flatMap { AccountName(String($0).lowercased()) }
    }

    init(tenant: TenantID, id: UUID, resource: ResourceID, tier: String) {
        self.tenant = tenant
        self.id = id
        domain = .account(id)
        resourceID = resource
        self.tier = tier
    }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.uuid(tenant.raw)
        writer.uuid(id)
        writer.text(resourceID.text)
        writer.text(tier)
        writer.flag(history.isVersioned)
        writer.number(UInt64(history.blobDays ?? 0))
        writer.number(UInt64(history.containerDays ?? 0))
        writer.flag(history.allowsPermanentDelete)
        writer.flag(isHierarchical)
        writer.flag(history.tracksAccess)
        writer.flag(knowsHomes)
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        knowsHomes = false
        tenant = TenantID(try reader.uuid())
        id = try reader.uuid()
        domain = .account(id)
        resourceID = ResourceID(try reader.text())
        tier = try reader.text()
        guard format > 1 else { return }
        history.isVersioned = try reader.flag()
        history.blobDays = try reader.days()
        history.containerDays = try reader.days()
        history.allowsPermanentDelete = try reader.flag()
        guard format > 2 else { return }
        isHierarchical = try reader.flag()
        guard format > 3 else { return }
        history.tracksAccess = try reader.flag()
        guard format > 4 else { return }
        knowsHomes = try reader.flag()
    }
}

/// A storage account: what the ARM resource's index row does not hold.
struct Account: Stored {
    /// One of the two keys.
    struct AccessKey {
        let secret: Secret
        let created: Timestamp
        /// The size the service gives its keys.
        static let sizeBytes = 64

        /// A fresh key.
        init(_ scope: WriteScope) {
            secret = Secret(scope.entropy.bytes(Self.sizeBytes))
            created = scope.now
        }
        fileprivate init(_ reader: inout StoredReader) throws {
            secret = Secret(try reader.data())
            created = try reader.time()
        }
    }
    let id: UUID
    let name: String
    /// `key1` and `key2`.
    var keys: [AccessKey]
    /// Whether keys and the signatures made with them open anything.
    var allowsSharedKey = true
    /// Whether containers may be made public.
    var allowsPublicAccess = false
    var allowsPublicNetwork = true
    var network = NetworkRules()
    /// Seconds a signature may last, where longer ones open nothing (`sasPolicy` that blocks).
    var signatureSecondsMax: Int?
    /// Further properties a client set, to be shown again; see `AccountRequest`.
    ///
    /// Kept as text, because every call on the blob surface reads the account and none of them needs these.
    private var optionsText: [UInt8]
    var options: JSON {
        get { (try? JSON(parsing: optionsText)) ?? [:] }
        set { optionsText = newValue.bytes }
    }

    static let format: UInt8 = 2
    static let isReadOften = true
    static let keyNames = ["key1", "key2"]
    var domain: Domain { .account(id) }
    /// Whether its network rules let the request's client come in.
    func admits(_ request: Request) -> Bool { allowsPublicNetwork && network.admits(request.remoteAddress) }

    init(id: UUID, name: String, keys: [AccessKey], options: JSON) {
        self.id = id
        self.name = name
        self.keys = keys
        optionsText = options.bytes
    }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.uuid(id)
        writer.text(name)
        writer.number(UInt64(keys.count))
        for key in keys {
            writer.data(key.secret.reveal())
            writer.time(key.created)
        }
        writer.flag(allowsSharedKey)
        writer.flag(allowsPublicAccess)
        writer.flag(allowsPublicNetwork)
        writer.flag(network.deniesByDefault)
        writer.number(UInt64(network.addresses.count))
        for address in network.addresses { writer.text(address) }
        writer.data(optionsText)
        // None is no seconds.
        writer.number(UInt64(signatureSecondsMax ?? 0))
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        id = try reader.uuid()
        name = try reader.text()
        keys = []
        for _ in 0..<(try reader.count()) { keys.append(try AccessKey(&reader)) }
        allowsSharedKey = try reader.flag()
        allowsPublicAccess = try reader.flag()
        allowsPublicNetwork = try reader.flag()
        network.deniesByDefault = try reader.flag()
        for _ in 0..<(try reader.count()) { network.addresses.append(try reader.text()) }
        optionsText = try reader.data()
        guard format > 1 else { return }
        let seconds = Int(truncatingIfNeeded: try reader.number())
        signatureSecondsMax = seconds == 0 ? nil : seconds
    }
}

/// Names an account in the index by subscription and group.
struct AccountMember: Stored, Codable {
    var id: UUID
    var resource: String
}

extension StoredReader {
    /// A number of days; nil for none.
    fileprivate mutating func days() throws(StoredFormatError) -> Int? {
        let days = Int(truncatingIfNeeded: try number())
        return days == 0 ? nil : days
    }
}
