// SPDX-License-Identifier: Apache-2.0

/// What a request changes about the access to one path (REST "Path - Update", "Path - Create").
package struct PathAccessChange: Equatable, Sendable {
    package let owner: String?
    package let group: String?
    package let permissions: AccessMode?
    package let list: AccessList?

    /// Reads the headers.
    package init(_ head: RequestHead) throws(StorageFault) {
        owner = try Self.identity("x-ms-owner", head)
        group = try Self.identity("x-ms-group", head)
        permissions = try head.text("x-ms-permissions").map { text throws(StorageFault) in
            try AccessMode(permissions: text)
        }
        list = try head.text("x-ms-acl").map { text throws(StorageFault) in try AccessList(text) }
        guard permissions == nil || list == nil else {
            throw .invalidInput("x-ms-permissions and x-ms-acl exclude each other: a list has the permissions in it.")
        }
    }
    private static func identity(_ name: String, _ head: RequestHead) throws(StorageFault) -> String? {
        guard let text = head.text(name) else { return nil }
        guard text != AccessControl.superuser else { return text }
        guard let id = AccessList.objectID(of: text) else {
            throw .invalidHeaderValue(name, String(text.prefix(64)))
        }
        return id
    }
    /// Whether the request says nothing.
    package var isEmpty: Bool { self.owner == nil && group == nil && permissions == nil && list == nil }

    /// Makes the change.
    package func apply(to access: inout AccessControl, onDirectory isDirectory: Bool) throws(StorageFault) {
        if let owner { access.owner = owner }
        if let group { access.group = group }
        if let permissions { access.set(permissions) }
        if let list { try access.replace(list, onDirectory: isDirectory) }
    }
}
