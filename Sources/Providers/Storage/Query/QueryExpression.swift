// SPDX-License-Identifier: Apache-2.0

/// One step into a record.
package enum QueryStep: Hashable, Sendable {
    /// A member; `exact` when the name stood in double quotes, else in any case.
    case name(String, exact: Bool)
    /// An element of an array, from 0.
    case place(Int)
    /// Every element of an array: in tables only.
    case all
}

/// An expression over one record.
indirect enum QueryExpression: Sendable {
    enum Comparison: String, Sendable {
        case equal = "="
        case notEqual = "<>"
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }
    enum Operation: String, Sendable {
        case plus = "+"
        case minus = "-"
        case times = "*"
        case by = "/"
        case modulo = "%"
    }
    enum CastType: Sendable {
        case integer
        case float
        case string
        case timestamp
        case boolean
    }
    struct Term: Sendable {
        let operation: Operation
        let value: QueryExpression
    }
    struct Branch: Sendable {
        let condition: QueryExpression
        let result: QueryExpression
    }
    case literal(QueryValue)
    /// A column, by its index in the statement's list of paths.
    case column(Int)
    case negated(QueryExpression)
    /// Operations of one precedence, from left to right.
    case chain(QueryExpression, [Term])
    case compare(Comparison, QueryExpression, QueryExpression)
    case all([QueryExpression])
    case any([QueryExpression])
    case not(QueryExpression)
    case isNull(QueryExpression)
    case isMissing(QueryExpression)
    case between(QueryExpression, QueryExpression, QueryExpression)
    case among(QueryExpression, [QueryExpression])
    /// With the character that takes meaning away.
    case like(QueryExpression, QueryExpression, escape: QueryExpression?)
    case choice([Branch], otherwise: QueryExpression?)
    case cast(QueryExpression, CastType)
    case call(QueryFunction, [QueryExpression])
}

/// The functions of the language.
enum QueryFunction: Sendable, Equatable {
    enum Side: Sendable {
        case leading
        case trailing
        case both
    }
    case coalesce
    case nullIf
    case lower
    case upper
    case length
    case substring
    /// Arguments: the text, and the characters to take away.
    case trim(Side)
    case now
    case dateAdd(QueryMoment.Part)
    case dateDifference(QueryMoment.Part)
    case extract(QueryMoment.Part)
    case toString
    case toTimestamp
}

/// What a SELECT asks for.
package struct QueryStatement: Sendable {
    /// An expression over all records.
    enum Aggregate: Sendable {
        case count
        case countOf
        case average
        case sum
        case least
        case greatest
    }
    struct Column: Sendable {
        let value: QueryExpression
        /// What JSON and headers call it.
        let name: String
    }
    enum Selection: Sendable {
        case everything
        case columns([Column])
        case aggregate(Aggregate, QueryExpression, name: String)
        /// The sizes of parts of at least so many bytes that end with a record.
        case split(Int64)
    }
    let selection: Selection
    /// Where in each record the rows are.
    let table: [QueryStep]
    let condition: QueryExpression?
    let limit: Int64?
    /// Every column that is named anywhere.
    let paths: [[QueryStep]]

    /// Reads an expression.
    package init(_ text: String) throws(QuerySyntaxError) {
        var parser = try QueryParser(text)
        self = try parser.statement()
    }
    init(
        _ selection: Selection,
        _ table: [QueryStep],
        _ condition: QueryExpression?,
        _ limit: Int64?,
        _ paths: [[QueryStep]]
    ) {
        self.selection = selection
        self.table = table
        self.condition = condition
        self.limit = limit
        self.paths = paths
    }
}
