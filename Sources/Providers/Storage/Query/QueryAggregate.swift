// SPDX-License-Identifier: Apache-2.0

/// What an aggregate has seen so far.
struct QueryAggregate {
    private let kind: QueryStatement.Aggregate
    private var count: Int64 = 0
    private var sum = QueryValue.Number.integer(0)
    private var best: QueryValue?

    init(_ kind: QueryStatement.Aggregate) { self.kind = kind }

    /// Adds a record's value; NULL counts for COUNT(*) only.
    mutating func add(_ value: QueryValue) throws(QueryFault) {
        guard !value.isNull else { return }
        switch kind {
        case .count, .countOf: break
        case .sum, .average: sum = try Self.sum(sum, try value.number(), isExact: kind == .sum)
        case .least, .greatest:
            if let best, try value.order(best) != (kind == .least ? .before : .after) { break }
            best = value
        }
        count += 1
    }
    private static func sum(
        _ a: QueryValue.Number,
        _ b: QueryValue.Number,
        isExact: Bool
    ) throws(QueryFault) -> QueryValue.Number {
        if isExact, case .integer(let a) = a, case .integer(let b) = b {
            let (sum, isTooLarge) = a.addingReportingOverflow(b)
            guard !isTooLarge else { throw .sumOverflow }
            return .integer(sum)
        }
        let sum = a.double + b.double
        guard sum.isFinite else { throw .sumOverflow }
        return .float(sum)
    }
    /// NULL where no record had a value.
    var result: QueryValue {
        switch kind {
        case .count, .countOf: return .integer(count)
        case .least, .greatest: return best ?? .null
        case .average: return count == 0 ? .null : .float(sum.double / Double(count))
        case .sum:
            guard count > 0 else { return .null }
            return switch sum {
            case .integer(let sum): .integer(sum)
            case .float(let sum): .float(sum)
            }
        }
    }
}
