// SPDX-License-Identifier: Apache-2.0

/// What the functions give; NULL for an argument that is NULL, but for COALESCE and NULLIF.
extension QueryEvaluator {
    mutating func call(
        _ function: QueryFunction,
        _ arguments: [QueryExpression],
        _ row: QueryRow
    ) throws(QueryFault) -> QueryValue {
        switch function {
        case .now: return .timestamp(now)
        case .coalesce:
            for argument in arguments {
                let value = try value(argument, row)
                if !value.isNull { return value }
            }
            return .null
        case .nullIf:
            let (a, b) = (try value(arguments[0], row), try value(arguments[1], row))
            return try a.order(b) == .same ? .null : a
        default: break
        }
        var values: [QueryValue] = []
        for argument in arguments {
            let value = try value(argument, row)
            if value.isNull { return .null }
            values.append(value)
        }
        return try result(function, values)
    }
    private mutating func result(_ function: QueryFunction, _ values: [QueryValue]) throws(QueryFault) -> QueryValue {
        switch function {
        case .lower: return .string(try text(values[0]).lowercased())
        case .upper: return .string(try text(values[0]).uppercased())
        case .length: return .integer(Int64(try text(values[0]).unicodeScalars.count))
        case .substring: return .string(try substring(values))
        case .trim(let side): return .string(try trimmed(values, side))
        case .dateAdd(let part):
            guard case .integer(let count) = try Self.cast(values[0], to: .integer) else { throw .conversion }
            return .timestamp(try values[1].moment().adding(count, part))
        case .dateDifference(let part): return .integer(try values[0].moment().parts(part, to: try values[1].moment()))
        case .extract(let part): return .integer(try values[0].moment().extract(part))
        case .toString: return .string(try values[0].moment().text(try text(values[1])))
        case .toTimestamp: return .timestamp(try values[0].moment())
        case .coalesce, .nullIf, .now: return .null
        }
    }
    private mutating func text(_ value: QueryValue) throws(QueryFault) -> String {
        let text = value.text()
        try spend(text.utf8.count)
        return text
    }
    /// Characters are Unicode scalars, counted from 0: the reference has `SUBSTRING('123456789', 1, 5)` as `23456`.
    private mutating func substring(_ values: [QueryValue]) throws(QueryFault) -> String {
        let scalars = try text(values[0]).unicodeScalars
        guard case .integer(let start) = try Self.cast(values[1], to: .integer) else { throw .conversion }
        var count = Int64.max
        if values.count > 2 {
            guard case .integer(let given) = try Self.cast(values[2], to: .integer), given >= 0 else {
                throw .conversion
            }
            count = given
        }
        let rest = scalars.dropFirst(Int(max(0, min(start, Int64(scalars.count)))))
        return String(String.UnicodeScalarView(rest.prefix(Int(clamping: count))))
    }
    private mutating func trimmed(_ values: [QueryValue], _ side: QueryFunction.Side) throws(QueryFault) -> String {
        let given = try text(values[0])
        let characters = Set(try text(values[1]).unicodeScalars)
        var rest = given.unicodeScalars[...]
        if side != .trailing { rest = rest.drop { characters.contains($0) } }
        if side != .leading { while let last = rest.last, characters.contains(last) { rest = rest.dropLast() } }
        return String(String.UnicodeScalarView(rest))
    }
}
