// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// A blob: its current state, or a past one.
///
/// Its place is in its key. The record of a common one takes less than a hundred bytes: what is absent takes no room,
/// see `BlobCoding`.
struct Blob: Stored {
    /// Where its bytes are.
    enum Body {
        /// One content: what Put Blob makes.
        case whole(Content)
        /// The pieces of a list that copies may share: what Put Block List and Append Block make.
        case pieces(list: UUID, count: Int)
        /// The pages of a page blob, by the id of their table; a past state sees them as they were in a generation.
        case pages(table: UUID, at: Int64?)
    }
    /// The copy that made it, or is making it.
    struct Copy {
        enum Status: UInt8 {
            case pending
            case success
            case aborted
            case failed
            /// `x-ms-copy-status`.
            var text: String { "\(self)" }
        }
        let id: UUID
        /// The address it was copied from, without a signature.
        let source: String
        var status = Status.success
        /// Bytes copied, and bytes in all.
        var copied: Int64
        var total: Int64
        /// When it ended.
        var completed: Timestamp?
        /// Why it failed.
        var reason: String?
        var isIncremental = false
        /// The snapshot an incremental copy made last.
        var snapshot: Moment?
        /// `x-ms-copy-progress`.
        var progress: String { "\(copied)/\(total)" }
    }
    /// What makes it a past state.
    struct Past {
        enum Kind: UInt8 {
            case snapshot
            case version
            /// What a delete took away and soft delete keeps.
            case base
        }
        var kind: Kind
        /// What it is named by; for a base, when it was deleted.
        var moment: Moment
        /// While soft delete keeps it: since when and until when.
        var deleted: Deletion?
    }
    /// Since when and until when soft delete keeps something.
    struct Deletion {
        let at: Timestamp
        let until: Timestamp
        /// Whole days left, as the service counts them.
        func remainingDays(at now: Timestamp) -> Int {
            max(0, Int((until.seconds - now.seconds) / (24 * 3600)))
        }
    }
    /// A time-based immutability policy of its own.
    struct Immutability {
        var until: Timestamp
        var isLocked: Bool
        /// `x-ms-immutability-policy-mode`.
        var mode: String { isLocked ? "locked" : "unlocked" }
    }
    var kind = BlobEntry.Kind.block
    var etag: EntityTag
    var created: Timestamp
    var modified: Timestamp
    var length: Int64
    var body: Body
    var headers: ContentHeaders
    var metadata: Metadata
    var copy: Copy?
    /// The version this state is; nil where it was written without versioning.
    var version: Moment?
    /// Nil for the current state.
    var past: Past?
    /// How many snapshots there are of it: a delete must say what becomes of them.
    var snapshots = 0
    var lease: Lease?
    var tags = BlobTags.none
    var tier = BlobTier()
    /// The sequence number of a page blob.
    var sequenceNumber: Int64 = 0
    /// Whether an append blob takes no more.
    var isSealed = false
    var encryptionScope: String?
    /// The SHA-256 of the key a customer provided.
    var customerKeyHash: [UInt8]?
    var immutability: Immutability?
    var hasLegalHold = false
    var lastAccess: Timestamp?
    /// When it ends by itself.
    var expiry: Timestamp?
    /// The id of the directory it is, with a hierarchical namespace; nil for files, which have contents.
    var directory: UUID?
    /// What its clients noted of their own encryption, with a hierarchical namespace.
    var encryptionContext: String?
    /// Whose it is and who may do what with it, with a hierarchical namespace.
    var access: AccessControl?

    static let format: UInt8 = 3
    var current: Conditions.Current { Conditions.Current(etag: etag.text, lastModified: modified) }
    /// The blocks of an append blob.
    var committedBlocks: Int { if case .pieces(_, let count) = body { count } else { 0 } }
    /// Whether its bytes need a key besides the account's.
    var isUnderKey: Bool { encryptionScope != nil || customerKeyHash != nil }
    /// Whether soft delete keeps it.
    var isDeleted: Bool { past?.deleted != nil }

    /// What a write makes in place of `old`: the lease stays, all else is new.
    init(
        _ scope: WriteScope,
        replacing old: Blob?,
        length: Int64,
        body: Body,
        headers: ContentHeaders,
        metadata: Metadata
    ) {
        etag = EntityTag(scope, after: old?.etag)
        created = scope.now
        modified = scope.now
        self.length = length
        self.body = body
        self.headers = headers
        self.metadata = metadata
        lease = old?.lease
        access = old?.access
    }
    /// Marks a change.
    mutating func touch(_ scope: WriteScope) {
        etag = EntityTag(scope, after: etag)
        modified = scope.now
    }

    func storedBody() -> [UInt8] { BlobCoding.write(self) }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        self = format == 1 ? try BlobCoding.readFirst(&reader) : try BlobCoding.read(&reader)
    }
    /// What a record begins with, before its parts are read.
    init(etag: EntityTag, created: Timestamp, modified: Timestamp, length: Int64, body: Body) {
        self.etag = etag
        self.created = created
        self.modified = modified
        self.length = length
        self.body = body
        headers = ContentHeaders()
        metadata = .none
    }
}
