// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// Immutability policies and legal holds of containers, as Azure Resource Manager sets them.
extension StorageProvider {
    static var retentionOperations: [Row] {
        let container = accountPath + "/blobServices/default/containers/{container}"
        let policy = container + "/immutabilityPolicies/{policy}"
        let action = "Microsoft.Storage/storageAccounts/blobServices/containers"
        let policies = "\(action)/immutabilityPolicies"
        let proof = Proof.none(because: "SDKs only: blob_containers.create_or_update_immutability_policy")
        return [
            .reads(
                "immutabilityPolicy.get",
                .management,
                .get(policy),
                .control("\(policies)/read"),
                proof: proof,
                getPolicy
            ),
            .writes(
                "immutabilityPolicy.put",
                .management,
                .put(policy),
                .control("\(policies)/write"),
                proof: proof,
                putPolicy
            ),
            .writes(
                "immutabilityPolicy.delete",
                .management,
                .delete(policy),
                .control("\(policies)/delete"),
                proof: proof,
                deletePolicy
            ),
            .writes(
                "immutabilityPolicy.lock",
                .management,
                Route(.post, policy + "/lock"),
                .control("\(policies)/lock/action"),
                proof: proof,
                lockPolicy
            ),
            .writes(
                "immutabilityPolicy.extend",
                .management,
                Route(.post, policy + "/extend"),
                .control("\(policies)/extend/action"),
                proof: proof,
                extendPolicy
            ),
            .writes(
                "legalHold.set",
                .management,
                Route(.post, container + "/setLegalHold"),
                .control("\(action)/setLegalHold/action"),
                proof: proof,
                setLegalHold
            ),
            .writes(
                "legalHold.clear",
                .management,
                Route(.post, container + "/clearLegalHold"),
                .control("\(action)/clearLegalHold/action"),
                proof: proof,
                clearLegalHold
            ),
        ]
    }

