// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// Where the provider's records lie.
///
/// Names are global, so the way from a name to its account lies in the region; what an account holds lies in a domain
/// of its own, so that its key can be shredded.
enum StorageKey {
    // Region.
    static func place(_ name: AccountName) -> Key { Key("account", name.text) }
    static let waiting = Key("waiting")
    static let kept = Key("kept")
    /// What soft delete keeps, by the time it ends.
    static func kept(_ until: Timestamp, _ state: KeptState) -> Key {
        let key = kept.appending(until, state.account)
        return (state.directory.map { key.appending($0) } ?? key).appending(state.name, state.ticks)
    }
    static func waiting(_ since: Timestamp, _ table: UUID) -> Key { waiting.appending(since, table) }

    // Tenant.
    static func account(_ id: UUID) -> Key { Key("account", id) }
    static func members(_ subscription: SubscriptionID, group: String? = nil) -> Key {
        let all = Key("account-in", subscription)
        return group.map { all.appending($0.lowercased()) } ?? all
    }
    static func member(_ subscription: SubscriptionID, group: String, _ name: String) -> Key {
        members(subscription, group: group).appending(name)
    }

    // Account.
    static let service = Key("service")
    static let delegation = Key("delegation")
    static let containers = Key("container")
    static func container(_ name: ContainerName) -> Key { containers.appending(name.text) }
    static let deletedContainers = Key("deleted-container")
    static func deletedContainer(_ name: ContainerName, _ moment: Moment) -> Key {
        deletedContainers.appending(name.text, moment.ticks)
    }
    static let queues = Key("queue")
    static func queue(_ name: QueueName) -> Key { queues.appending(name.text) }
    /// Current blobs by directory, see `BlobPlace`: a container's name is free again while its blobs are being removed.
    static let blobs = Key("blob")
    static func blobs(_ directory: UUID) -> Key { blobs.appending(directory) }
    static func blob(_ place: BlobPlace) -> Key { blobs(place.directory).appending(place.name.text) }
    /// Snapshots, versions before the current one, and what soft delete keeps: apart, so that listing what is current
    /// never meets them.
    static let allPast = Key("past")
    static func past(_ directory: UUID) -> Key { allPast.appending(directory) }
    static func past(_ place: BlobPlace) -> Key { past(place.directory).appending(place.name.text) }
    static func past(_ place: BlobPlace, _ moment: Moment) -> Key { past(place).appending(moment.ticks) }
    static let tables = Key("blocks")
    static func tables(_ directory: UUID) -> Key { tables.appending(directory) }
    static func table(_ place: BlobPlace) -> Key { tables(place.directory).appending(place.name.text) }
    static let allBlocks = Key("block")
    static func blocks(_ table: UUID) -> Key { allBlocks.appending(table) }
    static func block(_ table: UUID, _ id: BlockID) -> Key { blocks(table).appending(id.bytes) }
    static let lists = Key("list")
    static func list(_ id: UUID) -> Key { lists.appending(id) }
    static func pieces(_ list: UUID) -> Key { Key("piece", list) }
    static func pieces(_ list: UUID, from start: Int64) -> Key { pieces(list).appending(start) }
    static func taken(_ id: UUID) -> Key { Key("taken", id) }

    /// The first key of texts that begin with `text`, behind `prefix`.
    static func start(of text: String, under prefix: Key) -> Key {
        Key(bytes: prefix.bytes + Key(text).bytes.dropLast())
    }
    /// The first key behind all texts that begin with `text`: no UTF-8 holds 0xFF.
    static func end(of text: String, under prefix: Key) -> Key { start(of: text, under: prefix).afterChildren }
}

extension Domain {
    /// What one storage account holds.
    static func account(_ id: UUID) -> Domain { .own("account/\(id.lowercaseText)") }
}
