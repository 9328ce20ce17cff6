// SPDX-License-Identifier: Apache-2.0
import Base

/// What a request's path names: an account, one of its containers, or a blob, with the snapshot or version asked for.
package struct BlobTarget: Hashable, Sendable {
    /// The account.
    package let account: AccountName
    /// The container, unless the account itself is meant.
    package let container: ContainerName?
    /// The blob, unless the container or the account is meant.
    package let blob: BlobName?
    /// The `snapshot` parameter as sent.
    package var snapshot: String?
    /// The `versionid` parameter as sent.
    package var version: String?

    /// Names a resource whose names are already known to be good.
    package init(
        account: AccountName,
        container: ContainerName? = nil,
        blob: BlobName? = nil,
        snapshot: String? = nil,
        version: String? = nil
    ) {
        self.account = account
        self.container = container
        self.blob = blob
        self.snapshot = snapshot
        self.version = version
    }

    /// Reads a path as sent.
    ///
    /// `host` is the account the host name stands for; nil means path style, where the first
    /// segment is the account. A single segment is a container with `restype=container` or `restype=account` (or
    /// `comp=list`, which only a container has), else a blob of `$root`.
    package init(head: RequestHead, host: AccountName?) throws(StorageFault) {
        guard head.path.first == "/" else { throw .invalidURI }
        var rest = head.path.dropFirst()
        if let host {
            account = host
        } else {
            guard let first = Self.takeSegment(&rest)?.percentDecoded, let name = AccountName(first) else {
                throw .invalidURI
            }
            account = name
        }
        snapshot = head.query["snapshot"]
        version = head.query["versionid"]
        let type = head.query["restype"].flatMap { $0.isEmpty ? nil : $0.lowercased() }
        guard type.map(Self.types.contains) ?? true else { throw Self.invalid(type) }
        guard let first = Self.takeSegment(&rest) else {
            guard rest.isEmpty else { throw .invalidURI }
            container = nil
            blob = nil
            return
        }
        guard let firstName = first.percentDecoded, let restName = String(rest).percentDecoded else {
            throw .invalidURI
        }
        let namesContainer = type == "container" || type == "account" || head.query["comp"] == "list"
        if restName.isEmpty, !namesContainer, !ContainerName.system.contains(firstName) {
            // A blob addressed without its container may not hold a slash (REST: "root container").
            guard !firstName.utf8.contains(47) else { throw .invalidURI }
            container = .root
            blob = try BlobName(firstName)
        } else {
            container = try ContainerName(firstName)
            blob = restName.isEmpty ? nil : try BlobName(restName)
        }
        // Of a blob nothing but its account's information is asked for so: what means a container must not reach the blob.
        guard blob == nil || type == nil || type == "account" else { throw Self.invalid(type) }
    }
    /// What `restype` may say (REST "Blob service REST API").
    private static let types: Set<String> = ["container", "service", "account"]
    private static func invalid(_ type: String?) -> StorageFault {
        .invalidQueryParameterValue("restype", String((type ?? "").prefix(64)))
    }

    /// Reads a path of the Data Lake surface: the first segment is a file system, which is a container, and a slash at the
    /// end says nothing.
    package init(path: StoragePath, query: QueryItems) throws(StorageFault) {
        account = path.account
        snapshot = query["snapshot"]
        version = query["versionid"]
        container = try path.segments.first.map { name throws(StorageFault) in try ContainerName(name) }
        // An escaped slash is one of the path (REST "Path": clients escape as they like).
        let names = PathName.pieces(path.segments.dropFirst().joined(separator: "/"))
        blob = names.isEmpty ? nil : try BlobName(names.joined(separator: "/"))
    }

    /// Whether a snapshot is asked for.
    package var isSnapshot: Bool { snapshot?.isEmpty == false }
    /// The moment of the snapshot or version asked for; nil when the current blob is meant.
    package var moment: Moment? {
        get throws(StorageFault) {
            let asked = [("snapshot", snapshot), ("versionid", version)].filter { $0.1?.isEmpty == false }
            guard let (name, value) = asked.first, let value else { return nil }
            guard asked.count == 1 else { throw .mutuallyExclusiveParameters }
            guard let moment = Moment(value) else { throw .invalidQueryParameterValue(name, value) }
            return moment
        }
    }

    /// Cuts the text before the next slash off, with the slash; nil when there is none left.
    private static func takeSegment(_ rest: inout Substring) -> String? {
        guard !rest.isEmpty, rest.first != "/" else { return nil }
        let slash = rest.utf8.firstIndex(of: 47) ?? rest.endIndex
        let segment = String(rest[..<slash])
        rest = rest[slash...].dropFirst()
        return segment
    }

    /// The name signatures are made over: `/account[/container[/blob]]`, decoded.
    package var canonicalPath: String {
        "/" + ([account.text, container?.text, blob?.text].compactMap { $0 }).joined(separator: "/")
    }
}
