// SPDX-License-Identifier: Apache-2.0

/// A query at work: bytes of a blob go in, bytes of the answer come out, and little is held between.
///
/// What it holds at most: the bytes last taken in, one record, one batch of results and errors (`QueryLimits`).
package struct QueryRun {
    /// What comes of working on.
    package enum Step {
        /// Bytes of the answer.
        case bytes([UInt8])
        /// More of the blob is needed: `take` it, or `end`.
        case input
        case done
    }
    private let request: QueryRequest
    private let total: Int64
    private var evaluator: QueryEvaluator
    private var text: DelimitedReader?
    private var json: QueryJSONReader?
    private var isAtEnd = false

    private var answer: QueryAnswer
    private var results: QueryResults
    private var errors: [(fault: QueryFault, position: Int64)] = []
    private var hasSentData = false
    private var progressed: Int64 = 0
    /// Set when no record is read any more.
    private var isOver = false
    private var isDone = false

    /// Where the record at hand begins.
    private var recordStart: Int64 = 0
    /// Where the record of delimited text ends that was read last.
    private var recordEnd: Int64 = 0
    /// For each path of the statement, the field it means; nil until the first record was seen.
    private var ordinals: [Int]?
    private var headers: [String] = []
    private var hasShownHeaders = false
    private var count: Int64 = 0
    private var aggregate: QueryAggregate?
    private var partStart: Int64 = 0

    /// A query over `totalBytes`, of which `now` is the time; `sync` are 16 bytes nobody can foretell.
    package init(_ request: QueryRequest, totalBytes: Int64, now: QueryMoment, sync: [UInt8]) {
        self.request = request
        total = totalBytes
        evaluator = QueryEvaluator(now: now)
        answer = QueryAnswer(sync: sync)
        results = QueryResults(request.output)
        switch request.input {
        case .delimited(let form): text = DelimitedReader(form)
        case .json(let separator): json = QueryJSONReader(separator: separator)
        }
        if case .aggregate(let kind, _, _) = request.statement.selection { aggregate = QueryAggregate(kind) }
        isOver = request.statement.limit == 0
    }

    /// Takes in the blob's next bytes.
    package mutating func take(_ bytes: [UInt8]) {
        text?.take(bytes)
        json?.take(bytes)
    }
    /// There are no more bytes.
    package mutating func end() {
        isAtEnd = true
        text?.end()
        json?.end()
    }
    private var scanned: Int64 { text?.offset ?? json?.offset ?? 0 }

    /// Works until there is something to send or more is needed.
    package mutating func step() -> Step {
        guard !isDone else { return .done }
        while !isOver {
            let isDue = scanned - progressed >= QueryLimits.progressBytes
            if isDue || results.bytes.count >= QueryLimits.batchBytes || errors.count >= QueryLimits.batchErrors {
                return .bytes(batch(progress: isDue))
            }
            do throws(QueryFault) {
                if try !readRecord() {
                    guard isAtEnd else { return .input }
                    isOver = true
                }
            } catch { note(error, at: recordStart) }
        }
        isDone = true
        do throws(QueryFault) { try conclude() } catch { note(error, at: recordStart) }
        return .bytes(batch(progress: true, isLast: true))
    }
    /// Data come first, and in the first batch always: readers want to have seen some before they hear of an error.
    private mutating func batch(progress: Bool, isLast: Bool = false) -> [UInt8] {
        if !results.bytes.isEmpty || !hasSentData { answer.data(results.take()) }
        hasSentData = true
        for error in errors { answer.error(error.fault, at: error.position) }
        errors = []
        if progress {
            answer.progress(scanned: scanned, total: total)
            progressed = scanned
        }
        if isLast { answer.end(total: total) }
        return answer.take()
    }
    private mutating func note(_ fault: QueryFault, at position: Int64) {
        errors.append((fault, position))
        if fault.isFatal { isOver = true }
    }
    // MARK: Records

    /// Reads and evaluates one record; false when there is none.
    private mutating func readRecord() throws(QueryFault) -> Bool {
        evaluator.begin()
        return text == nil ? try readValue() : try readFields()
    }
    private mutating func readFields() throws(QueryFault) -> Bool {
        let start = recordEnd
        do throws(QueryFault) { guard try text?.next() == true else { return false } } catch {
            recordStart = start
            throw error
        }
        guard let record = text?.record else { return false }
        recordStart = start
        recordEnd = scanned
        defer { text?.clear() }
        if case .split(let size) = request.statement.selection {
            try split(size)
            return true
        }
        if ordinals == nil, try learn(record) { return true }
        guard let ordinals else { return true }
        try show(QueryRow(content: .fields(record, ordinals: ordinals)))
        return true
    }
    private mutating func readValue() throws(QueryFault) -> Bool {
        let read: QueryValue?
        do throws(QueryFault) { read = try json?.next() } catch {
            // What is wrong between two records is told at the former.
            if json?.isWithinRecord == true { recordStart = scanned }
            throw error
        }
        guard let record = read else { return false }
        recordStart = json?.recordStart ?? 0
        for value in QueryRow.rows(record, request.statement.table[...]) where !isOver {
            do throws(QueryFault) { try show(QueryRow(content: .value(value, paths: request.statement.paths))) } catch {
                note(error, at: recordStart)
            }
        }
        return true
    }
    /// Learns from the first record what the columns are; true when it holds their names and is no data.
    private mutating func learn(_ record: DelimitedRecord) throws(QueryFault) -> Bool {
        guard case .delimited(let form) = request.input else { return false }
        if form.hasHeaders {
            headers = (0..<record.count).map { String(decoding: record.field($0) ?? [], as: UTF8.self) }
        }
        var ordinals: [Int] = []
        for path in request.statement.paths {
            guard case .name(let name, let isExact)? = path.first else { continue }
            guard let ordinal = Self.ordinal(name, isExact, headers) else { throw .column(name) }
            ordinals.append(ordinal)
        }
        self.ordinals = ordinals
        return form.hasHeaders
    }
    /// A column by its name, or by its number behind an underscore.
    private static func ordinal(_ name: String, _ isExact: Bool, _ headers: [String]) -> Int? {
        if let found = headers.firstIndex(of: name) { return found }
        guard !isExact else { return nil }
        let folded = name.lowercased()
        if let found = headers.firstIndex(where: { $0.lowercased() == folded }) { return found }
        guard name.hasPrefix("_"), let number = Int(name.dropFirst()), number > 0 else { return nil }
        return number - 1
    }

    // MARK: Results

    private mutating func show(_ row: QueryRow) throws(QueryFault) {
        guard try evaluator.holds(request.statement.condition, row) else { return }
        if case .aggregate(_, let value, _) = request.statement.selection {
            try aggregate?.add(try evaluator.value(value, row))
            return
        }
        try writeHeaders(row)
        try write { run throws(QueryFault) in try run.columns(of: row) }
    }
    /// Writes one record of the answer, or nothing of it.
    private mutating func write(_ columns: (inout QueryRun) throws(QueryFault) -> Void) throws(QueryFault) {
        results.beginRecord()
        do throws(QueryFault) { try columns(&self) } catch {
            results.dropRecord()
            throw error
        }
        results.endRecord()
        count += 1
        if let limit = request.statement.limit, count >= limit { isOver = true }
    }
    private mutating func columns(of row: QueryRow) throws(QueryFault) {
        if case .columns(let columns) = request.statement.selection {
            for column in columns { try results.column(column.name, try evaluator.value(column.value, row)) }
            return
        }
        switch row.content {
        case .fields(let record, _):
            for number in 0..<record.count {
                try results.field(name(of: number), record.field(number) ?? [])
            }
        case .value(.object(let members), _):
            for member in members { try results.column(member.name, member.value) }
        case .value(let value, _):
            // A bare value is a record without columns, but for what a table's path finds.
            if !request.statement.table.isEmpty { try results.column("_1", value) }
        }
    }
    private func name(of number: Int) -> String {
        headers.indices.contains(number) ? headers[number] : "_\(number + 1)"
    }

    // MARK: Ends

    /// What is written behind the last record.
    private mutating func conclude() throws(QueryFault) {
        if errors.last?.fault.isFatal == true { return }
        switch request.statement.selection {
        case .split: if scanned > partStart { try part() }
        case .aggregate(_, _, let name) where request.statement.limit != 0:
            guard let value = aggregate?.result else { return }
            try writeHeaders(nil)
            try write { run throws(QueryFault) in try run.results.column(name, value) }
        case .everything, .columns, .aggregate: try writeHeaders(nil)
        }
    }
    private mutating func split(_ size: Int64) throws(QueryFault) {
        if scanned - partStart >= size { try part() }
    }
    private mutating func part() throws(QueryFault) {
        let length = scanned - partStart
        try writeHeaders(nil)
        partStart = scanned
        try write { run throws(QueryFault) in try run.results.column("_1", .integer(length)) }
    }
    /// Writes the names of the columns before the first record where the output asks for them; without a record, those
    /// that are known.
    private mutating func writeHeaders(_ row: QueryRow?) throws(QueryFault) {
        guard !hasShownHeaders, case .delimited(let form) = request.output, form.hasHeaders else { return }
        let names: [String]
        switch (request.statement.selection, row?.content) {
        case (.columns(let columns), _): names = columns.map(\.name)
        case (.aggregate(_, _, let name), _): names = [name]
        case (.split, _): names = ["_1"]
        case (.everything, .fields(let record, _)?): names = (0..<max(record.count, headers.count)).map(name)
        case (.everything, .value(.object(let members), _)?): names = members.map(\.name)
        case (.everything, _): names = headers
        }
        hasShownHeaders = true
        guard !names.isEmpty else { return }
        results.beginRecord()
        for name in names { try results.field(name, Array(name.utf8)[...]) }
        results.endRecord()
    }
}
