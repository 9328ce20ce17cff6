// SPDX-License-Identifier: Apache-2.0

/// An answer of the Blob service that is not a success: HTTP status, the service's own code, and a text for the caller.
///
/// Codes and statuses: REST "Common REST API error codes" and "Blob service error codes"; the texts are ours.
package struct StorageFault: Error, Equatable, Sendable {
    /// One further element of the XML error body, such as `HeaderName`.
    package struct Detail: Equatable, Sendable {
        /// The element's name.
        package let name: String
        /// The element's text.
        package let value: String
    }

    /// The HTTP status.
    package let status: Int
    /// The code clients switch on; it also goes into `x-ms-error-code`.
    package let code: String
    /// What went wrong and what to do; it never holds a secret.
    package let message: String
    /// Elements after `Message`, in order.
    package let details: [Detail]

    /// Names a fault; the static members below are the ones the service knows.
    package init(_ status: Int, _ code: String, _ message: String, _ details: [(String, String)] = []) {
        self.status = status
        self.code = code
        self.message = message
        self.details = details.map { Detail(name: $0.0, value: $0.1) }
    }
}

// MARK: - Who may

extension StorageFault {
    /// 403: the signature, its times or its form do not hold; `reason` says which.
    package static func authenticationFailed(_ reason: String) -> StorageFault {
        StorageFault(
            403,
            "AuthenticationFailed",
            "The server could not authenticate the request. Check that the Authorization header or the shared access "
                + "signature is formed correctly.",
            [("AuthenticationErrorDetail", reason)]
        )
    }
    /// 400: the Authorization header has no readable form.
    package static let invalidAuthenticationInfo = StorageFault(
        400,
        "InvalidAuthenticationInfo",
        "The Authorization header is not in a known form; send 'SharedKey account:signature' or 'Bearer token'."
    )
    /// 401: nobody said who they are and the resource is not public.
    package static let noAuthenticationInformation = StorageFault(
        401,
        "NoAuthenticationInformation",
        "The server could not authenticate the request: it carries neither an Authorization header nor a signature."
    )
    /// 403: known, but not entitled.
    package static let authorizationFailure = StorageFault(
        403,
        "AuthorizationFailure",
        "This request is not authorized to perform this operation."
    )
    /// 403: what the account has no secondary for.
    package static let insufficientAccountPermissions = StorageFault(
        403,
        "InsufficientAccountPermissions",
        "Read-access geo-redundant replication is not enabled for the account."
    )
    /// 403: the permissions given do not cover the operation.
    package static let authorizationPermissionMismatch = StorageFault(
        403,
        "AuthorizationPermissionMismatch",
        "This request is not authorized to perform this operation using this permission."
    )
    /// 403: the account signature was not made for this service.
    package static let authorizationServiceMismatch = StorageFault(
        403,
        "AuthorizationServiceMismatch",
        "This request is not authorized to perform this operation using this service."
    )
    /// 403: the account signature was not made for this level of resource.
    package static let authorizationResourceTypeMismatch = StorageFault(
        403,
        "AuthorizationResourceTypeMismatch",
        "This request is not authorized to perform this operation using this resource type."
    )
    /// 403: the signature demands https.
    package static let authorizationProtocolMismatch = StorageFault(
        403,
        "AuthorizationProtocolMismatch",
        "This request is not authorized to perform this operation using this protocol."
    )
    /// 403: the signature was made for other addresses than the caller's.
    package static func authorizationSourceIPMismatch(_ address: String) -> StorageFault {
        StorageFault(
            403,
            "AuthorizationSourceIPMismatch",
            "This request is not authorized to perform this operation using this source IP \(address)."
        )
    }
    /// 403: a signature with "create" alone met a blob that exists.
    package static let unauthorizedBlobOverwrite = StorageFault(
        403,
        "UnauthorizedBlobOverwrite",
        "This request is not authorized to perform blob overwrites."
    )
}

// MARK: - Forms

