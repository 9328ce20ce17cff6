// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// What Graph does with objects of any kind: look them up by id, own them, ask which groups they are in.
extension IdentityProvider {
    /// Serves `GET /directoryObjects/{object}`.
    func showObject(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        guard let id = PrincipalID(text: call["object"]), var members = try await anyObject(id, scope) else {
            throw GraphFault.missing(call["object"])
        }
        members["@odata.context"] = .string("\(address(call))/v1.0/$metadata#directoryObjects/$entity")
        return .json(200, .object(members))
    }
    /// `POST /directoryObjects/getByIds`: those that exist, in the order asked for.
    func getByIDs(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        guard let json = try? JSON(parsing: call.body), json.object != nil else { throw GraphFault.unreadable }
        guard let texts = json["ids"]?.array?.map(\.string) else {
            throw GraphFault.invalid("The property 'ids' is required: a list of the ids of directory objects.")
        }
        guard texts.count <= Limits.idsMax else {
            throw GraphFault.invalid("Too many ids: at most \(Limits.idsMax) may be asked for at once.")
        }
        let types = json["types"]?.array.map { Set($0.compactMap { $0.string?.lowercased() }) }
        var shown: [JSON] = []
        for text in texts {
            guard let id = text.flatMap({ PrincipalID(text: $0) }) else {
                throw GraphFault.invalid("Invalid GUID: '\((text ?? "").prefix(100))'.")
            }
            guard let kind = try await scope.state(id)?.kind, types?.contains(kind.typeName.lowercased()) ?? true,
                let members = try await anyObject(id, scope)
            else { continue }
            shown.append(.object(members))
        }
        return .json(
            200,
            ["@odata.context": .string("\(address(call))/v1.0/$metadata#directoryObjects"), "value": .array(shown)]
        )
    }

    /// `POST /{collection}/{object}/checkMemberGroups`: those of the named groups the object is in, through others too.
    func checkMemberGroups(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        guard let json = try? JSON(parsing: call.body), let asked = json["groupIds"]?.array?.compactMap(\.string),
            asked.count <= Limits.bindingsMax
        else { throw GraphFault.invalid("groupIds takes at most \(Limits.bindingsMax) ids of groups.") }
        let groups = Set(try await allGroups(of: try await objectID(call, scope), scope))
        let found = asked.filter { text in PrincipalID(text: text).map(groups.contains) ?? false }
        return stringsReply(call, found)
    }
    /// Serves `POST /{collection}/{object}/getMemberGroups`.
    func getMemberGroups(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let groups = try await allGroups(of: try await objectID(call, scope), scope)
        return stringsReply(call, groups.map(\.text))
    }
    /// `GET /{collection}/{object}/memberOf`: the groups it is in directly.
    func listMemberOf(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let query = try GraphQuery(call.request.query, .any)
        try query.isWhole()
        let groups = try await scope.groups(of: try await objectID(call, scope), limit: Limits.pageMax)
        return try await objectsReply(groups, next: nil, query, call, scope)
    }
    /// Serves `GET /{collection}/{object}/transitiveMemberOf`.
    func listTransitiveMemberOf(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let query = try GraphQuery(call.request.query, .any)
        try query.isWhole()
        let groups = try await allGroups(of: try await objectID(call, scope), scope)
        return try await objectsReply(Array(groups.prefix(Limits.pageMax)), next: nil, query, call, scope)
    }

