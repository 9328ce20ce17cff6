// SPDX-License-Identifier: Apache-2.0

/// Evaluates expressions over records: looks at nothing but the record and the time the query began.
///
/// NULL spreads as in SQL: comparisons with it are neither true nor false.
struct QueryEvaluator {
    let now: QueryMoment
    /// What was looked at for the record at hand.
    private var work = 0
    init(now: QueryMoment) { self.now = now }

    /// Before another record.
    mutating func begin() { work = 0 }
    /// Counts what is looked at.
    mutating func spend(_ bytes: Int) throws(QueryFault) {
        work += bytes
        guard work <= QueryLimits.workMax else { throw .tooComplex }
    }

    /// Whether a record is asked for.
    mutating func holds(_ condition: QueryExpression?, _ row: QueryRow) throws(QueryFault) -> Bool {
        guard let condition else { return true }
        return try truth(condition, row) ?? false
    }
    private mutating func truth(_ expression: QueryExpression, _ row: QueryRow) throws(QueryFault) -> Bool? {
        try value(expression, row).truth()
    }

    mutating func value(_ expression: QueryExpression, _ row: QueryRow) throws(QueryFault) -> QueryValue {
        try spend(Self.partWork)
        switch expression {
        case .literal(let value): return value
        case .column(let index):
            let value = try row.value(index)
            if case .string(let text) = value { try spend(text.utf8.count) }
            return value
        case .negated(let inner): return try negated(try value(inner, row))
        case .chain(let first, let terms):
            var result = try value(first, row)
            for term in terms { result = try Self.result(term.operation, result, try value(term.value, row)) }
            return result
        case .compare(let comparison, let left, let right):
            let order = try order(try value(left, row), try value(right, row))
            return Self.boolean(order.map { comparison.holds($0) })
        case .all(let parts): return Self.boolean(try joined(parts, row, decidedBy: false))
        case .any(let parts): return Self.boolean(try joined(parts, row, decidedBy: true))
        case .not(let inner): return Self.boolean(try truth(inner, row).map { !$0 })
        case .isNull(let inner): return .boolean(try value(inner, row).isNull)
        case .isMissing(let inner): return .boolean(try value(inner, row) == .missing)
        case .between(let inner, let low, let high):
            let subject = try value(inner, row)
            let isAbove = try order(subject, try value(low, row)).map { $0 != .before }
            let isBelow = try order(subject, try value(high, row)).map { $0 != .after }
            if isAbove == false || isBelow == false { return .boolean(false) }
            return isAbove == nil || isBelow == nil ? .null : .boolean(true)
        case .among(let inner, let items): return try among(try value(inner, row), items, row)
        case .like(let inner, let pattern, let escape): return try like(inner, pattern, escape, row)
        case .choice(let branches, let otherwise):
            for branch in branches where try truth(branch.condition, row) == true {
                return try value(branch.result, row)
            }
            return try otherwise.map { other throws(QueryFault) in try value(other, row) } ?? .null
        case .cast(let inner, let type): return try Self.cast(try value(inner, row), to: type)
        case .call(let function, let arguments): return try call(function, arguments, row)
        }
    }
    /// What a part costs besides the bytes it looks at: a million parts are the most of one record.
    private static let partWork = 64

    static func boolean(_ truth: Bool?) -> QueryValue { truth.map(QueryValue.boolean) ?? .null }

    /// AND and OR: one side may decide alone; else NULL in any part leaves it open.
    private mutating func joined(
        _ parts: [QueryExpression],
        _ row: QueryRow,
        decidedBy deciding: Bool
    ) throws(QueryFault) -> Bool? {
        var isOpen = false
        for part in parts {
            guard let truth = try truth(part, row) else {
                isOpen = true
                continue
            }
            if truth == deciding { return deciding }
        }
        return isOpen ? nil : !deciding
    }
    private mutating func order(_ a: QueryValue, _ b: QueryValue) throws(QueryFault) -> QueryOrder? {
        if case .string(let a) = a, case .string(let b) = b { try spend(min(a.utf8.count, b.utf8.count)) }
        return try a.order(b)
    }
    private mutating func among(
        _ subject: QueryValue,
        _ items: [QueryExpression],
        _ row: QueryRow
    ) throws(QueryFault) -> QueryValue {
        var isOpen = false
        for item in items {
            switch try order(subject, try value(item, row)) {
            case .same: return .boolean(true)
            case nil: isOpen = true
            case .before, .after: break
            }
        }
        return isOpen ? .null : .boolean(false)
    }
    private mutating func like(
        _ subject: QueryExpression,
        _ pattern: QueryExpression,
        _ escape: QueryExpression?,
        _ row: QueryRow
    ) throws(QueryFault) -> QueryValue {
        let (subject, pattern) = (try value(subject, row), try value(pattern, row))
        let mark = try escape.map { part throws(QueryFault) in try value(part, row) }
        if subject.isNull || pattern.isNull || mark?.isNull == true { return .null }
        let text = subject.text()
        let compiled = try QueryPattern(pattern.text(), escape: mark?.text())
        try spend(text.utf8.count * compiled.factor)
        return .boolean(compiled.matches(text))
    }