extension StorageFault {
    /// 400: a header is there, but its value is not one of those allowed.
    package static func invalidHeaderValue(_ name: String, _ value: String) -> StorageFault {
        StorageFault(
            400,
            "InvalidHeaderValue",
            "The value for one of the HTTP headers is not in the correct format.",
            [("HeaderName", name), ("HeaderValue", value)]
        )
    }
    /// 400: a header the operation needs is not there.
    package static func missingRequiredHeader(_ name: String) -> StorageFault {
        StorageFault(
            400,
            "MissingRequiredHeader",
            "An HTTP header that is mandatory for this request is not specified.",
            [("HeaderName", name)]
        )
    }
    /// 400: a header the operation does not know.
    package static func unsupportedHeader(_ name: String) -> StorageFault {
        StorageFault(
            400,
            "UnsupportedHeader",
            "One of the HTTP headers specified in the request is not supported.",
            [("HeaderName", name)]
        )
    }
    /// 400: a query parameter's value is not one of those allowed.
    package static func invalidQueryParameterValue(
        _ name: String,
        _ value: String,
        _ reason: String = "The value is not one of those this parameter allows."
    ) -> StorageFault {
        StorageFault(
            400,
            "InvalidQueryParameterValue",
            "Value for one of the query parameters specified in the request URI is invalid.",
            [("QueryParameterName", name), ("QueryParameterValue", value), ("Reason", reason)]
        )
    }
    /// 400: a snapshot and a version at once.
    package static let mutuallyExclusiveParameters = StorageFault(
        400,
        "MutuallyExclusiveQueryParameters",
        "The snapshot and versionid query parameters cannot be specified at the same time."
    )
    /// 400: a body is announced by one checksum (REST "Put Blob").
    package static let bothChecksums = StorageFault(
        400,
        "BothCrc64AndMd5HeaderPresent",
        "Both x-ms-content-crc64 and Content-MD5 are present; send one of them."
    )
    /// 400: a query parameter's number lies outside its limits.
    package static func outOfRangeQueryParameterValue(
        _ name: String,
        _ value: String,
        minimum: Int,
        maximum: Int
    ) -> StorageFault {
        StorageFault(
            400,
            "OutOfRangeQueryParameterValue",
            "One of the query parameters specified in the request URI is outside the permissible range.",
            [
                ("QueryParameterName", name), ("QueryParameterValue", value),
                ("MinimumAllowed", String(minimum)), ("MaximumAllowed", String(maximum)),
            ]
        )
    }
    /// 400: a query parameter the operation needs is not there.
    package static func missingRequiredQueryParameter(_ name: String) -> StorageFault {
        StorageFault(
            400,
            "MissingRequiredQueryParameter",
            "A query parameter that is mandatory for this request is not specified.",
            [("QueryParameterName", name)]
        )
    }
    /// 400: an input's size or count lies outside what the service takes.
    package static func outOfRangeInput(_ what: String) -> StorageFault {
        StorageFault(400, "OutOfRangeInput", "One of the request inputs is out of range: \(what)")
    }
    /// 400: an input is not valid; `what` says which.
    package static func invalidInput(_ what: String) -> StorageFault {
        StorageFault(400, "InvalidInput", "One of the request inputs is not valid: \(what)")
    }
    /// 400: the address is not one of the service's.
    package static let invalidURI = StorageFault(
        400,
        "InvalidUri",
        "The requested URI does not represent any resource on the server; check its escapes and its segments."
    )
    /// 400: a name breaks the naming rules.
    package static func invalidResourceName(_ rule: String) -> StorageFault {
        StorageFault(400, "InvalidResourceName", "The specified resource name contains invalid characters: \(rule)")
    }
    /// 400: the body is not the XML the operation reads.
    package static func invalidXMLDocument(_ reason: String) -> StorageFault {
        StorageFault(400, "InvalidXmlDocument", "The specified XML is not syntactically valid: \(reason)")
    }
    /// 400: an element of the body holds a value it may not hold.
    package static func invalidXMLNodeValue(_ name: String, _ value: String) -> StorageFault {
        StorageFault(
            400,
            "InvalidXmlNodeValue",
            "The value for one of the XML nodes is not in the correct format.",
            [("XmlNodeName", name), ("XmlNodeValue", value)]
        )
    }
    /// 400: an element the body needs is not there.
    package static func missingRequiredXMLNode(_ name: String) -> StorageFault {
        StorageFault(
            400,
            "MissingRequiredXmlNode",
            "An XML node that is mandatory is not specified in the request body.",
            [("XmlNodeName", name)]
        )
    }
    /// 405: the resource does not know this verb.
    package static let unsupportedVerb = StorageFault(
        405,
        "UnsupportedHttpVerb",
        "The resource doesn't support the specified HTTP verb."
    )
    /// 411: a body without a declared length.
    package static let missingContentLengthHeader = StorageFault(
        411,
        "MissingContentLengthHeader",
        "The Content-Length header was not specified; send the body's length."
    )
    /// 413: a body over the operation's limit, in bytes.
    package static func requestBodyTooLarge(limit: Int) -> StorageFault {
        StorageFault(
            413,
            "RequestBodyTooLarge",
            "The request body is too large and exceeds the maximum permissible limit.",
            [("MaxLimit", String(limit))]
        )
    }
    /// 416: no byte of the blob lies in the range asked for.
    package static let invalidRange = StorageFault(
        416,
        "InvalidRange",
        "The range specified is invalid for the current size of the resource."
    )
    /// 501: a documented operation or option that this region does not offer.
    package static func notImplemented(_ what: String) -> StorageFault {
        StorageFault(501, "NotImplemented", "The requested operation is not implemented by this region: \(what)")
    }
    /// 503: the account or the region is over its rate; try again later.
    package static let serverBusy = StorageFault(
        503,
        "ServerBusy",
        "The server is currently unable to receive requests. Please retry your request."
    )
}

// MARK: - Content

