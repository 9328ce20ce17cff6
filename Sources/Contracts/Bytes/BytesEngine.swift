// SPDX-License-Identifier: Apache-2.0

/// Where an engine keeps an immutable run of bytes.
///
/// Positions are never used twice, so a stale extent can be released again without harm.
package struct Extent: Hashable, Sendable {
    /// The segment file, or whatever the engine counts as one.
    package let segment: Int64
    /// Where in the segment it begins, in the engine's own measure.
    package let offset: Int64
    /// How many bytes its user wrote.
    package let length: Int64
    /// Joins the parts.
    package init(segment: Int64, offset: Int64, length: Int64) {
        self.segment = segment
        self.offset = offset
        self.length = length
    }
}

/// What an engine answers instead of success.
package enum BytesError: Error, Equatable {
    /// No room: nothing was written, and what was there stays readable.
    case full(String)
    /// What was written is not what is read. Names the file and the block.
    case corrupt(String)
    /// The room was given back before the extent was opened: what replaced it is found where the extent was named. A
    /// reference that still names it has lost its bytes.
    case released(String)
    /// The engine is stopping, or the machine answered with an input/output error.
    case unavailable(String)
}

/// The measure in which engines check what they read.
package enum BytesLayout {
    /// An engine checks whole blocks of this many user bytes (64 KiB less its own checksum); reads that begin on a
    /// multiple of it cost nothing more.
    package static let blockBytes = 65_528
    /// Largest piece a reader is asked for or a writer is given at once: sixteen blocks, about one mebibyte.
    package static let chunkBytes = 16 * blockBytes
}

/// Keeps immutable extents: reserve, write, finish; read; release.
///
/// Every engine passes `Suites/BytesSuite`.
package protocol BytesEngine: Sendable {
    /// Room for exactly `length` bytes (at least one: an empty stream needs no extent), or `.full` while nothing has
    /// changed.
    func reserve(_ length: Int64) async throws(BytesError) -> any ExtentWriter
    /// A reader that keeps the extent readable for as long as somebody holds it, even when it is released meanwhile.
    func open(_ extent: Extent) async throws(BytesError) -> any ExtentReader
    /// Gives the room back once the last reader is gone; durable when it returns. Releasing twice is no error.
    func release(_ extent: Extent) async throws(BytesError)
    /// Reads every block of an extent and checks it: the scrub.
    func verify(_ extent: Extent) async throws(BytesError)
    /// Segments in which the last life, however it ended, may have left room that nobody refers to; empty after each
    /// was settled.
    func unsettledSegments() async -> [Int64]
    /// Gives back all room of an unsettled segment outside `kept`, which must be all that is referred to in it.
    func settle(_ segment: Int64, keeping kept: [Extent]) async throws(BytesError)
    /// Finishes what was begun; later calls answer `.unavailable`. What a commit refers to is not known here, so segments
    /// that took extents are settled in the next life, as after a crash.
    func close() async
    /// One line for `lazuli status`.
    var health: String { get async }
}

/// Fills one reserved extent, in order, by one task.
package protocol ExtentWriter: Sendable {
    /// Appends bytes; all but the last call should bring multiples of `BytesLayout.blockBytes`.
    func write(_ bytes: [UInt8]) async throws(BytesError)
    /// Durable when it returns; exactly the reserved length must have been written. Concurrent finishes share a sync.
    /// Commit what refers to the extent soon after, and release it where that fails: a crash or a stop in between leaves
    /// the room to `settle`.
    func finish() async throws(BytesError) -> Extent
    /// Gives the room back. Dropping a writer without either leaves the room to `settle` after the next start. After
    /// an error of `write` or `finish` the room is given back already.
    func abandon() async
}

/// Reads one extent.
package protocol ExtentReader: Sendable {
    /// The bytes of `range`, inside the extent, at most `BytesLayout.chunkBytes` long; checked against their checksums.
    func read(_ range: Range<Int64>) async throws(BytesError) -> [UInt8]
}

extension BytesError: CustomStringConvertible {
    /// In an operator's words.
    package var description: String {
        switch self {
        case .full(let why), .corrupt(let why), .unavailable(let why): why
        case .released(let what): "\(what) was given back, or lost"
        }
    }
}
