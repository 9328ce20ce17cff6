// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

/// The account of the fixtures: its key1 is the bytes 0 to 63.
enum Fixture {
    static let key1 = Secret(Array(0..<64))
    static let key2 = Secret(Array(64..<128))
    /// Inside the time of every signature below.
    static let now = Timestamp(iso8601: "2030-01-15T12:00:00Z") ?? Timestamp(seconds: 0)

    static func account() throws -> AccountName { try #require(AccountName("lazulitest")) }

    static func head(
        _ method: HTTPRequest.Method,
        _ target: String,
        _ headers: [(String, String)] = []
    ) throws -> RequestHead {
        let fields = try headers.map { HTTPField(name: try #require(HTTPField.Name($0.0)), value: $0.1) }
        return try RequestHead(method: method, target: target, headers: HTTPFields(fields))
    }

    static func target(_ target: String) throws -> BlobTarget {
        try BlobTarget(head: head(.get, target), host: account())
    }

    /// The code and status of the fault that an operation answers with; nil when it answers none.
    static func fault(_ work: () throws -> some Any) -> StorageFault? {
        do {
            _ = try work()
            return nil
        } catch {
            return error as? StorageFault
        }
    }
    static func code(_ work: () throws -> some Any) -> String? { fault(work)?.code }
}

extension StorageFault {
    /// For tests that look at both.
    var line: String { "\(status) \(code)" }
}

/// A long text in lines of the source.
func joined(_ lines: String...) -> String { lines.joined() }