    // MARK: Arithmetic

    private func negated(_ value: QueryValue) throws(QueryFault) -> QueryValue {
        guard !value.isNull else { return .null }
        switch try value.number() {
        case .integer(let number):
            guard number != .min else { throw .overflow }
            return .integer(-number)
        case .float(let number): return .float(-number)
        }
    }
    private static func result(
        _ operation: QueryExpression.Operation,
        _ left: QueryValue,
        _ right: QueryValue
    ) throws(QueryFault) -> QueryValue {
        if left.isNull || right.isNull { return .null }
        if let moment = try shifted(operation, left, right) { return .timestamp(moment) }
        let (a, b) = (try left.number(), try right.number())
        guard case .integer(let a) = a, case .integer(let b) = b else {
            return try result(operation, a.double, b.double)
        }
        if b == 0, operation == .by || operation == .modulo { throw .zeroDivision }
        let (value, isTooLarge) =
            switch operation {
            case .plus: a.addingReportingOverflow(b)
            case .minus: a.subtractingReportingOverflow(b)
            case .times: a.multipliedReportingOverflow(by: b)
            case .by: a.dividedReportingOverflow(by: b)
            case .modulo: b == -1 ? (0, false) : a.remainderReportingOverflow(dividingBy: b)
            }
        guard !isTooLarge else { throw .overflow }
        return .integer(value)
    }
    private static func result(
        _ operation: QueryExpression.Operation,
        _ a: Double,
        _ b: Double
    ) throws(QueryFault) -> QueryValue {
        if b == 0, operation == .by || operation == .modulo { throw .zeroDivision }
        let value =
            switch operation {
            case .plus: a + b
            case .minus: a - b
            case .times: a * b
            case .by: a / b
            case .modulo: a.truncatingRemainder(dividingBy: b)
            }
        guard value.isFinite else { throw .overflow }
        return .float(value)
    }
    /// A number added to a moment counts days.
    private static func shifted(
        _ operation: QueryExpression.Operation,
        _ left: QueryValue,
        _ right: QueryValue
    ) throws(QueryFault) -> QueryMoment? {
        let (moment, days): (QueryMoment, QueryValue)
        switch (left, right) {
        case (.timestamp(let given), let other): (moment, days) = (given, other)
        case (let other, .timestamp(let given)) where operation == .plus: (moment, days) = (given, other)
        default: return nil
        }
        guard operation == .plus || operation == .minus else { throw .conversion }
        let span = try days.number().double * 86_400_000_000 * (operation == .minus ? -1 : 1)
        guard abs(span) < 4e17 else { throw .overflow }
        return try moment.adding(microseconds: Int64(span))
    }

    // MARK: CAST

    static func cast(_ value: QueryValue, to type: QueryExpression.CastType) throws(QueryFault) -> QueryValue {
        guard !value.isNull else { return .null }
        switch type {
        case .string: return .string(value.text())
        case .boolean: return boolean(try value.truth())
        case .timestamp: return .timestamp(try value.moment())
        case .float: return .float(try value.number().double)
        case .integer:
            switch try value.number() {
            case .integer(let number): return .integer(number)
            case .float(let number):
                guard let whole = Int64(exactly: number.rounded(.towardZero)) else { throw .overflow }
                return .integer(whole)
            }
        }
    }
}

extension QueryExpression.Comparison {
    func holds(_ order: QueryOrder) -> Bool {
        switch self {
        case .equal: order == .same
        case .notEqual: order != .same
        case .less: order == .before
        case .lessOrEqual: order != .after
        case .greater: order == .after
        case .greaterOrEqual: order != .before
        }
    }
}
