// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// The first line of an answer within an answer.
enum StatusLine {
    private static let known: [HTTPResponse.Status] = [
        .ok, .created, .accepted, .noContent, .partialContent, .notModified, .badRequest, .unauthorized, .forbidden,
        .notFound, .methodNotAllowed, .conflict, .lengthRequired, .preconditionFailed, .contentTooLarge,
        .unsupportedMediaType, .rangeNotSatisfiable, .internalServerError, .notImplemented, .serviceUnavailable,
    ]

    /// The phrase behind a status (RFC 9110 §15).
    static func phrase(_ status: Int) -> String { known.first { $0.code == status }?.reasonPhrase ?? "Status" }
}
