// SPDX-License-Identifier: Apache-2.0
import Assembly
import Kernel
import Testing

/// What every row of the operation table must say.
@Suite struct OperationTests {
    private let operations: [BoundOperation]
    init() async throws { operations = try await SharedHouse.one.opened().parts.catalogue.operations }

    @Test func `every operation has a name and a route of its own`() {
        #expect(operations.count > 200)
        #expect(Set(operations.map(\.name)).count == operations.count)
        let routes = operations.map { operation in
            let segments = operation.route.segments.map { segment in
                switch segment {
                case .literal(let text): text
                case .parameter: "{}"
                case .rest: "{*}"
                }
            }
            let query = operation.route.query.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            return "\(operation.surface) \(operation.route.method) /\(segments.joined(separator: "/"))?\(query)"
                + " \(operation.route.header ?? "")"
        }
        for (route, twins) in Dictionary(grouping: zip(routes, operations), by: \.0) where twins.count > 1 {
            Issue.record("\(twins.map(\.1.name)) answer the same requests: \(route)")
        }
    }

    @Test func `an operation's action is one of a namespace, with a verb that fits what it does`() {
        for operation in operations {
            guard let action = operation.access.actions.first else { continue }
            let parts = action.split(separator: "/", omittingEmptySubsequences: false)
            #expect(parts.count >= 2 && parts[0].contains(".") && !parts.contains(""), "\(operation.name): \(action)")
            let fitting = operation.changes ? ["write", "delete", "action"] : ["read", "action"]
            let fits = fitting.contains(String(parts.last ?? ""))
            let isExcused = OperationGolden.otherVerbs.contains(operation.name) || operation.isUnbuilt
            #expect(fits || isExcused, "\(operation.name): '\(action)' should end with one of \(fitting)")
        }
    }

    @Test func `only what is listed is open to anyone, or lets every member change something`() {
        let open = operations.filter { $0.access == .anyone }.map(\.name).sorted()
        #expect(open == OperationGolden.anyone, "\(open)")
        let changing = operations.filter { $0.access == .member && $0.changes }.map(\.name).sorted()
        #expect(changing == OperationGolden.memberChanges, "\(changing)")
    }

    @Test func `whatever lists has a page limit`() {
        for operation in operations where !operation.isUnbuilt {
            let verb = operation.name.split(separator: ".").last ?? ""
            let lists = verb.hasPrefix("list") && !OperationGolden.shortLists.contains(operation.name)
            #expect(!lists || operation.pageMax != nil, "\(operation.name): name its pageMax")
            #expect(operation.pageMax ?? 1 > 0)
        }
    }

    @Test func `every operation is proven by words of a client test, or says why not`() {
        let folder = "Tests/ClientTests"
        let paths = [".swift", ".py"].flatMap { Repository.paths(ending: $0, below: folder) }
        let clients = paths.map(Repository.text).joined(separator: "\n")
        #expect(!clients.isEmpty, "no client test was found below \(folder)")
        for operation in operations {
            switch operation.proof {
            case .client(let words):
                // Tests write az commands without `az`, and with other options than the row.
                let command = words.hasPrefix("az ") ? String(words.dropFirst(3)) : words
                let said = command.split(separator: " --").first.map(String.init) ?? ""
                #expect(
                    !said.isEmpty && clients.contains(said),
                    "\(operation.name): no client test says '\(said)'; write one, or .none(because:)"
                )
            case .none(let why): #expect(!why.isEmpty, "\(operation.name)")
            }
        }
    }

    @Test func `what is put in a place asks residency`() {
        for operation in operations where operation.surface == .management {
            let parts = operation.route.path.split(separator: "/")
            // /subscriptions/{}/resourceGroups/{}/providers/Namespace/type/{name}
            guard "\(operation.route.method)" == "PUT", parts.count == 8, parts[4] == "providers", !operation.isUnbuilt
            else { continue }
            #expect(
                operation.residency == .placed,
                "\(operation.name): a resource lies in a place; say residency: .placed"
            )
        }
    }

    @Test func `an action that a built-in role names is one that an operation asks for`() {
        let known = Set(operations.flatMap(\.access.actions).map { $0.lowercased() })
        for role in RoleDefinition.all {
            for action in role.actions + role.dataActions where !action.contains("*") {
                let isKnown = known.contains(action.lowercased()) || OperationGolden.unusedActions.contains(action)
                #expect(isKnown, "\(role.name) names \(action), which no operation asks for")
            }
        }
    }
}

extension BoundOperation {
    /// Whether it only says that it is not built.
    var isUnbuilt: Bool {
        guard case .none(let why) = proof else { return false }
        return why.hasSuffix("not built")
    }
}
