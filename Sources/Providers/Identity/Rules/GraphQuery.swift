// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Store

/// The query options of a Graph list, checked: OData 4.01 URL conventions §5.1.
struct GraphQuery: Sendable {
    var filter: GraphFilter?
    /// nil shows the kind's default members.
    var select: Set<String>?
    var top: Int
    /// Where the page before ended.
    var after: Key?
    /// `$count=true`: how many there are, told when one page holds all.
    var counts: Bool
    /// `$orderby=displayName`, the one order there is besides the natural.
    var byName: Bool

    init(_ query: Query, _ subject: GraphProperties.Subject) throws(ServiceError) {
        func option(_ name: String) -> String? { query[name].flatMap { $0.isEmpty ? nil : $0 } }
        filter = if let text = Self.filterText(query) { try GraphFilter(text) } else { nil }
        select = try Self.select(option("$select"), subject)
        if let text = option("$top") {
            guard let top = Int(text), (1...Limits.pageMax).contains(top) else {
                throw GraphFault.invalid(
                    "Invalid page size specified: '\(text.prefix(20))'. Must be between 1 and \(Limits.pageMax) inclusive."
                )
            }
            self.top = top
        } else {
            top = Limits.pageDefault
        }
        if let token = option("$skiptoken") {
            guard let bytes = [UInt8](base64URL: token), bytes.count <= Key.bytesMax else {
                throw Self.foreignToken
            }
            after = Key(bytes: bytes)
        }
        counts = option("$count")?.lowercased() == "true"
        let order = option("$orderby")?.lowercased()
        guard [nil, "displayname", "displayname asc"].contains(order) else {
            throw .badRequest("Request_UnsupportedQuery", "Sorting is supported by displayName only.")
        }
        byName = order != nil
        for name in ["$search", "$expand", "$skip"] where option(name) != nil {
            throw .badRequest("Request_UnsupportedQuery", "The query option \(name) is not supported here.")
        }
    }

    /// The properties a `$select` names; nil for all that is shown by default.
    static func select(
        _ text: String?,
        _ subject: GraphProperties.Subject
    ) throws(ServiceError) -> Set<String>? {
        guard let text else { return nil }
        let names = Set(text.split(separator: ",").map { $0.filter { $0 != " " } })
        try GraphProperties.check(names, subject)
        return names
    }
    static let foreignToken = GraphFault.invalid(
        "The skip token is malformed. Use the @odata.nextLink as it was given."
    )
    /// Where the page begins within the list's keys; nil for the first.
    ///
    /// A token of another list, or of none, is refused: it would show an empty page as if there were no more.
    func start(in range: KeyRange) throws(ServiceError) -> Key? {
        guard let after else { return nil }
        guard range.contains(after) else { throw Self.foreignToken }
        return after
    }
    /// For lists of one page: no token was given for them.
    func isWhole() throws(ServiceError) { guard after == nil else { throw Self.foreignToken } }

    /// The filter as meant: some clients write blanks as `+`, as forms do, and a plus as `%2B`.
    private static func filterText(_ query: Query) -> String? {
        for item in query.raw.split(separator: "&") {
            let halves = item.split(separator: "=", maxSplits: 1)
            guard halves.count == 2, FormBody.decoded(halves[0])?.lowercased() == "$filter" else { continue }
            return FormBody.decoded(halves[1])
        }
        return nil
    }
    /// What the client wants to see of an object.
    func project(_ members: [String: JSON], defaults: Set<String>?) -> [String: JSON] {
        Self.project(members, select: select, defaults: defaults)
    }
    static func project(_ members: [String: JSON], select: Set<String>?, defaults: Set<String>?) -> [String: JSON] {
        if let select, !select.contains("*") {
            let wanted = Set(select.map { $0.lowercased() } + ["id"])
            return members.filter { wanted.contains($0.key.lowercased()) }
        }
        guard let defaults else { return members }
        return members.filter { defaults.contains($0.key) }
    }
}
