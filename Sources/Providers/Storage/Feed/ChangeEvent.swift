// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// One change of one blob, as the change feed tells it (REST "Change feed support in Azure Blob Storage").
///
/// It lies in the account from the commit that made the change until it is published.
struct ChangeEvent: Stored, Codable {
    enum Kind: String, Codable {
        case created = "BlobCreated"
        case deleted = "BlobDeleted"
        case propertiesUpdated = "BlobPropertiesUpdated"
        case snapshotCreated = "BlobSnapshotCreated"
        case tierChanged = "BlobTierChanged"
        case asyncOperationInitiated = "BlobAsyncOperationInitiated"
    }
    /// A value before and after.
    struct Step: Codable, Equatable {
        let previous: String
        let current: String
    }
    struct TagStep: Codable, Equatable {
        let previous: [String: String]
        let current: [String: String]
    }
    var id: UUID
    var kind: Kind
    var time: Timestamp
    var container: String
    var blob: String
    var api: String
    var request: UUID
    var clientRequest: String?
    var etag: String
    var contentType: String
    var contentLength: Int64
    var blobType: String
    var version: String?
    var tier: String?
    var snapshot: String?
    var previousInfo: [String: String]?
    var propertiesUpdated: [String: Step]?
    var tagsUpdated: TagStep?
    var asyncOperation: [String: String]?
    /// The logical place among the events of its blob: later ones compare greater.
    var sequencer: String

    /// `eventTime`.
    var timeText: String { Moment(time).text }
    /// `subject`.
    var subject: String { "/blobServices/default/containers/\(container)/blobs/\(blob)" }
}

extension StorageKey {
    /// Told and not yet published, in the order of read versions: that is the order of the commits that touched one blob
    /// (docs/decisions/0013), which clocks are not.
    static let changeEvents = Key("feed-event")
    static func changeEvents(of scope: WriteScope) -> Key {
        changeEvents.appending(Int64(bitPattern: scope.version), scope.entry)
    }
    /// Tier changes to come, by the time a rehydration ends.
    static let plannedEvents = Key("feed-planned")
    static func plannedEvent(_ ready: Timestamp, _ place: BlobPlace, _ past: Moment?) -> Key {
        plannedEvents.appending(ready, place.directory, place.name.text, past?.ticks ?? 0)
    }
}
