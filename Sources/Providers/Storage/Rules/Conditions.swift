// SPDX-License-Identifier: Apache-2.0
package import Base
package import HTTPTypes

/// The conditional headers of a request (RFC 9110 §13.1; REST "Specifying conditional headers for Blob service
/// operations").
package struct Conditions: Equatable, Sendable {
    /// Whose headers are read.
    package enum Origin: Sendable {
        /// `If-Match` and its like: about the resource the request names.
        case target
        /// `x-ms-source-if-match` and its like: about the source of a copy.
        case source
        /// `x-ms-blob-if-match` and its like: about the blob, in operations on its tags, where the plain headers are
        /// about the tags.
        case tagged

        fileprivate var names: Names {
            switch self {
            case .target: .target
            case .source: .source
            case .tagged: .tagged
            }
        }
    }
    /// The four headers of an origin.
    fileprivate struct Names {
        let match, noneMatch, modifiedSince, unmodifiedSince: HTTPField.Name

        static let target = Names(behind: "")
        static let source = Names(behind: "x-ms-source-")
        static let tagged = Names(behind: "x-ms-blob-")

        private init(behind prefix: String) {
            match = StorageHeader.name(prefix + "if-match")
            noneMatch = StorageHeader.name(prefix + "if-none-match")
            modifiedSince = StorageHeader.name(prefix + "if-modified-since")
            unmodifiedSince = StorageHeader.name(prefix + "if-unmodified-since")
        }
    }
    /// What the request is about to do, which decides how a failure is answered.
    package enum Purpose: Sendable {
        /// Get Blob, Get Blob Properties and their like.
        case read
        /// A change of what exists.
        case write
        /// Put Blob and Put Block List, where `If-None-Match: *` means "only if new".
        case create
        /// The target of a copy.
        case copyTarget
        /// The target of an incremental copy, where the service names the target for a tag that does not match, and for no
        /// other condition (azure-storage-blob-go, its recorded tests).
        case incrementTarget
        /// The source of a copy.
        case copySource
    }
    /// An `If-Match` or `If-None-Match`.
    enum Tags: Equatable, Sendable {
        case any
        case list([String])

        func contains(_ tag: String) -> Bool {
            switch self {
            case .any: true
            case .list(let tags): tags.contains(Conditions.bare(tag))
            }
        }
        var count: Int { if case .list(let tags) = self { tags.count } else { 1 } }
    }
    /// What conditions look at.
    package struct Current: Equatable, Sendable {
        /// The entity tag, with or without its quotes.
        package let etag: String
        /// The time of the last change; HTTP dates see whole seconds of it.
        package let lastModified: Timestamp
        /// Joins the two.
        package init(etag: String, lastModified: Timestamp) {
            self.etag = etag
            self.lastModified = lastModified
        }
    }

    let match: Tags?
    let noneMatch: Tags?
    let modifiedSince: Timestamp?
    let unmodifiedSince: Timestamp?
    /// Whether the request sets no condition.
    package var isEmpty: Bool { match == nil && noneMatch == nil && modifiedSince == nil && unmodifiedSince == nil }

    /// The same without "only if new".
    ///
    /// Whoever names the lease of what is there cannot mean that it be not there: the SDKs send both, and the service lets
    /// the lease decide.
    package var withoutOnlyIfNew: Conditions {
        guard noneMatch == .any else { return self }
        return Conditions(match, nil, modifiedSince, unmodifiedSince)
    }
    private init(_ match: Tags?, _ noneMatch: Tags?, _ modifiedSince: Timestamp?, _ unmodifiedSince: Timestamp?) {
        self.match = match
        self.noneMatch = noneMatch
        self.modifiedSince = modifiedSince
        self.unmodifiedSince = unmodifiedSince
    }

    /// Reads the conditions; a date that is none is a wrong header, an empty header none.
    package init(_ headers: HTTPFields, of origin: Origin = .target) throws(StorageFault) {
        func text(_ name: HTTPField.Name) -> String? {
            headers[name].flatMap { $0.isEmpty ? nil : $0 }
        }
        func date(_ name: HTTPField.Name) throws(StorageFault) -> Timestamp? {
            guard let value = text(name) else { return nil }
            guard let date = Timestamp(httpDate: value) else { throw .invalidHeaderValue(name.rawName, value) }
            return date
        }
        let names = origin.names
        match = text(names.match).map { Self.tags($0) }
        noneMatch = text(names.noneMatch).map { Self.tags($0) }
        modifiedSince = try date(names.modifiedSince)
        unmodifiedSince = try date(names.unmodifiedSince)
    }

    private static func tags(_ value: String) -> Tags {
        let list = value.split(separator: ",").map { bare(String($0)) }
        return list == ["*"] ? .any : .list(list)
    }
    /// A tag without `W/`, blanks and quotes: clients send it with and without them.
    private static func bare(_ tag: String) -> String {
        var rest = tag[...]
        while rest.first == " " { rest = rest.dropFirst() }
        while rest.last == " " { rest = rest.dropLast() }
        if rest.hasPrefix("W/") { rest = rest.dropFirst(2) }
        if rest.count >= 2, rest.first == "\"", rest.last == "\"" { rest = rest.dropFirst().dropLast() }
        return String(rest)
    }
}

