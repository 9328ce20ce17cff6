// SPDX-License-Identifier: Apache-2.0
import Base
package import HTTPTypes

/// Finds the operation a request means.
///
/// Built once from the operation table; a look-up walks the path once.
package struct Router: Sendable {
    /// What a look-up comes to.
    package enum Match: Sendable {
        case found(BoundOperation, parameters: [String: String])
        /// The path is known, but not with this method; with these it is.
        case otherMethod(allowed: [HTTPRequest.Method])
        /// Path and method are known, but no operation of them goes by this item of the query, as sent; nil where one is
        /// missing.
        case otherQuery(name: String, value: String?)
        case unknown
        /// An escape in the path is broken.
        case malformed
    }
    /// A row's place in the table, and what is left of its path.
    private struct Row {
        let segments: ArraySlice<Route.Segment>
        let index: Int
        var next: Row { Row(segments: segments.dropFirst(), index: index) }
    }
    /// Built over places in the table: copying operations while the tree is built would take most of its time.
    private final class Node: Sendable {
        let literals: [String: Node]
        let parameter: Node?
        let operations: Choices
        /// Operations that take the rest of the path.
        let rest: Choices

        init(_ rows: [Row], of table: [BoundOperation]) {
            var operations: [Int] = []
            var literals: [String: [Row]] = [:]
            var parameters: [Row] = []
            var rest: [Int] = []
            for row in rows {
                switch row.segments.first {
                case .literal(let text): literals[text, default: []].append(row.next)
                case .parameter: parameters.append(row.next)
                case .rest: rest.append(row.index)
                case nil: operations.append(row.index)
                }
            }
            self.operations = Choices(operations.map { table[$0] })
            self.rest = Choices(rest.map { table[$0] })
            self.literals = literals.mapValues { Node($0, of: table) }
            parameter = parameters.isEmpty ? nil : Node(parameters, of: table)
        }
    }
    /// Operations of one path.
    private struct Choices: Sendable {
        /// By method, those that ask for most of query and header first.
        private let byMethod: [HTTPRequest.Method: [BoundOperation]]

        init(_ operations: [BoundOperation]) {
            byMethod = Dictionary(grouping: operations, by: \.route.method)
                .mapValues { rows in
                    rows.enumerated()
                        .sorted {
                            (-$0.element.route.particularity, $0.offset) < (-$1.element.route.particularity, $1.offset)
                        }
                        .map(\.element)
                }
        }
        var methods: some Sequence<HTTPRequest.Method> { byMethod.keys }
        /// All of a method, the most particular first.
        func all(_ method: HTTPRequest.Method) -> [BoundOperation] { byMethod[method] ?? [] }
        /// The one that asks for most of what the request brings.
        func best(for request: Request) -> BoundOperation? {
            byMethod[request.method]?.first { $0.route.accepts(request) }
        }
    }
    private let trees: [Surface: Node]
    /// Operations on any scope (`{scope*}/…`): the same tree on the reversed path.
    private let suffixes: [Surface: Node]

    /// Namespaces that some path of Azure Resource Manager names behind `providers`, in lower case.
    let namespaces: Set<String>

    package init(_ operations: [BoundOperation]) {
        namespaces = Set(operations.lazy.filter { $0.surface == .management }.compactMap(\.route.namespace))
        var (rows, reversed): ([Surface: [Row]], [Surface: [Row]]) = ([:], [:])
        for (index, operation) in operations.enumerated() {
            let route = operation.route
            if route.beginsAnywhere {
                reversed[operation.surface, default: []].append(
                    Row(segments: route.segments.reversed()[...], index: index)
                )
            } else {
                rows[operation.surface, default: []].append(Row(segments: route.segments[...], index: index))
            }
        }
        trees = rows.mapValues { Node($0, of: operations) }
        suffixes = reversed.mapValues { Node($0, of: operations) }
    }

    /// Looks up a path as sent.
    ///
    /// Of several operations the one that asks for most of query and header wins.
    package func match(_ surface: Surface, _ request: Request, path: String) -> Match {
        let pieces = Self.pieces(path)
        var best: BoundOperation?
        var missed: [Choices] = []
        func consider(_ operations: Choices) -> Bool {
            best = operations.best(for: request)
            if best == nil { missed.append(operations) }
            return best != nil
        }
        // What takes the rest of a path comes last: it stands for all that nothing else answers.
        _ =
            trees[surface].map { Self.walk($0, pieces[...], restMin: nil, consider) } == true
            || suffixes[surface].map { Self.walk($0, pieces.reversed()[...], restMin: 0, consider) } == true
            || trees[surface].map { Self.walk($0, pieces[...], restMin: 1, consider) } == true
        guard let best else { return Self.miss(missed, request) }
        guard let parameters = best.route.parameters(pieces, path: path) else { return .malformed }
        return .found(best, parameters: parameters)
    }

    /// Why none of a path's operations answers a request.
    private static func miss(_ choices: [Choices], _ request: Request) -> Match {
        let near = choices.flatMap { $0.all(request.method) }.compactMap { Near($0.route, request) }
        if let nearest = near.min(by: { $0.rank < $1.rank }) {
            let wrong = nearest.wrong ?? nearest.unmet[0]
            return .otherQuery(name: wrong.name, value: nearest.wrong?.sent)
        }
        let allowed = choices.reduce(into: Set<HTTPRequest.Method>()) { $0.formUnion($1.methods) }
        return allowed.isEmpty ? .unknown : .otherMethod(allowed: allowed.sorted { $0.rawValue < $1.rawValue })
    }
    /// How near a request whose path and method fit comes to a route that its query misses.
    private struct Near {
        let unmet: [(name: String, sent: String?)]
        private let met: Int

        init?(_ route: Route, _ request: Request) {
            unmet = route.unmet(request)
            met = route.queryItems.count - unmet.count
            if unmet.isEmpty { return nil }
        }
        /// What was sent, and is not as asked for.
        var wrong: (name: String, sent: String?)? { unmet.first { $0.sent?.isEmpty == false } }
        /// What was sent wrong tells more than what is missing; of several routes the one that has most of what it asks for.
        var rank: (Int, Int, Int) { (wrong == nil ? 1 : 0, unmet.count, -met) }
    }

    /// Literals before parameters before the rest, which is of `restMin` pieces at least (nil: no rest is taken); the
    /// first that `accept` takes ends the walk.
    ///
    /// A scope may be empty, for the tenant root has no text; the name of a blob may not.
    private static func walk(
        _ node: Node,
        _ pieces: ArraySlice<Piece>,
        restMin: Int?,
        _ accept: (Choices) -> Bool
    ) -> Bool {
        guard let piece = pieces.first else { return accept(node.operations) || (restMin == 0 && accept(node.rest)) }
        let after = pieces.dropFirst()
        if let next = node.literals[piece.lowercased], walk(next, after, restMin: restMin, accept) { return true }
        if let next = node.parameter, walk(next, after, restMin: restMin, accept) { return true }
        return restMin != nil && accept(node.rest)
    }

    /// One segment of a path, and where it begins in the path's UTF-8.
    struct Piece: Sendable {
        let text: Substring
        let lowercased: String
    }
    static func pieces(_ path: String) -> [Piece] {
        path.utf8.split(separator: UInt8(ascii: "/")).map { piece in
            let text = Substring(piece)
            return Piece(text: text, lowercased: text.lowercased())
        }
    }
}

