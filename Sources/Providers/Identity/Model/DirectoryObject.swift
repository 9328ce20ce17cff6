// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// The kinds of objects the directory keeps.
///
/// The numbers are stored.
package enum DirectoryKind: UInt8, Codable, Sendable, CaseIterable {
    case user = 1
    case group = 2
    case servicePrincipal = 3
    case application = 4

    /// The type in answers that mix kinds: `#microsoft.graph.user`.
    var odataType: String {
        switch self {
        case .user: "#microsoft.graph.user"
        case .group: "#microsoft.graph.group"
        case .servicePrincipal: "#microsoft.graph.servicePrincipal"
        case .application: "#microsoft.graph.application"
        }
    }
    /// The collection in addresses: `users`.
    var collection: String {
        switch self {
        case .user: "users"
        case .group: "groups"
        case .servicePrincipal: "servicePrincipals"
        case .application: "applications"
        }
    }
    /// What error messages call it.
    var title: String {
        switch self {
        case .user: "User"
        case .group: "Group"
        case .servicePrincipal: "ServicePrincipal"
        case .application: "Application"
        }
    }
    /// What `getByIds` calls it.
    var typeName: String { String(odataType.dropFirst("#microsoft.graph.".count)) }
}

/// What is kept of every directory object on hot paths: what it is and whether it may act.
///
/// Ten bytes, for every request with a token reads one.
struct ObjectState: Stored, Hashable {
    var kind: DirectoryKind
    var isEnabled: Bool
    /// Grows when passwords change, sessions are revoked or the object is disabled: refresh tokens of an older stamp
    /// are dead.
    var credentialStamp: Int64

    static let format: UInt8 = 1
    init(kind: DirectoryKind, isEnabled: Bool = true, credentialStamp: Int64 = 0) {
        self.kind = kind
        self.isEnabled = isEnabled
        self.credentialStamp = credentialStamp
    }
    func storedBody() throws -> [UInt8] {
        let stamp = UInt64(bitPattern: credentialStamp)
        return [kind.rawValue, isEnabled ? 1 : 0]
            + stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: stamp >> UInt64($0)) }
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        let bytes = Array(storedBody)
        guard bytes.count == 10, let kind = DirectoryKind(rawValue: bytes[0]) else {
            throw StoredFormatError("an object state has ten bytes")
        }
        self.kind = kind
        isEnabled = bytes[1] == 1
        credentialStamp = Int64(bitPattern: bytes.dropFirst(2).reduce(0) { $0 << 8 | UInt64($1) })
    }
}

/// Points from an index to an object.
struct Pointer: Stored, Codable { var id: PrincipalID }

/// What users, groups, applications and service principals have in common.
protocol DirectoryObject: Stored, Codable {
    static var kind: DirectoryKind { get }
    /// What Graph shows when the client selects nothing; nil for everything.
    static var defaultMembers: Set<String>? { get }
    var id: PrincipalID { get }
    var displayName: String { get set }
    /// Every member Graph shows, without what lies in other records.
    var members: [String: JSON] { get }
    /// Index keys besides id and name that lead to this object, and to it alone.
    var uniqueKeys: [Key] { get }
    /// The index key a filter's condition can be answered from; nil when it cannot.
    static func uniqueKey(for condition: GraphFilter) -> Key?
}

extension DirectoryObject {
    var kind: DirectoryKind { Self.kind }
    var defaultMembers: Set<String>? { Self.defaultMembers }
}

/// Where directory records lie in the tenant's domain.
enum DirectoryKey {
    static func state(_ id: PrincipalID) -> Key { Key("state", id) }
    static func object(_ kind: DirectoryKind, _ id: PrincipalID) -> Key { objects(kind).appending(id) }
    static func objects(_ kind: DirectoryKind) -> Key { Key("object", kind.typeName) }
    static func name(_ kind: DirectoryKind, _ name: String, _ id: PrincipalID) -> Key {
        Key("name", kind.typeName, name.lowercased(), id)
    }
    /// All names of a kind that begin with a text, or are that text.
    static func names(_ kind: DirectoryKind, _ text: String, exact: Bool) -> KeyRange {
        let full = Key("name", kind.typeName, text.lowercased())
        guard !exact else { return full.children }
        // Without its closing zero the key is a prefix of every longer name; UTF-8 has no byte 0xFF.
        let prefix = Key(bytes: Array(full.bytes.dropLast()))
        return KeyRange(from: prefix, to: prefix.afterChildren)
    }
    static func userPrincipalName(_ name: String) -> Key { Key("user-principal-name", name.lowercased()) }
    static func credential(_ user: PrincipalID) -> Key { Key("credential", user) }
    static func attempts(_ user: PrincipalID) -> Key { Key("sign-in-attempts", user) }
    static func owner(of object: PrincipalID, _ owner: PrincipalID) -> Key { Key("owner", object, owner) }
    static func owned(by owner: PrincipalID, _ object: PrincipalID) -> Key { Key("owned", owner, object) }
}
