// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// What anyone may do with a container without saying who they are (REST "Set Container ACL").
package enum PublicAccess: String, Sendable, Codable {
    /// Read its blobs.
    case blob
    /// Read its blobs and list them.
    case container

    /// Reads `x-ms-blob-public-access`; nil when the container is private.
    ///
    /// `true` is what versions before 2009-09-19
    /// sent for `container`.
    package init?(_ head: RequestHead) throws(StorageFault) {
        guard let text = head.headers[StorageHeader.publicAccess], !text.isEmpty else { return nil }
        guard let access = PublicAccess(rawValue: text.lowercased() == "true" ? "container" : text.lowercased()) else {
            throw .invalidHeaderValue("x-ms-blob-public-access", text)
        }
        self = access
    }
}