extension Route {
    /// The namespace that is spelled out behind the last `providers`; nil when there is none.
    var namespace: String? {
        guard let at = segments.lastIndex(of: .literal("providers")), at + 1 < segments.count,
            case .literal(let name) = segments[at + 1]
        else { return nil }
        return name
    }
    /// Whether the path begins with `{scope*}`.
    var beginsAnywhere: Bool { if case .rest = segments.first { segments.count > 1 } else { false } }

    /// Whether query and header are as asked for.
    func accepts(_ request: Request) -> Bool {
        for (name, wanted) in queryItems where !Self.isMet(wanted, by: request.query[name]) { return false }
        return header.map { request.header($0) != nil } ?? true
    }
    private static func isMet(_ wanted: String, by sent: String?) -> Bool {
        guard let sent else { return false }
        return wanted.isEmpty || sent.lowercased() == wanted
    }
    /// The items of the query that are not as asked for, by name, with what was sent.
    func unmet(_ request: Request) -> [(name: String, sent: String?)] {
        queryItems.map { ($0.name, $0.wanted, request.query[$0.name]) }
            .filter { !Self.isMet($0.1, by: $0.2) }
            .map { (name: $0.0, sent: $0.2) }
            .sorted { $0.name < $1.name }
    }

    /// What the parameters took; nil when an escape is broken.
    func parameters(_ pieces: [Router.Piece], path: String) -> [String: String]? {
        var taken: [String: String] = [:]
        var pieces = pieces[...]
        var segments = segments[...]
        if beginsAnywhere, case .rest(let name) = segments.first {
            segments = segments.dropFirst()
            let scope = pieces.dropLast(segments.count)
            guard let text = ("/" + scope.map(\.text).joined(separator: "/")).percentDecoded else { return nil }
            taken[name] = text
            pieces = pieces.suffix(segments.count)
        }
        for segment in segments {
            switch segment {
            case .literal: pieces = pieces.dropFirst()
            case .parameter(let name):
                guard let text = pieces.first.flatMap({ String($0.text).percentDecoded }) else { return nil }
                taken[name] = text
                pieces = pieces.dropFirst()
            case .rest(let name):
                // The rest keeps its slashes as sent: everything from where its first piece begins.
                let raw = pieces.first.map { String(path[$0.text.startIndex...]) } ?? ""
                guard let text = raw.percentDecoded else { return nil }
                taken[name] = text
            }
        }
        return taken
    }
}
