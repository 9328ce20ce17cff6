// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Kernel
import Storage
import Testing

/// Requests to any service of the account, signed with its key: for tests that go to every door.
extension StorageClient {
    func host(_ service: StorageService) -> String { "\(account).\(service.rawValue).\(region.plan.primary.storage)" }

    /// The fields of a request, signed as of a time.
    func signed(
        _ service: StorageService,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String = "",
        headers: [String: String] = [:],
        length: Int64 = 0,
        at time: Timestamp? = nil
    ) throws -> HTTPFields {
        var fields: HTTPFields = [:]
        if service == .table { fields[.accept] = "application/json" }
        for (name, value) in headers { fields[try #require(HTTPField.Name(name))] = value }
        fields[StorageHeader.version] = service == .table ? "2019-02-02" : "2023-11-03"
        fields[StorageHeader.date] = (time ?? region.clock.now).httpDate
        if [.put, .post, .patch].contains(method) { fields[.contentLength] = String(length) }
        let head = try RequestHead(method: method, target: query.isEmpty ? path : path + "?" + query, headers: fields)
        let name = try #require(AccountName(account))
        let text = SharedKey.textsToSign(head, account: name, of: service, scheme: .full)[0]
        fields[.authorization] = "SharedKey \(account):\(hmacSHA256(Array(text.utf8), key: key).base64)"
        return fields
    }
    /// Sends one; `declared` is how long the client says its body is, where that is not so, and a client that `breaks` off
    /// goes behind what it sent.
    func ask(
        _ service: StorageService,
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String = "",
        headers: [String: String] = [:],
        body: [UInt8] = [],
        declared: Int64? = nil,
        breaks: Bool = false,
        at time: Timestamp? = nil
    ) async throws -> StorageAnswer {
        let length = declared ?? Int64(body.count)
        let fields = try signed(service, method, path, query, headers: headers, length: length, at: time)
        return try await region.send(
            method,
            host(service),
            path,
            query,
            fields,
            body,
            declared: declared,
            breaks: breaks
        )
    }
}