extension Conditions {
    /// Checks the conditions against what exists (nil: nothing does) and throws the service's answer when one fails.
    ///
    /// A read of nothing passes: its answer is 404, whatever the conditions.
    package func check(_ current: Current?, for purpose: Purpose) throws(StorageFault) {
        guard !isEmpty else { return }
        switch purpose {
        case .read: try checkRead(current)
        case .write, .create: try checkWrite(current, purpose, failure: .conditionNotMet)
        case .copyTarget: try checkWrite(current, purpose, failure: .targetConditionNotMet)
        case .incrementTarget:
            let failure = match == nil ? StorageFault.conditionNotMet : .targetConditionNotMet
            try checkWrite(current, purpose, failure: failure)
        case .copySource: try checkWrite(current, purpose, failure: .sourceConditionNotMet)
        }
    }

    /// Reads combine: If-Match and If-Unmodified-Since and (If-None-Match or If-Modified-Since).
    private func checkRead(_ current: Current?) throws(StorageFault) {
        guard noneMatch != .any else { throw .unsatisfiableCondition }
        guard let current else { return }
        if let match, !match.contains(current.etag) { throw .conditionNotMet }
        if let unmodifiedSince, isModified(current, since: unmodifiedSince) { throw .conditionNotMet }
        let isOther = noneMatch.map { !$0.contains(current.etag) }
        let isNewer = modifiedSince.map { isModified(current, since: $0) }
        guard isOther != nil || isNewer != nil else { return }
        guard isOther == true || isNewer == true else { throw .notModified }
    }

    /// Writes take one tag, and a date beside it only in the two pairs of RFC 9110, where the tag decides.
    private func checkWrite(_ current: Current?, _ purpose: Purpose, failure: StorageFault) throws(StorageFault) {
        let isTwoSided = (match != nil || unmodifiedSince != nil) && (noneMatch != nil || modifiedSince != nil)
        guard !isTwoSided, (match?.count ?? 1) == 1, (noneMatch?.count ?? 1) == 1 else {
            throw .multipleConditionHeadersNotSupported
        }
        if let noneMatch {
            guard let current, noneMatch.contains(current.etag) else { return }
            throw noneMatch == .any && (purpose == .create || purpose == .copyTarget) ? .blobAlreadyExists : failure
        }
        if let match {
            guard let current, match.contains(current.etag) else { throw failure }
            return
        }
        guard let current else {
            // What is not there was not modified either.
            if purpose == .create, modifiedSince != nil { throw failure }
            return
        }
        if let modifiedSince, !isModified(current, since: modifiedSince) { throw failure }
        if let unmodifiedSince, isModified(current, since: unmodifiedSince) { throw failure }
    }

    private func isModified(_ current: Current, since date: Timestamp) -> Bool {
        current.lastModified.wholeSecond > date
    }
}