    struct HeldContainer {
        let view: AccountView
        let name: ContainerName
        var container: Container
        var id: String { "\(view.record.id)/blobServices/default/containers/\(name)" }
    }
    func held(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> HeldContainer {
        let view = try await existing(call, scope)
        let name = try checked { () throws(StorageFault) in try ContainerName(call["container"]) }
        let key = StorageKey.container(name)
        guard let container = try await scope.get(Container.self, in: view.place.domain, at: key) else {
            throw ServiceError(.containerNotFound)
        }
        if let policy = call.parameters["policy"], policy.lowercased() != "default" {
            throw .badRequest("InvalidResourceName", "The only immutability policy of a container is 'default'.")
        }
        return HeldContainer(view: view, name: name, container: container)
    }
    /// Stores a container whose policy or holds changed.
    func store(_ held: HeldContainer, _ call: Call, _ scope: WriteScope) async throws(ServiceError) {
        try held.name.refuseChange()
        // A policy is looked up by a file's directory and those above it, which have to know where they lie.
        guard held.view.place.hasHomes else {
            throw .notImplemented(
                "Immutability policies and legal holds in hierarchical accounts made before there were any"
            )
        }
        let data = AccountData(held.view.account.id, scope, caller: call.caller)
        try await data.put(held.container, named: held.name)
    }
    private static let absent = ServiceError.notFound(
        "ContainerImmutabilityPolicyNotFound",
        "The container has no immutability policy."
    )

    // MARK: Policies

    func getPolicy(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let held = try await held(call, scope)
        guard let policy = held.container.immutability else { throw Self.absent }
        return shown(policy, held)
    }

    /// Create or update: a locked policy takes neither.
    func putPolicy(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var held = try await held(call, scope)
        let (days, appends) = try request(call)
        if let old = held.container.immutability {
            try check(call, old, isRequired: false)
            guard !old.isLocked else { throw Self.locked }
        }
        guard let days else {
            throw .badRequest("InvalidRequestPropertyValue", "immutabilityPeriodSinceCreationInDays is missing.")
        }
        held.container.immutability = Container.Immutability(
            days: days,
            isLocked: false,
            appends: appends ?? .none,
            etag: scope.entropy.upTo(1 << 48)
        )
        return try await stored(held, .put, call, scope)
    }
    func deletePolicy(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var held = try await held(call, scope)
        guard var policy = held.container.immutability else { throw Self.absent }
        try check(call, policy, isRequired: true)
        guard !policy.isLocked else { throw Self.locked }
        held.container.immutability = nil
        try await store(held, call, scope)
        let history = StorageKey.policyHistory(held.container.root)
        try await scope.remove(in: held.view.place.domain, at: history)
        policy.days = 0
        return shown(policy, held)
    }
    func lockPolicy(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var held = try await held(call, scope)
        guard var policy = held.container.immutability else { throw Self.absent }
        try check(call, policy, isRequired: true)
        let wasLocked = policy.isLocked
        policy.isLocked = true
        policy.etag = scope.entropy.upTo(1 << 48)
        held.container.immutability = policy
        return try await stored(held, wasLocked ? nil : .lock, call, scope)
    }
    func extendPolicy(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var held = try await held(call, scope)
        guard var policy = held.container.immutability else { throw Self.absent }
        try check(call, policy, isRequired: true)
        guard policy.isLocked else {
            throw ServiceError(
                409,
                "ContainerImmutabilityPolicyNotLocked",
                "Only a locked policy is extended; update an unlocked one instead."
            )
        }
        guard let days = try request(call).days, days > policy.days else {
            throw .badRequest("InvalidRequestPropertyValue", "A locked policy can only be made longer.")
        }
        guard try await scope.policyHistory(of: held.container, in: held.view.place.domain).mayExtend else {
            throw ServiceError(
                409,
                "ContainerImmutabilityPolicyFailure",
                "A locked policy can be extended \(PolicyHistory.extensionsMax) times, which it was."
            )
        }
        policy.days = days
        policy.etag = scope.entropy.upTo(1 << 48)
        held.container.immutability = policy
        return try await stored(held, .extend, call, scope)
    }

    private static let locked = ServiceError(
        409,
        "ContainerImmutabilityPolicyLocked",
        "The immutability policy is locked: it can be extended, and neither changed nor deleted."
    )
    private func check(
        _ call: Call,
        _ policy: Container.Immutability,
        isRequired: Bool
    ) throws(ServiceError) {
        guard let match = call.request.header("If-Match"), !match.isEmpty else {
            guard !isRequired else {
                throw .badRequest("MissingRequiredHeader", "If-Match is missing; send the policy's etag.")
            }
            return
        }
        let bare = match.filter { $0 != "\"" }
        guard bare == "*" || bare == policy.tag.filter({ $0 != "\"" }) else {
            throw ServiceError(412, "PreconditionFailed", "The policy was changed meanwhile; read it again.")
        }
    }
    private func request(
        _ call: Call
    ) throws(ServiceError) -> (days: Int?, appends: Container.Immutability.Appends?) {
        let properties = call.body.isEmpty ? [:] : try call.json()["properties"] ?? [:]
        let days = properties["immutabilityPeriodSinceCreationInDays"]?.integer.map(Int.init)
        if let days, !Retention.daysAllowed.contains(days) {
            throw .badRequest(
                "InvalidRequestPropertyValue",
                "immutabilityPeriodSinceCreationInDays must be from 1 to 146000."
            )
        }
        let (some, all) = (
            properties["allowProtectedAppendWrites"]?.bool ?? false,
            properties["allowProtectedAppendWritesAll"]?.bool ?? false
        )
        guard !(some && all) else {
            throw .badRequest(
                "InvalidRequestPropertyValue",
                "allowProtectedAppendWrites and allowProtectedAppendWritesAll exclude each other."
            )
        }
        return (days, all ? .allBlobs : some ? .appendBlobs : nil)
    }
    /// Stores a changed policy, and in its history how it was changed.
    private func stored(
        _ held: HeldContainer,
        _ update: PolicyHistory.Update?,
        _ call: Call,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        try await store(held, call, scope)
        guard let policy = held.container.immutability else { throw Self.absent }
        if let update {
            let domain = held.view.place.domain
            var history = try await scope.policyHistory(of: held.container, in: domain)
            history.add(update, days: policy.days, by: call.caller, at: scope.now)
            try await scope.put(history, in: domain, at: StorageKey.policyHistory(held.container.root))
        }
        return shown(policy, held)
    }
    private func shown(_ policy: Container.Immutability, _ held: HeldContainer) -> Reply {
        var reply = Reply.json(
            200,
            [
                "id": .string("\(held.id)/immutabilityPolicies/default"), "name": "default",
                "type": "Microsoft.Storage/storageAccounts/blobServices/containers/immutabilityPolicies",
                "etag": .string(policy.tag), "properties": policy.shown,
            ]
        )
        reply.set("ETag", policy.tag)
        return reply
    }

    // MARK: Legal holds

    /// Tags of 3 to 23 letters and digits, up to ten of a container.
    private static let holdsMax = 10
    private static let holdLength = 3...23

    func setLegalHold(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var held = try await held(call, scope)
        for tag in try holds(call) where !held.container.legalHolds.contains(tag) {
            held.container.legalHolds.append(tag)
        }
        guard held.container.legalHolds.count <= Self.holdsMax else {
            throw ServiceError(409, "TooManyLegalHolds", "A container has at most \(Self.holdsMax) legal holds.")
        }
        return try await answerHolds(held, call, scope)
    }
    func clearLegalHold(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var held = try await held(call, scope)
        let gone = try holds(call)
        held.container.legalHolds.removeAll { gone.contains($0) }
        return try await answerHolds(held, call, scope)
    }
    private func holds(_ call: Call) throws(ServiceError) -> [String] {
        let tags = try call.json()["tags"]?.array?.compactMap(\.string) ?? []
        guard !tags.isEmpty, tags.count <= Self.holdsMax else {
            throw .badRequest("InvalidRequestPropertyValue", "tags must name one to ten legal holds.")
        }
        for tag in tags {
            guard Self.holdLength.contains(tag.utf8.count),
                tag.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber) })
            else {
                throw .badRequest("InvalidRequestPropertyValue", "A tag has 3 to 23 letters and digits.")
            }
        }
        return tags.map { $0.lowercased() }
    }
    private func answerHolds(
        _ held: HeldContainer,
        _ call: Call,
        _ scope: WriteScope
    ) async throws(ServiceError) -> Reply {
        try await store(held, call, scope)
        let tags = held.container.legalHolds
        return .json(200, ["hasLegalHold": .bool(!tags.isEmpty), "tags": .array(tags.map { .string($0) })])
    }
}

extension Container.Immutability {
    /// The policy's entity tag, with quotes.
    var tag: String { "\"\(String(etag, radix: 16))\"" }
    /// Its `properties`.
    var shown: JSON {
        [
            "immutabilityPeriodSinceCreationInDays": .integer(Int64(days)),
            "state": isLocked ? "Locked" : "Unlocked", "allowProtectedAppendWrites": .bool(appends == .appendBlobs),
            "allowProtectedAppendWritesAll": .bool(appends == .allBlobs),
        ]
    }
}