    /// Every group the object is in, directly or through others, each once, at most `Limits.groupsMax`.
    private func allGroups(of id: PrincipalID, _ scope: ReadScope) async throws(ServiceError) -> [PrincipalID] {
        var found: [PrincipalID] = []
        var seen: Set<PrincipalID> = [id]
        var waiting = [id]
        while let next = waiting.popLast(), found.count < Limits.groupsMax {
            for group in try await scope.groups(of: next, limit: Limits.groupsMax) where seen.insert(group).inserted {
                found.append(group)
                waiting.append(group)
            }
        }
        return Array(found.prefix(Limits.groupsMax))
    }
    /// The object a path names: `{user}` by id or name, `me`, or any `{object}` by its id.
    private func objectID(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> PrincipalID {
        if let name = call.parameters["user"] { return try await user(name, scope).id }
        guard let text = call.parameters["object"] else { return try await me(call, scope).id }
        guard let id = PrincipalID(text: text), try await scope.state(id) != nil else { throw GraphFault.missing(text) }
        return id
    }
    private func stringsReply(_ call: Call, _ texts: [String]) -> Reply {
        .json(
            200,
            [
                "@odata.context": .string("\(address(call))/v1.0/$metadata#Collection(Edm.String)"),
                "value": .array(texts.map(JSON.string)),
            ]
        )
    }
}

/// Owners: edges that are shown and kept, and give no right of their own here.
extension IdentityProvider {
    /// Serves `GET /{collection}/{object}/owners`.
    func listOwners(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let query = try GraphQuery(call.request.query, .any)
        try query.isWhole()
        let object = try await owned(call, scope)
        let owners = try await scope.list(Pointer.self, under: Key("owner", object), limit: Limits.pageMax)
        return try await objectsReply(owners.map(\.value.id), next: nil, query, call, scope)
    }
    /// Serves `POST /{collection}/{object}/owners/$ref`.
    func addOwner(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let object = try await owned(call, scope)
        let owner = try await referenced(try Self.reference(call), scope)
        guard try await scope.get(Pointer.self, at: DirectoryKey.owner(of: object, owner)) == nil else {
            throw GraphFault.invalid(
                "One or more added object references already exist for the following modified properties: 'owners'."
            )
        }
        try await own(object, by: owner, scope)
        return Reply(204)
    }
    /// Serves `DELETE /{collection}/{object}/owners/{owner}/$ref`.
    func removeOwner(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let object = try await owned(call, scope)
        guard let owner = PrincipalID(text: call["owner"]),
            try await scope.get(Pointer.self, at: DirectoryKey.owner(of: object, owner)) != nil
        else { throw GraphFault.missing(call["owner"]) }
        try await scope.remove(at: DirectoryKey.owner(of: object, owner))
        try await scope.remove(at: DirectoryKey.owned(by: owner, object))
        return Reply(204)
    }
    /// Serves `GET /me/ownedObjects`.
    func listMyObjects(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let query = try GraphQuery(call.request.query, .any)
        let prefix = Key("owned", try await me(call, scope).id)
        let after = try query.start(in: prefix.children)
        let items = try await scope.list(Pointer.self, under: prefix, after: after, limit: query.top + 1)
        let next = items.count > query.top ? items[query.top - 1].key : nil
        return try await objectsReply(items.prefix(query.top).map(\.value.id), next: next, query, call, scope)
    }

    func own(_ object: PrincipalID, by owner: PrincipalID, _ scope: WriteScope) async throws(ServiceError) {
        try await scope.put(Pointer(id: owner), at: DirectoryKey.owner(of: object, owner))
        try await scope.put(Pointer(id: object), at: DirectoryKey.owned(by: owner, object))
    }
    private func owned(_ call: Call, _ scope: any Scope) async throws(ServiceError) -> PrincipalID {
        guard let id = PrincipalID(text: call["object"]), try await scope.state(id) != nil else {
            throw GraphFault.missing(call["object"])
        }
        return id
    }
}

extension IdentityProvider {
    /// The `@odata.id` of a body that refers to another object.
    static func reference(_ call: Call) throws(ServiceError) -> String {
        guard let json = try? JSON(parsing: call.body), let reference = json["@odata.id"]?.string else {
            throw GraphFault.invalid("The body must hold '@odata.id' with the address of a directory object.")
        }
        return reference
    }
    /// The object a reference's last segment names.
    func referenced(_ reference: String, _ scope: any Scope) async throws(ServiceError) -> PrincipalID {
        guard let last = reference.split(separator: "/").last, let id = PrincipalID(text: last),
            try await scope.state(id) != nil
        else { throw GraphFault.missing(String(reference.split(separator: "/").last ?? "")) }
        return id
    }
    /// An object of whatever kind with all its members and its type; nil when there is none.
    func anyObject(_ id: PrincipalID, _ scope: ReadScope) async throws(ServiceError) -> [String: JSON]? {
        guard let kind = try await scope.state(id)?.kind else { return nil }
        let object: (any DirectoryObject)? =
            switch kind {
            case .user: try await scope.object(User.self, id)
            case .group: try await scope.object(Group.self, id)
            case .servicePrincipal: try await scope.object(ServicePrincipal.self, id)
            case .application: try await scope.object(Application.self, id)
            }
        guard let object else { return nil }
        var members = GraphQuery.project(
            try await members(of: object, scope),
            select: nil,
            defaults: object.defaultMembers
        )
        members["@odata.type"] = .string(kind.odataType)
        return members
    }
    func objectsReply(
        _ ids: [PrincipalID],
        next: Key?,
        _ query: GraphQuery,
        _ call: Call,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Reply {
        var shown: [JSON] = []
        for id in ids {
            guard var members = try await anyObject(id, scope), query.filter?.matches(members) ?? true else { continue }
            if let select = query.select {
                members = GraphQuery.project(members, select: select.union(["@odata.type"]), defaults: nil)
            }
            shown.append(.object(members))
        }
        return listReply(call, "directoryObjects", shown, next: next, query)
    }
}
