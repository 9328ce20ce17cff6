// SPDX-License-Identifier: Apache-2.0
package import Base
import Bytes
import HTTPTypes

/// What the dispatcher found out while it answered, for the access log.
package struct Answer: Sendable {
    package var reply: Reply
    /// The error behind the reply, its detail included; nil on success.
    package var error: ServiceError?
    package var operation: String
    package var caller: String
    package var tenant: TenantID?
    package var surface: Surface?
    /// The version of the service that the request speaks; nil for strangers, and where surfaces have none.
    package var version: String?
    /// Whose load it was.
    package var party = Party.newcomers
    /// What the page of another origin is told besides.
    package var crossOrigin: CrossOrigin?

    /// An answer that is not an operation's.
    package init(_ reply: Reply, error: ServiceError? = nil) {
        self.reply = reply
        self.error = error
        operation = "-"
        caller = "-"
    }
}

/// The only way in: who → rights → place → limits → run → commit with its ledger entry → answer.
///
/// A provider can skip none of it (invariants 3 and 4).
package final class Dispatcher: Sendable {
    let hostPlan: HostPlan
    let journal: Journal
    let router: Router
    let authorizer: Authorizer
    let doorkeepers: [Surface: any Doorkeeper]
    let crossOrigins: [Surface: any CrossOriginPolicy]
    let sagas: SagaWorker
    private let throttle: Throttle
    private let accountThrottle: AccountThrottle
    /// How long an answer waits for work it started: what is quick is answered as done (azure-clients: polling costs az
    /// a second or more).
    static let promptSteps = 50

    package init(
        hostPlan: HostPlan,
        journal: Journal,
        catalogue: Catalogue,
        authorizer: Authorizer,
        doorkeepers: [Surface: any Doorkeeper],
        crossOrigins: [Surface: any CrossOriginPolicy] = [:],
        sagas: SagaWorker,
        limits: RequestLimits,
        accountLimits: AccountLimits = .published
    ) {
        self.hostPlan = hostPlan
        self.journal = journal
        router = Router(catalogue.operations)
        self.authorizer = authorizer
        self.doorkeepers = doorkeepers
        self.crossOrigins = crossOrigins
        self.sagas = sagas
        throttle = Throttle(limits)
        accountThrottle = AccountThrottle(accountLimits)
    }

    /// Answers a request; never throws.
    ///
    /// `operations`, where given, are the only ones it may ask for.
    package func respond(to request: Request, within operations: Set<String>? = nil) async -> Answer {
        var answer = Answer(Reply(500))
        do throws(ServiceError) {
            answer.reply = try await serve(request, &answer, operations)
        } catch {
            answer.error = error
            answer.reply = Reply(error.status, headers: error.headers)
        }
        return answer
    }

    private func serve(
        _ request: Request,
        _ answer: inout Answer,
        _ operations: Set<String>?
    ) async throws(ServiceError) -> Reply {
        guard let target = hostPlan.target(of: request) else {
            throw ServiceError(
                404,
                "ResourceNotFound",
                "No service of this region answers under the host name '\(request.host)'."
            )
        }
        answer.surface = target.destination.surface
        var reply = try await serve(request, target, &answer, operations)
        // A customer's page may not act as one of the region's own: it gets an origin of its own, and runs nothing.
        if target.isByPath { reply.set("Content-Security-Policy", "sandbox") }
        return reply
    }
    private func serve(
        _ request: Request,
        _ target: HostPlan.Target,
        _ answer: inout Answer,
        _ operations: Set<String>?
    ) async throws(ServiceError) -> Reply {
        if let reply = try await preflight(request, target, &answer) { return reply }
        let (operation, parameters) = try route(request, target)
        answer.operation = operation.name
        guard operations?.contains(operation.name) ?? true else {
            throw .badRequest("InvalidInput", "\(operation.name) cannot be asked for within another request.")
        }
        let scope = try await journal.reader(operation.namespace, KeyRing.regionTenant)
        let admission = try await admit(request, target, operation, scope)
        answer.caller = admission.caller.name
        answer.tenant = admission.tenant
        answer.party = admission.party
        // Nothing that costs more than finding out who asks is done in the turns of another, or of newcomers.
        if let turn = Turn.current, turn.serve(admission.party) { await turn.begin() }
        answer.version = admission.version
        let request = try metered(request, admission.account)
        let own = scope.of(admission.tenant)
        let resource =
            admission.resource
            ?? (target.destination.surface == .management ? ResourceID(addressedBy: target.path, parameters) : nil)
        var call = Call(
            request: request,
            operation: operation.name,
            parameters: parameters,
            tenant: admission.tenant,
            caller: admission.caller,
            resource: resource,
            destination: target.destination,
            opened: admission.opened,
            body: []
        )
        call.party = admission.party
        try await check(call, operation, resource, appeal: admission.appeal, own)
        call.body = try await collect(request, operation)
        try await place(call, operation, own)
        let reply = try await run(call, operation, own).gathered()
        return admission.account.map { charged(reply, to: $0) } ?? reply
    }
    /// The reply, whose bytes count against the account's limits.
    private func charged(_ reply: Reply, to account: String) -> Reply {
        var reply = reply
        accountThrottle.sent(reply.content.bytesSent, of: account, at: journal.world.clock.now)
        if case .stream(let stream) = reply.content {
            reply.content = .stream(
                stream.counting { [self] in accountThrottle.sent($0, of: account, at: journal.world.clock.now) }
            )
        }
        return reply
    }

    // MARK: Finding out

    /// Answers what browsers ask before a page's request to another origin, and notes what they are told after one.
    ///
    /// Neither is an operation: the rules are of the account, whatever the path. Requests without an origin, which is
    /// all but those of browsers, cost nothing.
    private func preflight(
        _ request: Request,
        _ target: HostPlan.Target,
        _ answer: inout Answer
    ) async throws(ServiceError) -> Reply? {
        let isPreflight = request.method == .options
        guard let policy = crossOrigins[target.destination.surface], isPreflight || request.headers[.origin] != nil
        else { return nil }
        if isPreflight {
            answer.operation = "crossOrigin.preflight"
            try limit("address/\(request.remoteAddress)", target)
        }
        let scope = try await journal.reader(policy.namespace, KeyRing.regionTenant)
        let rules = try await policy.rules(of: target.destination, scope)
        if isPreflight { return try CrossOrigin.preflight(request, rules) }
        answer.crossOrigin = CrossOrigin(request, rules)
        return nil
    }

    private func route(
        _ request: Request,
        _ target: HostPlan.Target
    ) throws(ServiceError) -> (BoundOperation, [String: String]) {
        switch router.match(target.destination.surface, request, path: target.path) {
        case .found(let operation, let parameters): return (operation, parameters)
        case .malformed:
            throw .badRequest("InvalidUri", "The requested URI does not represent any resource on the server.")
        case .otherMethod(let allowed):
            // RFC 9110 §15.5.6: such an answer says what is allowed.
            let headers: HTTPFields = [.allow: allowed.map(\.rawValue).joined(separator: ", ")]
            throw target.destination.surface.errorForm.isStorage
                ? ServiceError(
                    405,
                    "UnsupportedHttpVerb",
                    "The resource doesn't support the specified HTTP verb.",
                    headers: headers
                )
                : ServiceError(
                    405,
                    "HttpMethodNotAllowed",
                    "The method \(request.method.rawValue) is not allowed on this path.",
                    headers: headers
                )
        case .otherQuery(let name, let value): throw Self.otherQuery(name, value, target.destination.surface)
        case .unknown: throw unknown(request, target)
        }
    }
    /// What a storage service says of a query that makes no operation of it: the others have no routes that ask for one.
    ///
    /// A parameter that is not there is one of an empty value to the older services, and has a code of its own at Data Lake
    /// (REST "Path - List", "Filesystem - List", status codes).
    private static func otherQuery(_ name: String, _ value: String?, _ surface: Surface) -> ServiceError {
        let isMissing = value == nil && surface == .dfs
        var error = ServiceError.badRequest(
            isMissing ? "MissingRequiredQueryParameter" : "InvalidQueryParameterValue",
            isMissing
                ? "A query parameter that is mandatory for this request is not specified: \(name)."
                : "Value for one of the query parameters specified in the request URI is invalid: \(name)."
        )
        error.facts = [.init("QueryParameterName", name)]
        if !isMissing { error.facts.append(.init("QueryParameterValue", String((value ?? "").prefix(64)))) }
        return error
    }
    private func unknown(_ request: Request, _ target: HostPlan.Target) -> ServiceError {
        switch target.destination.surface {
        case .file: return .notImplemented("The storage service 'file'")
        case .vault: return .notImplemented("Key Vault")
        case .registry: return .notImplemented("Container Registry")
        case .management:
            let parts = target.path.split(separator: "/").map { String($0).percentDecoded ?? String($0) }
            if let at = parts.lastIndex(where: { $0.lowercased() == "providers" }), at + 1 < parts.count {
                let (namespace, types) = (parts[at + 1], parts.dropFirst(at + 2))
                guard router.namespaces.contains(namespace.lowercased()) else {
                    return .notFound(
                        "InvalidResourceNamespace",
                        "The resource namespace '\(namespace.prefix(100))' is invalid."
                    )
                }
                let type = types.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
                return .notFound(
                    "InvalidResourceType",
                    "The resource type '\(type.joined(separator: "/").prefix(200))' could not be found in the namespace "
                        + "'\(namespace.prefix(100))', or the region does not offer it."
                )
            }
            return .notFound("NotFound", "No resource of this region has the path '\(target.path.prefix(256))'.")
        default: return .notFound("ResourceNotFound", "The specified resource does not exist.")
        }
    }

    private func admit(
        _ request: Request,
        _ target: HostPlan.Target,
        _ operation: BoundOperation,
        _ scope: ReadScope
    ) async throws(ServiceError) -> Admission {
        guard let doorkeeper = doorkeepers[target.destination.surface] else {
            guard operation.access == .anyone else {
                throw .notImplemented("Sign-in at '\(target.destination.surface.rawValue)'")
            }
            try limit("address/\(request.remoteAddress)", target)
            return Admission(tenant: KeyRing.regionTenant, caller: .anonymous)
        }
        let admission = try await doorkeeper.admit(
            request,
            label: target.destination.label,
            access: operation.access,
            scope
        )
        try limit("\(admission.tenant.text)/\(admission.caller.name)", target)
        return admission
    }
    private func limit(_ caller: String, _ target: HostPlan.Target) throws(ServiceError) {
        guard !throttle.admits(caller, at: journal.world.clock.now) else { return }
        throw target.destination.surface.errorForm.isStorage
            ? ServiceError(
                503,
                "ServerBusy",
                "The server is busy: too many requests of one caller.",
                headers: [.retryAfter: "1"]
            )
            : ServiceError(
                429,
                "TooManyRequests",
                "Too many requests of one caller; try again after a second.",
                headers: [.retryAfter: "1"]
            )
    }

    /// The request, let in by its account's limits, with a body that counts against them.
    private func metered(_ request: Request, _ account: String?) throws(ServiceError) -> Request {
        guard let account else { return request }
        try accountThrottle.admit(account, request, at: journal.world.clock.now)
        guard request.body.length != 0 else { return request }
        var metered = request
        metered.body = request.body.noting { [accountThrottle, clock = journal.world.clock] bytes in
            accountThrottle.received(bytes, for: account, at: clock.now)
        }
        return metered
    }

    private func collect(_ request: Request, _ operation: BoundOperation) async throws(ServiceError) -> [UInt8] {
        switch operation.work {
        case .receives: return []
        case .reads, .writes, .relays:
            // Storage's own code (REST "Common REST API error codes").
            guard operation.surface.errorForm.isStorage else {
                return try await request.body.collect(limit: operation.bodyMax)
            }
            return try await request.body.collect(limit: operation.bodyMax, code: "RequestBodyTooLarge")
        }
    }

    // MARK: Running

    private func run(_ call: Call, _ operation: BoundOperation, _ scope: ReadScope) async throws(ServiceError) -> Reply
    {
        switch operation.work {
        case .reads(let handler):
            try await checkLocks(call, operation, scope)
            return try await handler(call, scope)
        case .relays(let handler): return try await handler(call, scope, Relay(self, call.request))
        case .writes(let handler):
            return try await settled(try await commit(call, operation, received: nil, handler), call)
        case .receives(let receive, let handler):
            let isAwaited = call.request.headers.contains(.expect)
            let intake = Intake(call.request.body, scope.frame, journal.intakeRoom, isAwaited: isAwaited)
            let committed: Reply
            do throws(ServiceError) {
                try await receive(call, scope, intake)
                committed = try await commit(call, operation, received: intake.received, handler)
            } catch {
                // Bytes that no record refers to go back at once. When a commit's answer was lost they may be referred
                // to, and stay until the scrub has looked.
                if !error.mayStand {
                    for extent in intake.received?.content.extents ?? [] { try? await journal.bytes.release(extent) }
                }
                throw error
            }
            return try await settled(committed, call)
        }
    }

    private func commit(
        _ call: Call,
        _ operation: BoundOperation,
        received: Received?,
        _ handler: @escaping @Sendable (Call, WriteScope) async throws(ServiceError) -> Reply
    ) async throws(ServiceError) -> Reply {
        let (reply, entry) = try await journal.change(
            call.note(operation),
            operation.namespace,
            call.tenant,
            received: received
        ) { scope async throws(ServiceError) in
            try await self.checkLocks(call, operation, scope)
            return try await handler(call, scope)
        }
        var answered = reply
        if let entry { answered.set("x-lazuli-entry", entry.text) }
        return answered
    }

    /// Runs work that an operation started for a little while; what does not end in it goes on by itself.
    private func settled(_ reply: Reply, _ call: Call) async throws(ServiceError) -> Reply {
        guard let work = reply.pending else { return reply }
        let record: SagaRecord?
        do throws(ServiceError) {
            record = try await sagas.settle(work.id, tenant: call.tenant, steps: Self.promptSteps)
        } catch {
            // The change that began it stands, and the worker tries again what is refused now.
            record = nil
        }
        var reply = reply
        reply.pending = nil
        switch record?.status {
        case .succeeded:
            reply.status = work.whenDone
        case .failed:
            throw ServiceError(
                409,
                record?.errorCode ?? "OperationFailed",
                record?.errorMessage ?? "The operation failed."
            )
        case .inProgress, nil:
            let base = hostPlan.address(call.destination.names.management)
            let subscription = call.resource?.subscription?.text ?? call.parameters["subscription"] ?? ""
            let version = call.query("api-version") ?? "2022-09-01"
            let root = "\(base)/subscriptions/\(subscription)"
            reply.set(
                "Azure-AsyncOperation",
                "\(root)/providers/Microsoft.Resources/operations/\(work.id)?api-version=\(version)"
            )
            reply.set("Location", "\(root)/operationresults/\(work.id)?api-version=\(version)")
            reply.headers[.retryAfter] = "1"
        }
        return reply
    }
}

extension ServiceError {
    /// Whether the change this error speaks of may stand all the same.
    var mayStand: Bool { detail == "unknown result" }
}
