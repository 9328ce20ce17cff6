// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

extension ResourcesProvider {
    func showTags(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let target = try await target(call.scope, scope)
        return Self.reply(try await tags(of: target, scope), at: target)
    }
    /// Sets the whole set of tags.
    func putTags(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let target = try await changeableTarget(call.scope, scope)
        guard let tags = try TagRules.read(try call.json()["properties"]?["tags"]) else { throw Self.noTags }
        try await set(tags, at: target, scope)
        return Self.reply(tags, at: target)
    }
    /// Merges, replaces or deletes some of the tags.
    func patchTags(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let target = try await changeableTarget(call.scope, scope)
        let body = try call.json()
        guard let change = TagRules.Change(rawValue: body["operation"]?.string?.lowercased() ?? "") else {
            throw .badRequest("InvalidTagsPatchOperation", "The operation must be 'Merge', 'Replace' or 'Delete'.")
        }
        guard let given = try TagRules.read(body["properties"]?["tags"]) else { throw Self.noTags }
        let tags = try TagRules.apply(change, given, to: try await tags(of: target, scope))
        try await set(tags, at: target, scope)
        return Self.reply(tags, at: target)
    }
    /// Takes all tags away.
    func deleteTags(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        try await set([:], at: try await changeableTarget(call.scope, scope), scope)
        return Reply(200)
    }

    private static let noTags = ServiceError.badRequest(
        "InvalidRequestContent",
        "The request content was invalid: 'properties.tags' is missing."
    )

    private static func reply(_ tags: [String: String], at target: ScopeTarget) -> Reply {
        .json(
            200,
            [
                "id": .string(target.id.appending("providers/Microsoft.Resources/tags/default").text),
                "name": "default",
                "type": "Microsoft.Resources/tags",
                "properties": ["tags": JSON(tags)],
            ]
        )
    }
    private func tags(of target: ScopeTarget, _ scope: some Scope) async throws(ServiceError) -> [String: String] {
        switch target {
        case .subscription(let subscription): try await tags(of: subscription.id, scope)
        case .group(_, let group): group.tags
        case .resource(let record, let id) where id == ResourceID(record.id): record.tags
        case .root, .resource: throw Self.noScope(target.id)
        }
    }
    private func set(
        _ tags: [String: String],
        at target: ScopeTarget,
        _ scope: WriteScope
    ) async throws(ServiceError) {
        switch target {
        case .subscription(let subscription):
            try await scope.put(SubscriptionTags(tags: tags), at: SubscriptionTags.key(subscription.id))
        case .group(let subscription, var group):
            group.tags = tags
            group.changed = scope.now
            try await scope.put(group, of: subscription)
        case .resource(var record, let id) where id == ResourceID(record.id):
            record.tags = tags
            record.changed = scope.now
            try await scope.put(record)
        case .root, .resource: throw Self.noScope(target.id)
        }
    }
}
