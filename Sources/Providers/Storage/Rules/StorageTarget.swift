// SPDX-License-Identifier: Apache-2.0
import Base

/// What a request's path names, on any of the storage services.
package enum StorageTarget: Hashable, Sendable {
    case blob(BlobTarget)
    case queue(QueueTarget)
    case table(TableTarget)

    /// Reads a path as sent.
    ///
    /// `host` is the account the host name stands for; nil means path style, where the first segment is the account.
    package init(head: RequestHead, host: AccountName?, of service: StorageService) throws(StorageFault) {
        switch service {
        case .blob: self = .blob(try BlobTarget(head: head, host: host))
        case .dfs: self = .blob(try BlobTarget(path: StoragePath(head, host: host, of: .dfs), query: head.query))
        case .queue: self = .queue(try QueueTarget(head: head, host: host))
        case .table: self = .table(try TableTarget(head: head, host: host))
        }
    }

    /// The account.
    package var account: AccountName {
        switch self {
        case .blob(let target): target.account
        case .queue(let target): target.account
        case .table(let target): target.account
        }
    }
    /// The service whose signatures open it; Data Lake's are those of blobs.
    package var service: StorageService {
        switch self {
        case .blob: .blob
        case .queue: .queue
        case .table: .table
        }
    }
    /// The blob or container it names; nil on the other services.
    package var blob: BlobTarget? { if case .blob(let target) = self { target } else { nil } }
    /// What role assignments are looked up against, behind the account's ARM id; nil for the account itself.
    package var resource: String? {
        switch self {
        case .blob(let target): target.container.map { "blobServices/default/containers/\($0)" }
        case .queue(let target): target.queue.map { "queueServices/default/queues/\($0)" }
        case .table(let target): target.table.map { "tableServices/default/tables/\($0)" }
        }
    }
}

/// The segments of a path as sent, with the account taken off.
package struct StoragePath {
    /// The account.
    package let account: AccountName
    /// The decoded segments below it.
    package let segments: [String]

    /// Reads a path; in path style the first segment is `account` or, on other services than blobs, `account-service`.
    package init(_ head: RequestHead, host: AccountName?, of service: StorageService) throws(StorageFault) {
        guard head.path.first == "/" else { throw .invalidURI }
        var pieces = head.path.split(separator: "/")[...]
        if let host {
            account = host
        } else {
            let suffix = "-" + service.rawValue
            guard let first = pieces.popFirst(), first.hasSuffix(suffix),
                let name = AccountName(first.dropLast(suffix.count))
            else { throw .invalidURI }
            account = name
        }
        var segments: [String] = []
        for piece in pieces {
            guard let text = String(piece).percentDecoded else { throw .invalidURI }
            segments.append(text)
        }
        self.segments = segments
    }
}
