// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel
import NIOHTTP1

/// What is wrong with bytes that are no HTTP/1.1 request (RFC 9112), as a client is told.
enum MalformedRequest {
    /// nil for errors that are not the parser's.
    static func fault(_ error: any Error) -> ServiceError? {
        guard let error = error as? HTTPParserError else { return nil }
        switch error {
        case .headerOverflow:
            return ServiceError(
                431,
                "RequestHeaderFieldsTooLarge",
                "The request's target or header fields are too long: at most \(GatewayLimits.headerFieldMax) bytes each, "
                    + "\(GatewayLimits.headerListMax) bytes and \(GatewayLimits.headerCountMax) fields together."
            )
        case .invalidMethod:
            return ServiceError(
                405,
                "HttpMethodNotAllowed",
                "The method is none that this region knows.",
                headers: [.allow: "GET, HEAD, PUT, POST, PATCH, DELETE, OPTIONS"]
            )
        case .invalidContentLength, .unexpectedContentLength:
            return malformed("its Content-Length is no length, or contradicts another header field")
        case .invalidChunkSize: return malformed("the size of a chunk is no hexadecimal number")
        case .invalidURL, .invalidHost, .invalidPort, .invalidPath, .invalidQueryString, .invalidFragment:
            return malformed("its target is no path")
        case .invalidVersion: return malformed("its version is none of HTTP/1")
        case .invalidHeaderToken: return malformed("a header field has a character that may not be there")
        default: return malformed("\(error)")
        }
    }
    private static func malformed(_ why: String) -> ServiceError {
        .badRequest("BadRequest", "The request is not well-formed HTTP: \(why). The connection is closed.")
    }
}
