// SPDX-License-Identifier: Apache-2.0
package import HTTPTypes

/// An answer other than success.
///
/// The gateway turns it into the surface's error body once.
///
/// `message` goes to the client and says what to do; `detail` goes to the log only and never holds a secret.
package struct ServiceError: Error, Sendable {
    /// The HTTP status the real service gives.
    package var status: Int
    /// Azure's own error code, such as `ResourceGroupNotFound`.
    package var code: String
    /// For the client.
    package var message: String
    /// For the log.
    package var detail: String
    /// What the error is about, for programs: named texts, where the surface's error form has a place for them.
    package var facts: [Fact] = []
    /// Further header fields of the answer, such as a challenge.
    package var headers: HTTPFields
    /// The AADSTS number of a token error; nil elsewhere.
    package var number: Int?

    /// One named text of an error body, such as `HeaderName`.
    package struct Fact: Equatable, Sendable {
        package let name: String
        package let value: String
        package init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    package init(
        _ status: Int,
        _ code: String,
        _ message: String,
        detail: String = "",
        headers: HTTPFields = [:],
        number: Int? = nil
    ) {
        self.status = status
        self.code = code
        self.message = message
        self.detail = detail
        self.headers = headers
        self.number = number
    }

    /// What is not built says so (invariant 11).
    package static func notImplemented(_ what: String) -> ServiceError {
        ServiceError(501, "NotImplemented", "\(what) is not implemented by this region.")
    }
    /// The client's body or parameters are wrong.
    package static func badRequest(_ code: String, _ message: String) -> ServiceError {
        ServiceError(400, code, message)
    }
    /// Nothing of that name is there, or the caller may not know.
    package static func notFound(_ code: String, _ message: String) -> ServiceError { ServiceError(404, code, message) }
    /// The region cannot, for now; nothing changed.
    package static func unavailable(_ detail: String) -> ServiceError {
        ServiceError(
            503,
            "ServerBusy",
            "The region cannot serve this request now. Nothing was changed; try again shortly.",
            detail: detail,
            headers: [.retryAfter: "1"]
        )
    }
}

extension ServiceError: CustomStringConvertible {
    /// For the log and the operator.
    package var description: String { "\(code): \(detail.isEmpty ? message : detail)" }
}