extension StorageFault {
    /// 400: Content-MD5 is not the base64 of 16 bytes.
    package static let invalidMD5 = StorageFault(
        400,
        "InvalidMd5",
        "The MD5 value specified in the request is invalid: it must be 128 bits in base64."
    )
    /// 400: the body is not the one whose MD5 was announced.
    package static func md5Mismatch(announced: String, computed: String) -> StorageFault {
        StorageFault(
            400,
            "Md5Mismatch",
            "The MD5 value specified in the request did not match the MD5 value computed here.",
            [("UserSpecifiedMd5", announced), ("ServerCalculatedMd5", computed)]
        )
    }
    /// 400: the body is not the one whose CRC64 was announced.
    package static func crc64Mismatch(announced: String, computed: String) -> StorageFault {
        StorageFault(
            400,
            "Crc64Mismatch",
            "The CRC64 value specified in the request did not match the one computed here.",
            [("UserSpecifiedCrc", announced), ("ServerCalculatedCrc", computed)]
        )
    }
    /// 400: `x-ms-meta-` without a name.
    package static let emptyMetadataKey = StorageFault(
        400,
        "EmptyMetadataKey",
        "The key for one of the metadata key-value pairs is empty."
    )
    /// 400: a metadata name or value holds characters it may not.
    package static func invalidMetadata(_ reason: String) -> StorageFault {
        StorageFault(
            400,
            "InvalidMetadata",
            "The metadata specified is invalid. It has characters that are not permitted: \(reason)"
        )
    }
    /// 400: metadata over 8 KiB.
    package static let metadataTooLarge = StorageFault(
        400,
        "MetadataTooLarge",
        "The size of the specified metadata exceeds the maximum size permitted (8 KiB)."
    )
}

// MARK: - State

extension StorageFault {
    /// 412: a condition of the request does not hold.
    package static let conditionNotMet = StorageFault(
        412,
        "ConditionNotMet",
        "The condition specified using HTTP conditional header(s) is not met."
    )
    /// 304: the caller's copy is current; the answer has no body.
    package static let notModified = StorageFault(
        304,
        "ConditionNotMet",
        "The condition specified using HTTP conditional header(s) is not met."
    )
    /// 412: a condition on the source of a copy does not hold.
    package static let sourceConditionNotMet = StorageFault(
        412,
        "SourceConditionNotMet",
        "The source condition specified using HTTP conditional header(s) is not met."
    )
    /// 412: a condition on the target of a copy does not hold.
    package static let targetConditionNotMet = StorageFault(
        412,
        "TargetConditionNotMet",
        "The target condition specified using HTTP conditional header(s) is not met."
    )
    /// 400: conditions that the service does not combine.
    package static let multipleConditionHeadersNotSupported = StorageFault(
        400,
        "MultipleConditionHeadersNotSupported",
        "Multiple condition headers are not supported."
    )
    /// 400: a condition that no state could fulfil.
    package static let unsatisfiableCondition = StorageFault(
        400,
        "UnsatisfiableCondition",
        "The request includes an unsatisfiable condition for this operation."
    )
    /// 404: no such blob.
    package static let blobNotFound = StorageFault(404, "BlobNotFound", "The specified blob does not exist.")
    /// 409: the blob is there and the caller asked that it be not.
    package static let blobAlreadyExists = StorageFault(
        409,
        "BlobAlreadyExists",
        "The specified blob already exists."
    )
    /// 409: the operation does not fit this type of blob.
    package static let invalidBlobType = StorageFault(
        409,
        "InvalidBlobType",
        "The blob type is invalid for this operation."
    )
    /// 404: no such container.
    package static let containerNotFound = StorageFault(
        404,
        "ContainerNotFound",
        "The specified container does not exist."
    )
    /// 409: the container is there already.
    package static let containerAlreadyExists = StorageFault(
        409,
        "ContainerAlreadyExists",
        "The specified container already exists."
    )
    /// 409: the container is on its way out; try again later.
    package static let containerBeingDeleted = StorageFault(
        409,
        "ContainerBeingDeleted",
        "The specified container is being deleted. Try operation later."
    )
    /// 404: no such resource of another kind.
    package static let resourceNotFound = StorageFault(
        404,
        "ResourceNotFound",
        "The specified resource does not exist."
    )
    /// 400: a block id that is not base64 or differs in length from the blob's others.
    package static let invalidBlockID = StorageFault(
        400,
        "InvalidBlockId",
        "The specified block ID is invalid. The block ID must be Base64-encoded."
    )
    /// 400: a block id that differs in length from the blob's others.
    package static let invalidBlobOrBlock = StorageFault(
        400,
        "InvalidBlobOrBlock",
        "The specified blob or block content is invalid: all block ids of a blob have the same length."
    )
    /// 400: the list names a block that is not there.
    package static let invalidBlockList = StorageFault(
        400,
        "InvalidBlockList",
        "The specified block list is invalid: it names a block that was not uploaded."
    )
    /// 400: more blocks in the list than a blob may have.
    package static let blockListTooLong = StorageFault(
        400,
        "BlockListTooLong",
        "The block list may not contain more than 50,000 blocks."
    )
    /// 409: more uncommitted blocks than a blob may have.
    package static let blockCountExceedsLimit = StorageFault(
        409,
        "BlockCountExceedsLimit",
        "The uncommitted block count cannot exceed the maximum limit of 100,000 blocks."
    )
}
