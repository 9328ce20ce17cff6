// SPDX-License-Identifier: Apache-2.0
import Markup

/// What a client asks for (REST "Query Blob Contents", request body).
package struct QueryRequest: Sendable {
    package let statement: QueryStatement
    package let input: QueryForm
    package let output: QueryForm

    /// A query of one text, for its parts.
    package init(_ statement: QueryStatement, from input: QueryForm, to output: QueryForm) {
        self.statement = statement
        self.input = input
        self.output = output
    }
    /// Reads the body; what is delimited text with commas when nothing is said, and results are like the input.
    package init(_ body: [UInt8]) throws(StorageFault) {
        let root = try XMLBody.parse(
            body,
            root: "QueryRequest",
            limits: XMLLimits(bytesMax: QueryLimits.bodyBytesMax, elementsMax: 64, depthMax: 8),
            tooLarge: .requestBodyTooLarge(limit: QueryLimits.bodyBytesMax)
        )
        try root.allowOnly(["QueryType", "Expression", "InputSerialization", "OutputSerialization"])
        let type = try root.required("QueryType").trimmed
        guard type.uppercased() == "SQL" else { throw .invalidXMLNodeValue("QueryType", type) }
        let input = try root.child(named: "InputSerialization").map { element throws(StorageFault) in
            try Self.form(element, isInput: true)
        }
        let output = try root.child(named: "OutputSerialization").map { element throws(StorageFault) in
            try Self.form(element, isInput: false)
        }
        let text = try root.required("Expression").text
        do throws(QuerySyntaxError) { statement = try QueryStatement(text) } catch {
            throw .invalidInput("the expression is wrong at byte \(error.position): \(error.reason).")
        }
        self.input = input ?? .delimited(DelimitedForm())
        self.output = output ?? self.input
        if case .json = self.input, case .split = statement.selection {
            throw .invalidInput("sys.split is for delimited text.")
        }
        if case .delimited = self.input, statement.table != [] || statement.paths.contains(where: { $0.count > 1 }) {
            throw .invalidInput("delimited text has columns, no paths.")
        }
    }

    private static func form(_ element: XMLElement, isInput: Bool) throws(StorageFault) -> QueryForm {
        try element.allowOnly(["Format"])
        let format = try element.required("Format")
        let type = try format.required("Type").trimmed
        switch type.lowercased() {
        case "delimited": return .delimited(try delimited(format.child(named: "DelimitedTextConfiguration")))
        case "json":
            let separator = format.child(named: "JsonTextConfiguration")?.child(named: "RecordSeparator")
            return .json(try Self.separator(separator, "RecordSeparator") ?? [UInt8(ascii: "\n")])
        case "parquet" where isInput: throw .notImplemented("Query Blob Contents of Parquet.")
        case "arrow" where !isInput: throw .notImplemented("Query Blob Contents with results in Apache Arrow.")
        default: throw .invalidXMLNodeValue("Type", type)
        }
    }
    private static func delimited(_ element: XMLElement?) throws(StorageFault) -> DelimitedForm {
        var form = DelimitedForm()
        guard let element else { return form }
        try element.allowOnly([
            "ColumnSeparator", "FieldQuote", "RecordSeparator", "EscapeChar", "HasHeaders", "HeadersPresent",
        ])
        form.column = try separator(element.child(named: "ColumnSeparator"), "ColumnSeparator") ?? form.column
        form.record = try separator(element.child(named: "RecordSeparator"), "RecordSeparator") ?? form.record
        if let quote = element.child(named: "FieldQuote") { form.quote = try mark(quote) }
        if let escape = element.child(named: "EscapeChar") { form.escape = try mark(escape) }
        // The reference and the SDKs say HasHeaders, the SDKs' models HeadersPresent.
        for name in ["HasHeaders", "HeadersPresent"] where element.optionalText(name) != nil {
            form.hasHeaders = try element.bool(name)
        }
        let marks = [form.quote, form.escape].compactMap(\.self)
        guard form.column != form.record,
            !marks.contains(where: { form.column.contains($0) || form.record.contains($0) })
        else { throw .invalidInput("separators, quote and escape must differ.") }
        return form
    }
    private static func separator(_ element: XMLElement?, _ name: String) throws(StorageFault) -> [UInt8]? {
        guard let element, !element.text.isEmpty else { return nil }
        let bytes = Array(element.text.utf8)
        guard bytes.count <= QueryLimits.separatorBytesMax else { throw .invalidXMLNodeValue(name, element.text) }
        return bytes
    }
    private static func mark(_ element: XMLElement) throws(StorageFault) -> UInt8? {
        let bytes = Array(element.text.utf8)
        guard bytes.count <= 1 else { throw .invalidXMLNodeValue(element.name, String(element.text.prefix(64))) }
        return bytes.first
    }
}
