// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel

/// A committed block blob.
///
/// Its name is in its key; the record of a common one takes about a hundred bytes.
struct Blob: Stored {
    /// Where its bytes are.
    enum Body {
        /// One content: what Put Blob makes.
        case whole(Content)
        /// The pieces of a list that copies may share: what Put Block List makes.
        case pieces(list: UUID, count: Int)
    }
    /// The copy that made it.
    struct Copy {
        let id: UUID
        /// The address it was copied from, without a signature.
        let source: String
        let completed: Timestamp
    }
    var etag: EntityTag
    var created: Timestamp
    var modified: Timestamp
    var length: Int64
    var body: Body
    var headers: ContentHeaders
    var metadata: Metadata
    var copy: Copy?

    static let format: UInt8 = 1
    var current: Conditions.Current { Conditions.Current(etag: etag.text, lastModified: modified) }

    /// What a write makes in place of `old`.
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
    }
    /// Marks a change.
    mutating func touch(_ scope: WriteScope) {
        etag = EntityTag(scope, after: etag)
        modified = scope.now
    }

    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.number(etag.value)
        writer.time(created)
        writer.integer(modified.microseconds - created.microseconds)
        writer.integer(length)
        switch body {
        case .whole(let content):
            writer.number(0)
            writer.content(content)
        case .pieces(let list, let count):
            writer.number(1)
            writer.uuid(list)
            writer.number(UInt64(count))
        }
        for text in [headers.type, headers.encoding, headers.language, headers.disposition, headers.cacheControl] {
            writer.optional(text)
        }
        writer.optional(headers.md5)
        writer.metadata(metadata)
        writer.flag(copy != nil)
        if let copy {
            writer.uuid(copy.id)
            writer.text(copy.source)
            writer.time(copy.completed)
        }
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        etag = EntityTag(try reader.number())
        created = try reader.time()
        modified = Timestamp(microseconds: created.microseconds + (try reader.integer()))
        length = try reader.integer()
        switch try reader.number() {
        case 0: body = .whole(try reader.content())
        case 1: body = .pieces(list: try reader.uuid(), count: Int(try reader.number()))
        default: throw StoredFormatError("a blob of an unknown kind")
        }
        headers = ContentHeaders()
        headers.type = try reader.optionalText()
        headers.encoding = try reader.optionalText()
        headers.language = try reader.optionalText()
        headers.disposition = try reader.optionalText()
        headers.cacheControl = try reader.optionalText()
        headers.md5 = try reader.optionalData()
        metadata = try reader.metadata()
        if try reader.flag() {
            copy = Copy(id: try reader.uuid(), source: try reader.text(), completed: try reader.time())
        }
    }
}
