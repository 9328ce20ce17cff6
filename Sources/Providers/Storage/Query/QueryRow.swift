// SPDX-License-Identifier: Apache-2.0

/// A record as expressions see it.
struct QueryRow {
    enum Content {
        /// Fields, and which of them each of the statement's paths means.
        case fields(DelimitedRecord, ordinals: [Int])
        /// A value, and the statement's paths into it.
        case value(QueryValue, paths: [[QueryStep]])
    }
    let content: Content

    /// What a path of the statement, by its index, leads to.
    func value(_ index: Int) throws(QueryFault) -> QueryValue {
        switch content {
        case .fields(let record, let ordinals):
            guard let field = record.field(ordinals[index]) else { throw .ordinal }
            return .string(String(decoding: field, as: UTF8.self))
        case .value(let value, let paths): return value.value(at: paths[index])
        }
    }
    /// Every row that a table's path finds in a record.
    static func rows(_ record: QueryValue, _ table: ArraySlice<QueryStep>) -> [QueryValue] {
        var found = [record]
        for step in table {
            if step == .all {
                found = found.flatMap { value -> [QueryValue] in
                    if case .array(let elements) = value { elements } else { [] }
                }
            } else {
                found = found.map { $0.value(at: [step]) }.filter { $0 != .missing }
            }
        }
        return found
    }
}

extension QueryValue {
    /// What a path leads to; `_1`, `_2`, … are a value that has no members.
    func value(at path: [QueryStep]) -> QueryValue {
        var value = self
        for step in path {
            switch (step, value) {
            case (.name(let name, let isExact), .object(let members)):
                guard let found = Self.member(name, isExact, members) else { return .missing }
                value = found
            case (.place(let place), .array(let elements)):
                guard elements.indices.contains(place) else { return .missing }
                value = elements[place]
            case (.name("_1", exact: false), let plain) where !plain.isNull: break
            default: return .missing
            }
        }
        return value
    }
    private static func member(_ name: String, _ isExact: Bool, _ members: [QueryMember]) -> QueryValue? {
        if let member = members.last(where: { $0.name == name }) { return member.value }
        guard !isExact else { return nil }
        let folded = name.lowercased()
        return members.last { $0.name.lowercased() == folded }?.value
    }
}
