// SPDX-License-Identifier: Apache-2.0

/// What went wrong with one record, as the answer's error records tell it (REST "Query Blob Contents", response body).
///
/// `ParseError`, `InvalidTypeConversion` and `InvalidColumnOrdinal` are the service's names, known from the tests of its
/// SDKs; the other names are this region's own.
package struct QueryFault: Error, Equatable, Sendable {
    /// The error's name.
    package let name: String
    /// For the client.
    package let description: String
    /// Whether the query ends here; else the record is passed over.
    package let isFatal: Bool

    private init(_ name: String, _ description: String, fatal: Bool) {
        self.name = name
        self.description = description
        isFatal = fatal
    }
    /// A value is not, and cannot be made, of the type an operator needs.
    package static let conversion = QueryFault("InvalidTypeConversion", "Invalid type conversion.", fatal: false)
    /// The record has no such column.
    package static let ordinal = QueryFault("InvalidColumnOrdinal", "Invalid column ordinal.", fatal: false)
    /// A number does not fit 64 bits.
    package static let overflow = QueryFault(
        "ArithmeticOverflow",
        "The result of an operation is too large.",
        fatal: false
    )
    /// A number is divided by zero.
    package static let zeroDivision = QueryFault("DivideByZero", "A number is divided by zero.", fatal: false)
    /// The sum over all records does not fit 64 bits.
    static let sumOverflow = QueryFault("ArithmeticOverflow", "The sum is too large; CAST to FLOAT.", fatal: true)
    /// A pattern is too long or ends within an escape.
    static func pattern(_ why: String) -> QueryFault { QueryFault("InvalidPattern", why, fatal: false) }
    /// A format of TO_STRING holds a letter that means nothing.
    static func format(_ why: String) -> QueryFault { QueryFault("InvalidFormat", why, fatal: false) }
    /// The data are not of the form the request says.
    static func parse(_ why: String) -> QueryFault { QueryFault("ParseError", why, fatal: true) }
    /// The header names no such column.
    static func column(_ name: String) -> QueryFault {
        QueryFault("InvalidColumnName", "The data have no column '\(name.prefix(256))'.", fatal: true)
    }
    /// A record is larger than this region reads or writes.
    static func tooLarge(_ what: String) -> QueryFault { QueryFault("RecordTooLarge", what, fatal: true) }
    /// Evaluating one record takes more work than a query may cause.
    static let tooComplex = QueryFault(
        "QueryTooComplex",
        "The expression takes too much work for a record.",
        fatal: true
    )
}

/// Why an expression is not one of the language.
package struct QuerySyntaxError: Error, Equatable, Sendable {
    /// What was wrong.
    package let reason: String
    /// Where, in bytes from the expression's start.
    package let position: Int
    init(_ reason: String, at position: Int) {
        self.reason = reason
        self.position = position
    }
}
