// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// A client of the Queue service of a fresh region, with the queue `jobs`.
struct QueueClient: Sendable {
    var storage: StorageClient

    /// A message as an answer shows it.
    struct Message: Hashable {
        var id = ""
        var receipt = ""
        var text = ""
        var count = ""
        var expires = ""
    }

    static func ready() async throws -> QueueClient {
        let client = QueueClient(storage: try await StorageClient.ready())
        #expect(try await client.send(.put, "/jobs").status == 201)
        return client
    }

    func send(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String = "",
        headers: [String: String] = [:],
        body: String = ""
    ) async throws -> StorageAnswer {
        let host = storage.host(of: storage.account).replacing(".blob.", with: ".queue.")
        return try await storage.send(method, path, query, headers: headers, body: Array(body.utf8), host: host)
    }
    func code(_ method: HTTPRequest.Method, _ path: String, _ query: String = "", body: String = "") async throws
        -> String
    {
        let answer = try await send(method, path, query, body: body)
        return "\(answer.status) \(answer.code ?? "-")"
    }

    static func body(_ text: String) -> String {
        "<?xml version='1.0' encoding='utf-8'?>\n<QueueMessage><MessageText>\(text)</MessageText></QueueMessage>"
    }
    @discardableResult
    func put(_ text: String, _ query: String = "", queue: String = "jobs") async throws -> Message {
        let answer = try await send(.post, "/\(queue)/messages", query, body: Self.body(text))
        #expect(answer.status == 201, "\(answer.code ?? "")")
        return try #require(Self.messages(answer).first)
    }
    func get(_ query: String = "", queue: String = "jobs") async throws -> [Message] {
        let answer = try await send(.get, "/\(queue)/messages", query)
        #expect(answer.status == 200, "\(answer.code ?? "")")
        return Self.messages(answer)
    }
    func peek(_ count: Int = 32, queue: String = "jobs") async throws -> [String] {
        let answer = try await send(.get, "/\(queue)/messages", "peekonly=true&numofmessages=\(count)")
        #expect(answer.status == 200, "\(answer.code ?? "")")
        return Self.messages(answer).map(\.text)
    }
    func delete(_ message: Message, queue: String = "jobs") async throws -> String {
        try await code(.delete, "/\(queue)/messages/\(message.id)", "popreceipt=\(message.receipt)")
    }
    func count(queue: String = "jobs") async throws -> String? {
        try await send(.head, "/\(queue)", "comp=metadata")["x-ms-approximate-messages-count"]
    }

    static func messages(_ answer: StorageAnswer) -> [Message] {
        elements("QueueMessage", answer.text).map { inside in
            func leaf(_ name: String) -> String { elements(name, inside).first ?? "" }
            return Message(
                id: leaf("MessageId"),
                receipt: leaf("PopReceipt"),
                text: leaf("MessageText"),
                count: leaf("DequeueCount"),
                expires: leaf("ExpirationTime")
            )
        }
    }
    static func elements(_ name: String, _ text: String) -> [String] {
        text.split(separator: "<\(name)>", omittingEmptySubsequences: false).dropFirst().map { rest in
            let end = rest.firstRange(of: "</\(name)>")?.lowerBound ?? rest.endIndex
            return String(rest[..<end])
        }
    }
}
