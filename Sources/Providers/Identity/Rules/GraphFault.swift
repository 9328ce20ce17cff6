// SPDX-License-Identifier: Apache-2.0
import Kernel

/// Microsoft Graph's errors for directory objects, in the words its clients match.
enum GraphFault {
    static func missing(_ name: String) -> ServiceError {
        .notFound(
            "Request_ResourceNotFound",
            "Resource '\(name.prefix(200))' does not exist or one of its queried reference-property objects are not present."
        )
    }
    static func invalid(_ message: String) -> ServiceError { .badRequest("Request_BadRequest", message) }
    static func value(_ property: String, _ kind: DirectoryKind) -> ServiceError {
        invalid("Invalid value specified for property '\(property)' of resource '\(kind.title)'.")
    }
    static func required(_ property: String, _ kind: DirectoryKind) -> ServiceError {
        invalid("A value is required for property '\(property)' of resource '\(kind.title)'.")
    }
    /// Graph answers 400, not 409, to a name that is taken.
    static func conflict(_ property: String) -> ServiceError {
        ServiceError(
            400,
            "Request_BadRequest",
            "Another object with the same value for property \(property) already exists.",
            detail: "ObjectConflict"
        )
    }
    static let unreadable = ServiceError.badRequest(
        "BadRequest",
        "Unable to read JSON request payload. Send one JSON object."
    )
}
