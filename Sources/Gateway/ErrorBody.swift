// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Markup

/// Writes an error the way its surface's clients read it: the one conversion there is.
enum ErrorBody {
    static func reply(
        _ error: ServiceError,
        form: ErrorForm,
        request: UUID,
        clientRequest: String?,
        head: Bool,
        accept: String? = nil,
        at time: Timestamp
    ) -> Reply {
        var reply: Reply
        switch form {
        case .resourceManager:
            reply = .json(
                error.status,
                ["error": ["code": .string(error.code), "message": .string(messageAndFacts(error))]],
                headers: error.headers
            )
        case .graph:
            reply = .json(
                error.status,
                [
                    "error": [
                        "code": .string(error.code), "message": .string(error.message),
                        "innerError": [
                            "date": .string(time.iso8601Seconds), "request-id": .string(request.lowercaseText),
                            "client-request-id": .string(clientRequest ?? request.lowercaseText),
                        ],
                    ]
                ],
                headers: error.headers
            )
        case .token: reply = token(error, request, clientRequest, time)
        case .storage: reply = storage(error, request, time)
        case .registry:
            reply = .json(
                error.status,
                ["errors": [["code": .string(error.code), "message": .string(error.message), "detail": .null]]],
                headers: error.headers
            )
        case .table: reply = table(error, request, accept, time)
        case .dataLake: reply = dataLake(error, request, time)
        case .page: reply = page(error, request, time)
        }
        // 304 and 204 carry no body, an answer to HEAD only its header fields (RFC 9110 §9.3.2, §15.4.5).
        if head || error.status == 304 || error.status == 204 {
            reply.content = .none
            reply.headers[.contentType] = nil
        }
        return reply
    }

    /// RFC 6749 §5.2 with Entra's additions: az prints `error_description`, MSAL reads `error_codes`.
    private static func token(
        _ error: ServiceError,
        _ request: UUID,
        _ clientRequest: String?,
        _ time: Timestamp
    ) -> Reply {
        let correlation = clientRequest ?? request.lowercaseText
        let description =
            "\(error.message) Trace ID: \(request.lowercaseText) Correlation ID: \(correlation) "
            + "Timestamp: \(time.iso8601Seconds)"
        return .json(
            error.status,
            [
                "error": .string(error.code), "error_description": .string(description),
                "error_codes": .array(error.number.map { [.integer(Int64($0))] } ?? []),
                "timestamp": .string(time.iso8601Seconds), "trace_id": .string(request.lowercaseText),
                "correlation_id": .string(correlation),
            ],
            headers: error.headers
        )
    }

    /// What a storage service says: the message, and where to find it in the log.
    private static func told(_ error: ServiceError, _ request: UUID, _ time: Timestamp) -> String {
        "\(error.message)\nRequestId:\(request.lowercaseText)\nTime:\(time.iso8601)"
    }

    /// The message of forms that have no place for facts.
    private static func messageAndFacts(_ error: ServiceError) -> String {
        error.message + error.facts.map { "\n\($0.name): \($0.value)" }.joined()
    }

    /// Table service REST, "Status and error codes": JSON or Atom's XML, whichever the client accepts.
    private static func table(_ error: ServiceError, _ request: UUID, _ accept: String?, _ time: Timestamp) -> Reply {
        var error = error
        error.message = messageAndFacts(error)
        let message = told(error, request, time)
        var reply: Reply
        if accept?.contains("xml") == true, accept?.contains("json") == false {
            var xml = XMLWriter()
            xml.open("m:error", ["xmlns:m": "http://schemas.microsoft.com/ado/2007/08/dataservices/metadata"])
            xml.leaf("m:code", error.code)
            xml.leaf("m:message", message, ["xml:lang": "en-US"])
            xml.close()
            reply = .xml(error.status, (try? xml.finish()) ?? [], headers: error.headers)
        } else {
            let body: JSON = [
                "odata.error": [
                    "code": .string(error.code), "message": ["lang": "en-US", "value": .string(message)],
                ]
            ]
            reply = .json(error.status, body, headers: error.headers)
            let level = ["nometadata", "fullmetadata"].first { accept?.contains($0) == true } ?? "minimalmetadata"
            reply.headers[.contentType] = "application/json;odata=\(level);streaming=true;charset=utf-8"
            reply.headers[.cacheControl] = "no-cache"
        }
        reply.set("x-ms-error-code", error.code)
        return reply
    }

    /// Data Lake REST, "Path": the error body of every operation.
    private static func dataLake(_ error: ServiceError, _ request: UUID, _ time: Timestamp) -> Reply {
        var inner: [String: JSON] = ["code": .string(error.code), "message": .string(told(error, request, time))]
        if !error.facts.isEmpty {
            let facts = error.facts.map { ($0.name, JSON.string($0.value)) }
            inner["detail"] = .object(Dictionary(facts) { first, _ in first })
        }
        var reply = Reply.json(error.status, ["error": .object(inner)], headers: error.headers)
        reply.set("x-ms-error-code", error.code)
        return reply
    }

    /// Blob service REST, "Status and error codes".
    private static func storage(_ error: ServiceError, _ request: UUID, _ time: Timestamp) -> Reply {
        var xml = XMLWriter()
        xml.open("Error")
        xml.leaf("Code", error.code)
        xml.leaf("Message", told(error, request, time))
        // Values may be what a client sent, of any bytes.
        for fact in error.facts { xml.leaf(fact.name, fact.value, whenIllegal: .percentEncode) }
        xml.close()
        var reply = Reply.xml(error.status, (try? xml.finish()) ?? [], headers: error.headers)
        reply.set("x-ms-error-code", error.code)
        return reply
    }

    /// What a visitor of a static website sees, French first.
    private static func page(_ error: ServiceError, _ request: UUID, _ time: Timestamp) -> Reply {
        let french =
            switch error.status {
            case 403: "Cet accès n'est pas autorisé."
            case 404: "Le contenu demandé n'existe pas."
            case 405: "Cette méthode n'est pas offerte."
            case 503: "Le service est occupé ; réessayez dans un instant."
            default: "La demande n'a pas abouti."
            }
        let facts = [
            "HttpStatusCode: \(error.status)", "ErrorCode: \(error.code)", "RequestId: \(request.lowercaseText)",
            "TimeStamp: \(time.iso8601)",
        ]
        let items = facts.map { "<li>\(escaped($0))</li>" }.joined()
        let text =
            "<!DOCTYPE html><html lang=\"fr\"><head><meta charset=\"utf-8\"><title>\(error.status)</title></head>"
            + "<body><h1>\(french)</h1><p lang=\"en\">\(escaped(error.message))</p><ul>\(items)</ul></body></html>"
        var reply = Reply(error.status, headers: error.headers, content: .bytes(Array(text.utf8)))
        reply.headers[.contentType] = "text/html; charset=utf-8"
        reply.set("x-ms-error-code", error.code)
        return reply
    }
    private static func escaped(_ text: String) -> String {
        text.reduce(into: "") { result, character in
            switch character {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            default: result.append(character)
            }
        }
    }
}
