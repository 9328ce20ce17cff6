// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel

/// What clients may ask for and this region does not do yet: each answers 501 and says so, after the caller was let in.
extension StorageProvider {
    static var unbuiltOperations: [Row] { unbuiltBlobOperations + unbuiltManagementOperations }

    private static let because = Proof.none(because: "answers 501: not built")

    private static func refuse(_ what: String) -> Row.Receives {
        { _ in { (_, _, _) async throws(ServiceError) in throw ServiceError(.notImplemented("\(what).")) } }
    }
    /// The body is not read: it may be long, and nothing would be done with it.
    private static func unbuilt(
        _ name: String,
        _ method: HTTPRequest.Method,
        _ path: String,
        query: [String: String] = [:],
        header: String? = nil,
        _ access: Access,
        _ what: String,
        on surface: Surface = .blob
    ) -> Row {
        .receives(
            name,
            surface,
            Route(method, path, query: query, header: header),
            access,
            proof: because,
            refuse(what),
            then: { _ in
                { (_, _) async throws(ServiceError) in throw ServiceError(.notImplemented("\(what).")) }
            }
        )
    }

    private static var unbuiltBlobOperations: [Row] {
        [
            unbuilt(
                "container.rename",
                .put,
                "/{container}",
                query: ["restype": "container", "comp": "rename"],
                .control(BlobAction.containerWrite),
                "Rename Container"
            )
        ]
    }

    /// Everything else of the namespace, by wildcard: the router prefers what is spelled out.
    ///
    /// What Azure has there answers 501, what it has not 404.
    private static var unbuiltManagementOperations: [Row] {
        let places = [
            ("account", accountPath + "/{rest*}", "Microsoft.Storage/storageAccounts"),
            ("subscription", "/subscriptions/{subscription}/providers/Microsoft.Storage/{rest*}", "Microsoft.Storage"),
        ]
        let methods: [(HTTPRequest.Method, String)] = [
            (.get, "read"), (.put, "write"), (.patch, "write"), (.post, "write"), (.delete, "delete"), (.head, "read"),
        ]
        return places.flatMap { place, path, action in
            methods.map { method, verb in
                .receives(
                    "storage.\(place)Other\(method.rawValue)",
                    .management,
                    Route(method, path),
                    .control("\(action)/\(verb)"),
                    proof: because,
                    { provider in
                        { call, scope, _ async throws(ServiceError) in throw try await provider.unbuilt(call, scope) }
                    },
                    then: { _ in
                        { (_, _) async throws(ServiceError) in throw ServiceError(UnbuiltResources.fault) }
                    }
                )
            }
        }
    }
    /// The answer for what is not built, or not there: what lies below an account needs the account.
    private func unbuilt(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> ServiceError {
        var type = call["rest"].split(separator: "/").map(String.init)
        let isBelowAccount = call.parameters["account"] != nil
        if isBelowAccount { _ = try await existing(call, scope) }
        let known = isBelowAccount ? UnbuiltResources.isBelowAccount(type) : UnbuiltResources.isBelowSubscription(type)
        if known { return ServiceError(UnbuiltResources.fault) }
        type = type.enumerated().filter { $0.offset.isMultiple(of: 2) }.map(\.element)
        if isBelowAccount { type.insert("storageAccounts", at: 0) }
        return .notFound(
            "InvalidResourceType",
            "The resource type '\(type.joined(separator: "/").prefix(200))' could not be found in the namespace "
                + "'Microsoft.Storage'."
        )
    }
}
