// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel

/// Entra's token errors: the OAuth code (RFC 6749 §5.2, RFC 8628 §3.5), the AADSTS number clients act on, and the text
/// az prints.
///
/// Numbers and texts follow "Microsoft Entra authentication and authorization error codes".
enum SignInFault {
    static func make(_ status: Int, _ code: String, _ number: Int, _ text: String) -> ServiceError {
        ServiceError(status, code, "AADSTS\(number): \(text)", number: number)
    }

    // The request.
    static func missing(_ parameter: String) -> ServiceError {
        make(400, "invalid_request", 900_144, "The request body must contain the following parameter: '\(parameter)'.")
    }
    static func malformed(_ what: String) -> ServiceError {
        make(400, "invalid_request", 90_013, "Invalid input received from the user: \(what).")
    }
    static func unsupportedGrant(_ name: String) -> ServiceError {
        make(
            400,
            "unsupported_grant_type",
            70_003,
            "The app requested an unsupported grant type '\(name.prefix(100))'. This region issues tokens for "
                + "client_credentials, password, refresh_token and device_code."
        )
    }
    static let assertionsNotBuilt = ServiceError(
        501,
        "temporarily_unavailable",
        "AADSTS700027: Certificates and federated credentials are not implemented by this region. Use a client secret.",
        number: 700_027
    )
    static let browserNotBuilt = ServiceError(
        501,
        "temporarily_unavailable",
        "AADSTS90015: Sign-in in a browser is not implemented by this region. Use a device code, such as "
            + "`az login --use-device-code`.",
        number: 90_015
    )
    static func unknownTenant(_ name: String) -> ServiceError {
        make(
            400,
            "invalid_request",
            90_002,
            "Tenant '\(name.prefix(100))' not found. Check to make sure you have the correct tenant ID and are signing "
                + "into the correct cloud."
        )
    }
    static let tenantUnclear = make(
        400,
        "invalid_request",
        50_059,
        "No tenant-identifying information found in either the request or implied by any provided credentials."
    )

    // The client.
    /// `tenant` is nil where the request leaves it open.
    static func unknownClient(_ client: String, in tenant: TenantID?) -> ServiceError {
        let place = tenant.map { "the directory '\($0.text)'" } ?? "any directory of this region"
        return make(
            400,
            "unauthorized_client",
            700_016,
            "Application with identifier '\(client.prefix(100))' was not found in \(place). This can happen if the "
                + "application has not been installed by the administrator of the tenant."
        )
    }
    static func wrongSecret(_ client: String) -> ServiceError {
        make(
            401,
            "invalid_client",
            7_000_215,
            "Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, "
                + "not the client secret ID, for a secret added to app '\(client)'."
        )
    }
    static func expiredSecret(_ client: String) -> ServiceError {
        make(
            401,
            "invalid_client",
            7_000_222,
            "The provided client secret keys for app '\(client)' are expired. Create new keys for your app."
        )
    }
    static let noClientSecret = make(
        401,
        "invalid_client",
        7_000_218,
        "The request body must contain the following parameter: 'client_assertion' or 'client_secret'."
    )
    static func noServicePrincipal(_ client: String, in tenant: String) -> ServiceError {
        make(
            401,
            "invalid_client",
            7_000_229,
            "The client application \(client) is missing service principal in the tenant \(tenant)."
        )
    }
    static func disabledClient(_ client: String) -> ServiceError {
        make(400, "unauthorized_client", 7_000_112, "Application '\(client)' is disabled.")
    }

    // What is asked for.
    static func unknownResource(_ resource: String, in tenant: String) -> ServiceError {
        make(
            400,
            "invalid_resource",
            500_011,
            "The resource principal named \(resource.prefix(200)) was not found in the tenant named \(tenant). Check the scope or "
                + "resource that is asked for."
        )
    }
    static func invalidScope(_ scope: String, _ why: String) -> ServiceError {
        make(
            400,
            "invalid_scope",
            70_011,
            "The provided value for the input parameter 'scope' is not valid: \(why) (\(scope.prefix(200)))."
        )
    }
    static func scopeWithoutDefault(_ scope: String) -> ServiceError {
        make(
            400,
            "invalid_scope",
            1_002_012,
            "The provided value for scope \(scope.prefix(200)) is not valid. Client credential flows must have a scope value with "
                + "/.default suffixed to the resource identifier (application ID URI)."
        )
    }

    // The user. An unknown user and a wrong password read the same, so that names cannot be probed.
    static let wrongPassword = make(
        400,
        "invalid_grant",
        50_126,
        "Error validating credentials due to invalid username or password."
    )
    static let locked = make(
        400,
        "invalid_grant",
        50_053,
        "The account is locked, you've tried to sign in too many times with an incorrect user ID or password. Wait a "
            + "minute and try again."
    )
    static let disabledUser = make(400, "invalid_grant", 50_057, "The user account is disabled.")
    static let passwordMustChange = make(
        400,
        "invalid_grant",
        50_055,
        "The password is expired. An administrator must set a new one."
    )
    static let busy = make(
        503,
        "temporarily_unavailable",
        90_033,
        "A transient error has occurred: too many people are signing in. Please try again."
    )
    static func foreignUser(_ tenant: String) -> ServiceError {
        make(
            400,
            "invalid_grant",
            50_020,
            "The user account does not exist in tenant '\(tenant)' and cannot access it."
        )
    }

    // Refresh tokens.
    static let badRefreshToken = make(
        400,
        "invalid_grant",
        70_000,
        "Provided grant is invalid or malformed. Sign in again."
    )
    static let expiredRefreshToken = make(
        400,
        "invalid_grant",
        700_082,
        "The refresh token has expired due to inactivity. Sign in again."
    )
    static let revokedRefreshToken = make(
        400,
        "invalid_grant",
        50_173,
        "The provided grant has expired due to it being revoked, a fresh auth token is needed. Sign in again."
    )

    // Device codes.
    static let pending = make(
        400,
        "authorization_pending",
        70_016,
        "OAuth 2.0 device flow error. Authorization is pending. Continue polling."
    )
    static let expiredDeviceCode = make(
        400,
        "expired_token",
        70_020,
        "The provided value for the input parameter 'device_code' is not valid. The code has expired."
    )
    static let unknownDeviceCode = make(
        400,
        "bad_verification_code",
        70_018,
        "The device code is not known here. Begin again."
    )
    static let usedDeviceCode = make(
        400,
        "invalid_grant",
        54_005,
        "OAuth2 authorization code was already redeemed, please retry with a new valid code or use an existing refresh token."
    )
    static let tooManyDeviceCodes = make(
        503,
        "temporarily_unavailable",
        90_033,
        "A transient error has occurred: too many device sign-ins are under way. Please try again in a minute."
    )
    /// Entra answers too frequent requests with 429 and a minute's wait, which MSAL keeps to.
    static var tooManyDeviceCodesOfOne: ServiceError {
        var fault = make(
            429,
            "temporarily_unavailable",
            90_055,
            "There are too many incoming requests: too many device sign-ins are under way from this address. Finish some, "
                + "or try again in a few minutes."
        )
        fault.headers[.retryAfter] = "60"
        return fault
    }
}
