// SPDX-License-Identifier: Apache-2.0
import Base

/// What a query of entities asks for (REST "Query Entities", "Query timeout and pagination").
package struct EntityQuery: Sendable {
    /// The most entities of one page.
    package static let pageMax = 1000
    /// The most entities one call looks at: what the service allows five seconds for, at the pace of one core.
    package static let scannedMax = 20_000
    /// A page ends when its body is as long, in bytes.
    package static let bodyBytesMax = 4 << 20
    /// The most names in `$select`: as many as an entity has.
    package static let selectedMax = 255

    /// What an entity must be; nil for all.
    package let filter: TableFilter?
    /// What is shown; nil for everything.
    package let selected: [String]?
    /// How many at most.
    package let limit: Int
    /// Where to go on: the partition, and the row in it unless at its beginning.
    package let from: (partition: String, row: String?)?

    /// Reads the options of a query.
    package init(_ query: QueryItems) throws(StorageFault) {
        filter = try TableFilterParser.parse(query["$filter"] ?? "")
        selected = try Self.selection(query["$select"])
        limit = try Self.top(query)
        if let partition = query["nextpartitionkey"], !partition.isEmpty {
            let row = query["nextrowkey"].flatMap { $0.isEmpty ? nil : $0 }
            from = (
                try ContinuationToken.key(partition),
                try row.map { text throws(StorageFault) in try ContinuationToken.key(text) }
            )
        } else {
            from = nil
        }
    }
    /// The number of `$top`, or the most.
    static func top(_ query: QueryItems) throws(StorageFault) -> Int {
        guard let text = query["$top"] else { return pageMax }
        guard let number = Int(text), number > 0, number <= pageMax else {
            throw .invalidTableInput("$top must be a whole number from 1 to \(pageMax).")
        }
        return number
    }
    static func selection(_ text: String?) throws(StorageFault) -> [String]? {
        guard let text, text.utf8.contains(where: { $0 != 32 }) else { return nil }
        var names: [String] = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            let name = String(piece.drop { $0 == " " }.reversed().drop { $0 == " " }.reversed())
            if name == "*" { return nil }
            guard !name.isEmpty, names.count < selectedMax else {
                throw .invalidTableInput("$select is up to \(selectedMax) names of properties, divided by commas.")
            }
            if !names.contains(name) { names.append(name) }
        }
        return names
    }
}

/// A key as continuation headers and parameters carry it: `1!`, the length of what follows, `!`, base64.
package enum ContinuationToken {
    /// Longest token: a key of 512 UTF-16 units in UTF-8, in base64.
    package static let bytesMax = 4 << 10

    /// Writes a key.
    package static func text(_ key: String) -> String {
        let encoded = Array(key.utf8).base64
        return "1!\(encoded.utf8.count)!\(encoded)"
    }
    /// Reads a key back.
    package static func key(_ text: String) throws(StorageFault) -> String {
        let parts = text.split(separator: "!", maxSplits: 2, omittingEmptySubsequences: false)
        // A `+` that came unescaped was read as a blank.
        guard text.utf8.count <= bytesMax, parts.count == 3, parts[0] == "1",
            let bytes = [UInt8](base64: String(parts[2].map { $0 == " " ? "+" : $0 })),
            let key = String(validating: bytes, as: UTF8.self)
        else { throw .invalidTableInput("Send the continuation of the page before, unchanged.") }
        return key
    }
}
