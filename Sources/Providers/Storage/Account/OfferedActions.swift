// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// The actions this region knows of the namespace, as roles name them (ARM "Operations - List"): read off the table of
/// operations, so that nothing is listed that answers 501.
extension StorageProvider {
    static var offeredActionOperations: [Row] {
        [
            .reads(
                "storage.operations",
                .management,
                .get("/providers/Microsoft.Storage/operations"),
                .member,
                pageMax: actionsMax,
                proof: .client("operations.list"),
                listActions
            )
        ]
    }
    /// More than there are.
    private static let actionsMax = 500

    func listActions(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let unbuilt = Set(Self.unbuiltOperations.map(\.name))
        var actions: [String: Bool] = [:]
        for row in Self.operations where !unbuilt.contains(row.name) {
            let isData = if case .control = row.access { false } else { true }
            for action in row.access.actions { actions[action] = isData }
        }
        let shown = actions.sorted { $0.key < $1.key }.prefix(Self.actionsMax).map { action, isData -> JSON in
            let words = OfferedAction(action)
            return [
                "name": .string(action), "isDataAction": .bool(isData), "origin": "system",
                "display": [
                    "provider": "Microsoft Storage", "resource": .string(words.resource),
                    "operation": .string(words.verb), "description": .string("\(words.verb): \(words.resource)"),
                ],
            ]
        }
        return .json(200, ["value": .array(shown)])
    }
}

/// The words of an action: `Microsoft.Storage/storageAccounts/listkeys/action` is `listkeys` of `storageAccounts`.
private struct OfferedAction {
    let resource: String
    let verb: String

    init(_ action: String) {
        var parts = action.split(separator: "/").dropFirst().map(String.init)
        if parts.last?.lowercased() == "action" { parts.removeLast() }
        verb = parts.popLast() ?? ""
        resource = parts.joined(separator: "/")
    }
}
