// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// Lists of directory objects: a filter is answered from an index where one fits, and always in bounded pages.
extension IdentityProvider {
    /// Where a list is read from.
    enum Source: Sendable {
        /// At most one object, by its id or a unique name.
        case id(PrincipalID)
        case unique(Key)
        /// A range of the index of names.
        case names(KeyRange)
        /// All objects of the kind in the order of their ids.
        case all
    }
    /// The narrowest source that holds everything a filter lets through.
    static func source<Object: DirectoryObject>(_ type: Object.Type, _ query: GraphQuery) -> Source {
        for condition in query.filter?.conjuncts ?? [] {
            if let key = type.uniqueKey(for: condition) { return .unique(key) }
            if case .equals(["id"], .string(let text)) = condition, let id = PrincipalID(text: text) { return .id(id) }
        }
        for condition in query.filter?.conjuncts ?? [] {
            switch condition {
            case .equals(["displayName"], .string(let name)):
                return .names(DirectoryKey.names(type.kind, name, exact: true))
            case .startsWith(["displayName"], let prefix):
                return .names(DirectoryKey.names(type.kind, prefix, exact: false))
            default: continue
            }
        }
        return query.byName ? .names(Key("name", type.kind.typeName).children) : .all
    }

    /// One page of a kind, as Graph answers it.
    func list<Object: DirectoryObject>(
        _ type: Object.Type,
        _ call: Call,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Reply {
        let query = try GraphQuery(call.request.query, .kind(type.kind))
        if let filter = query.filter { try Self.check(filter, type) }
        let page = try await page(type, Self.source(type, query), query, scope)
        var shown: [JSON] = []
        for object in page.objects {
            let members = try await members(of: object, scope)
            guard query.filter?.matches(members) ?? true else { continue }
            shown.append(.object(query.project(members, defaults: type.defaultMembers)))
        }
        return listReply(call, "\(type.kind.collection)", shown, next: page.next, query)
    }

    /// The objects of a page before filtering, and where the next begins; nil at the end.
    private func page<Object: DirectoryObject>(
        _ type: Object.Type,
        _ source: Source,
        _ query: GraphQuery,
        _ scope: ReadScope
    ) async throws(ServiceError) -> (objects: [Object], next: Key?) {
        switch source {
        case .id(let id):
            try query.isWhole()
            return ([try await scope.object(type, id)].compactMap { $0 }, nil)
        case .unique(let key):
            try query.isWhole()
            return ([try await scope.object(type, named: key)].compactMap { $0 }, nil)
        case .names(var range):
            if let after = try query.start(in: range) { range.from = after.next }
            let items = try await scope.list(Pointer.self, in: .tenant, keys: range, limit: query.top + 1)
            var objects: [Object] = []
            for item in items.prefix(query.top) {
                if let object = try await scope.object(type, item.value.id) { objects.append(object) }
            }
            return (objects, items.count > query.top ? items[query.top - 1].key : nil)
        case .all:
            let items = try await scope.list(
                type,
                under: DirectoryKey.objects(type.kind),
                after: try query.start(in: DirectoryKey.objects(type.kind).children),
                limit: query.top + 1
            )
            return (items.prefix(query.top).map(\.value), items.count > query.top ? items[query.top - 1].key : nil)
        }
    }
    /// A property nobody has is a mistake, not an empty list.
    private static func check<Object: DirectoryObject>(_ filter: GraphFilter, _ type: Object.Type) throws(ServiceError)
    {
        let known = knownProperties(type.kind)
        guard let unknown = filter.properties.sorted().first(where: { !known.contains($0) }) else { return }
        throw .badRequest(
            "BadRequest",
            "Could not find a property named '\(unknown.prefix(100))' on type 'microsoft.graph.\(type.kind.typeName)'."
        )
    }
    private static func knownProperties(_ kind: DirectoryKind) -> Set<String> {
        let id = PrincipalID(KeyRing.regionTenant.raw)
        let zero = Timestamp(seconds: 0)
        let sample: [String: JSON] =
            switch kind {
            case .user:
                User(
                    id: id,
                    userPrincipalName: "",
                    displayName: "",
                    mailNickname: "",
                    accountEnabled: true,
                    created: zero
                ).members
            case .group: Group(id: id, displayName: "", mailNickname: "", created: zero).members
            case .application:
                Application(
                    id: id,
                    appId: id.raw,
                    displayName: "",
                    identifierUris: [],
                    signInAudience: "",
                    created: zero,
                    settings: [:]
                ).members
            case .servicePrincipal:
                ServicePrincipal(
                    id: id,
                    appId: id.raw,
                    displayName: "",
                    accountEnabled: true,
                    names: [],
                    tags: [],
                    created: zero
                ).members
            }
        return Set(sample.keys)
    }
}

extension IdentityProvider {
    /// The envelope of a list; the next page's address is this one's with another skip token.
    func listReply(
        _ call: Call,
        _ context: String,
        _ shown: [JSON],
        next: Key?,
        _ query: GraphQuery
    ) -> Reply {
        var body: [String: JSON] = [
            "@odata.context": .string("\(address(call))/v1.0/$metadata#\(context)"), "value": .array(shown),
        ]
        if query.counts, next == nil, query.after == nil { body["@odata.count"] = .integer(Int64(shown.count)) }
        if let next {
            let kept = call.request.query.items.filter { $0.name.lowercased() != "$skiptoken" }
            let items = kept.map { "\($0.name.percentEncoded(keeping: "$"))=\($0.value.percentEncoded())" }
            let token = "$skiptoken=" + next.bytes.base64URL
            body["@odata.nextLink"] = .string(
                "\(address(call))\(call.request.path)?\((items + [token]).joined(separator: "&"))"
            )
        }
        return .json(200, .object(body))
    }
    /// One object as Graph answers it.
    func entityReply(
        _ status: Int,
        _ call: Call,
        _ object: some DirectoryObject,
        _ scope: any Scope,
        all: Bool = false
    ) async throws(ServiceError) -> Reply {
        let kind = object.kind
        let select = try GraphQuery.select(call.query("$select"), .kind(kind))
        let defaults = all ? nil : object.defaultMembers
        var members = GraphQuery.project(try await members(of: object, scope), select: select, defaults: defaults)
        members["@odata.context"] = .string("\(address(call))/v1.0/$metadata#\(kind.collection)/$entity")
        return .json(status, .object(members))
    }
    /// Everything Graph shows of an object, with what lies in other records.
    func members(of object: some DirectoryObject, _ scope: any Scope) async throws(ServiceError) -> [String: JSON] {
        var members = object.members
        let holder: Client.Holder
        let appId: JSON?
        switch object.kind {
        case .application: (holder, appId) = (.application, members["appId"])
        case .servicePrincipal: (holder, appId) = (.servicePrincipal, members["appId"])
        case .user, .group: return members
        }
        guard let id = appId?.string.flatMap({ UUID(uuidString: $0) }) else { return members }
        let client = try await scope.get(Client.self, at: Client.key(id))
        let credentials = client?.credentials.filter { $0.holder == holder } ?? []
        members["passwordCredentials"] = .array(credentials.map { $0.json() })
        return members
    }
}
