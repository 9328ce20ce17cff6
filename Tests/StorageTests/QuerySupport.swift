// SPDX-License-Identifier: Apache-2.0
import Base
import Storage

/// Reads the answers of Query Blob Contents: just enough Avro for the service's schema.
struct QueryOutcome: Equatable {
    struct Failure: Equatable {
        let isFatal: Bool
        let name: String
        let description: String
        let position: Int64
    }
    struct Malformed: Error {}
    var data: [UInt8] = []
    /// The records of results, each as it came.
    var chunks: [[UInt8]] = []
    var failures: [Failure] = []
    var progress: [(scanned: Int64, total: Int64)] = []
    /// What the end record says; nil when it never came.
    var total: Int64?
    var text: String { String(decoding: data, as: UTF8.self) }

    static func == (a: QueryOutcome, b: QueryOutcome) -> Bool {
        a.data == b.data && a.failures == b.failures && a.total == b.total
    }

    init(_ file: [UInt8]) throws {
        var rest = file[...]
        func byte() throws -> UInt8 {
            guard let byte = rest.popFirst() else { throw Malformed() }
            return byte
        }
        func long() throws -> Int64 {
            var (value, shift): (UInt64, UInt64) = (0, 0)
            while true {
                let next = try byte()
                guard shift < 64 else { throw Malformed() }
                value |= UInt64(next & 0x7F) << shift
                if next < 0x80 { return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1) }
                shift += 7
            }
        }
        func bytes() throws -> [UInt8] {
            let count = Int(try long())
            guard count >= 0, count <= rest.count else { throw Malformed() }
            defer { rest = rest.dropFirst(count) }
            return Array(rest.prefix(count))
        }
        func string() throws -> String { String(decoding: try bytes(), as: UTF8.self) }
        guard rest.starts(with: [0x4F, 0x62, 0x6A, 1]) else { throw Malformed() }
        rest = rest.dropFirst(4)
        for _ in 0..<(try long()) { _ = (try bytes(), try bytes()) }
        guard try long() == 0, rest.count >= 16 else { throw Malformed() }
        let sync = Array(rest.prefix(16))
        rest = rest.dropFirst(16)
        while !rest.isEmpty {
            let count = try long()
            let length = Int(try long())
            let before = rest.count
            for _ in 0..<count {
                switch try long() {
                case 0: chunks.append(try bytes())
                case 1:
                    let isFatal = try byte() == 1
                    failures.append(
                        Failure(isFatal: isFatal, name: try string(), description: try string(), position: try long())
                    )
                case 2: progress.append((try long(), try long()))
                case 3: total = try long()
                default: throw Malformed()
                }
            }
            guard before - rest.count == length, rest.starts(with: sync) else { throw Malformed() }
            rest = rest.dropFirst(16)
        }
        data = chunks.flatMap(\.self)
    }

    /// Runs a query over bytes that come in pieces of this length.
    init(
        _ expression: String,
        over data: [UInt8],
        from input: QueryForm = .delimited(DelimitedForm()),
        to output: QueryForm? = nil,
        pieces: Int = 1 << 20
    ) throws {
        let statement = try QueryStatement(expression)
        try self.init(statement, over: data, from: input, to: output ?? input, pieces: pieces)
    }
    init(
        _ statement: QueryStatement,
        over data: [UInt8],
        from input: QueryForm,
        to output: QueryForm,
        pieces: Int
    ) throws {
        let request = QueryRequest(statement, from: input, to: output)
        var run = QueryRun(
            request,
            totalBytes: Int64(data.count),
            now: QueryMoment(Timestamp(seconds: 1_800_000_000)),
            sync: [UInt8](repeating: 7, count: 16)
        )
        var rest = data[...]
        var file: [UInt8] = []
        loop: while true {
            switch run.step() {
            case .bytes(let bytes): file += bytes
            case .done: break loop
            case .input:
                if rest.isEmpty {
                    run.end()
                } else {
                    run.take(Array(rest.prefix(pieces)))
                    rest = rest.dropFirst(pieces)
                }
            }
        }
        try self.init(file)
    }
    /// The same over a text.
    init(
        _ expression: String,
        _ data: String,
        from input: QueryForm = .delimited(DelimitedForm()),
        to output: QueryForm? = nil,
        pieces: Int = 1 << 20
    ) throws {
        try self.init(expression, over: Array(data.utf8), from: input, to: output, pieces: pieces)
    }
}

extension QueryForm {
    static let lines = QueryForm.json([10])
    /// Commas and lines, the first of which names the columns.
    static let headed: QueryForm = {
        var form = DelimitedForm()
        form.hasHeaders = true
        return .delimited(form)
    }()
    static let plain = QueryForm.delimited(DelimitedForm())
}
