// SPDX-License-Identifier: Apache-2.0

/// What one query may ask for and hold: whatever a blob or an expression says, memory and work stay within these.
package enum QueryLimits {
    /// The longest expression, in bytes (REST "Query Blob Contents", `Expression`: 256 KiB).
    package static let expressionBytesMax = 256 << 10
    /// The longest request body, in bytes: an expression at its longest, escaped, within its elements.
    package static let bodyBytesMax = 2 << 20
    /// The most columns a SELECT names (SQL language reference, note on SELECT).
    package static let columnsMax = 49
    /// How deep an expression nests; each level is a call on the stack.
    package static let depthMax = 48
    /// The most parts of an expression: literals, columns, operators, calls.
    package static let partsMax = 10_000
    /// The most tokens of an expression.
    package static let tokensMax = 40_000
    /// The most names and places of one column's or table's path.
    package static let pathMax = 32
    /// The longest record of a blob, in bytes; a longer one ends the query.
    package static let recordBytesMax = 1 << 20
    /// The most values in one JSON record.
    package static let recordValuesMax = 100_000
    /// How deep a JSON record nests.
    package static let recordDepthMax = 64
    /// The longest record of an answer, in bytes: many columns may show the same long field.
    package static let resultBytesMax = 4 << 20
    /// The bytes and parts looked at to evaluate one record; more ends the query.
    package static let workMax = 64 << 20
    /// How many bytes of results are gathered before they are sent.
    package static let batchBytes = 256 << 10
    /// How many errors are gathered before they are sent.
    package static let batchErrors = 256
    /// How many bytes of the blob lie between two progress records.
    package static let progressBytes: Int64 = 4 << 20
    /// The longest pattern of LIKE, in bytes.
    package static let patternBytesMax = 4 << 10
    /// The longest part of a pattern between two `%` that holds `_`, in characters: it is looked for place by place.
    package static let patternPartMax = 128
    /// The least size of a part `sys.split` gives, in bytes (SQL language reference, "Sys.Split").
    package static let splitBytesMin: Int64 = 10 << 20
    /// The longest separator of columns or records, in bytes.
    package static let separatorBytesMax = 16
}
