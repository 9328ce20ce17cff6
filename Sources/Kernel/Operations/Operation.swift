// SPDX-License-Identifier: Apache-2.0
import Base

/// Who may ask for an operation.
///
/// Nothing is open unless it says so.
package enum Access: Sendable, Hashable {
    /// Role assignments must hold this control-plane action over the resource.
    case control(String)
    /// Role assignments must hold this data action over the resource, or a key or signature must grant it.
    case data(String)
    /// The same, where the body names what is done to what of the resource: roles must hold one of these actions over the
    /// resource or something below it, and the handler asks again for what is named.
    case dataBelow([String])
    /// Anyone signed in to the tenant; the handler shows only what role assignments let the caller read.
    case member
    /// Anyone at all: sign-in, metadata, health.
    case anyone
}

extension Access {
    /// The actions of which role assignments must hold one; none where no role is asked for.
    ///
    /// A change is told under the first.
    package var actions: [String] {
        switch self {
        case .control(let action), .data(let action): [action]
        case .dataBelow(let actions): actions
        case .member, .anyone: []
        }
    }
}

/// What an operation has to do with places.
package enum Residency: Sendable, Hashable {
    /// The body's `location` decides, and must be one the subscription allows.
    case placed
    /// The data lies where its parent lies.
    case inherited
    /// Directory data of the region.
    case regional
}

/// How an operation is shown to work for a real client.
package enum Proof: Sendable, Hashable {
    /// A test by an unmodified client, named by the words it sends (`az group create`).
    case client(String)
    /// Why there is none.
    case none(because: String)
}

/// One operation as data.
///
/// Router, authorization, audit, documentation and coverage tests read the same row.
package struct Operation<Provider: Sendable>: Sendable {
    package typealias Reads = @Sendable (Provider) -> (Call, ReadScope) async throws(ServiceError) -> Reply
    package typealias Writes = @Sendable (Provider) -> (Call, WriteScope) async throws(ServiceError) -> Reply
    package typealias Relays = @Sendable (Provider) -> (Call, ReadScope, Relay) async throws(ServiceError) -> Reply
    package typealias Receives = @Sendable (Provider) -> (Call, ReadScope, Intake) async throws(ServiceError) -> Void

    /// What the handler may do.
    package enum Work: Sendable {
        /// Looks only, at one version.
        case reads(Reads)
        /// Changes in one commit, with its ledger entry. May run several times; the body is already collected.
        case writes(Writes)
        /// Takes a body of any length into `Intake` first, then changes in one commit.
        case receives(Receives, then: Writes)
        /// Carries requests of its own, each of which is asked through the relay; commits nothing itself.
        case relays(Relays)
    }

    /// `noun.verb`, unique in the region; what logs and the ledger call it.
    package let name: String
    package let surface: Surface
    package let route: Route
    package let access: Access
    package let residency: Residency
    /// Largest body a `.reads`, `.writes` or `.relays` handler is given.
    package let bodyMax: Int
    /// Most elements one answer lists; nil for operations that list nothing.
    package let pageMax: Int?
    package let proof: Proof
    package let work: Work

    /// Four mebibytes: Azure Resource Manager's own limit of a request.
    package static var bodyMaxDefault: Int { 4 * 1024 * 1024 }

    private init(
        _ name: String,
        _ surface: Surface,
        _ route: Route,
        _ access: Access,
        _ residency: Residency,
        _ bodyMax: Int?,
        _ pageMax: Int?,
        _ proof: Proof,
        _ work: Work
    ) {
        self.name = name
        self.surface = surface
        self.route = route
        self.access = access
        self.residency = residency
        self.bodyMax = bodyMax ?? Self.bodyMaxDefault
        self.pageMax = pageMax
        self.proof = proof
        self.work = work
    }
    /// An operation that looks only.
    package static func reads(
        _ name: String,
        _ surface: Surface,
        _ route: Route,
        _ access: Access,
        residency: Residency = .inherited,
        bodyMax: Int? = nil,
        pageMax: Int? = nil,
        proof: Proof,
        _ run: @escaping Reads
    ) -> Operation {
        Operation(name, surface, route, access, residency, bodyMax, pageMax, proof, .reads(run))
    }
    /// An operation that changes something.
    package static func writes(
        _ name: String,
        _ surface: Surface,
        _ route: Route,
        _ access: Access,
        residency: Residency = .inherited,
        bodyMax: Int? = nil,
        proof: Proof,
        _ run: @escaping Writes
    ) -> Operation {
        Operation(name, surface, route, access, residency, bodyMax, nil, proof, .writes(run))
    }
    /// An operation that takes a long body first.
    package static func receives(
        _ name: String,
        _ surface: Surface,
        _ route: Route,
        _ access: Access,
        residency: Residency = .inherited,
        proof: Proof,
        _ receive: @escaping Receives,
        then run: @escaping Writes
    ) -> Operation {
        Operation(name, surface, route, access, residency, nil, nil, proof, .receives(receive, then: run))
    }
}

extension Operation {
    /// An operation that carries others.
    package static func relays(
        _ name: String,
        _ surface: Surface,
        _ route: Route,
        _ access: Access,
        bodyMax: Int? = nil,
        proof: Proof,
        _ run: @escaping Relays
    ) -> Operation {
        Operation(name, surface, route, access, .inherited, bodyMax, nil, proof, .relays(run))
    }
}

/// What every cloud service is.
package protocol ResourceProvider: Sendable {
    /// Azure's name of the provider, such as `Microsoft.Storage`.
    static var namespace: String { get }
    /// Everything it does.
    static var operations: [Operation<Self>] { get }
    /// The ARM resource types it keeps; empty for services without.
    static var resourceTypes: [ResourceType<Self>] { get }
}

/// One ARM resource type of a provider.
package struct ResourceType<Provider: Sendable>: Sendable {
    package typealias Removes = @Sendable (Provider) -> (ResourceID, WriteScope) async throws(ServiceError) -> Void
    /// `storageAccounts`, without the namespace.
    package let name: String
    /// The versions named to clients; any version is accepted.
    package let apiVersions: [String]
    /// Removes one resource when its group is deleted, in the given commit; long clean-up starts a saga.
    package let remove: Removes
    package init(_ name: String, apiVersions: [String], remove: @escaping Removes) {
        self.name = name
        self.apiVersions = apiVersions
        self.remove = remove
    }
}
