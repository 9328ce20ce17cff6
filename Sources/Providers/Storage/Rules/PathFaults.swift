// SPDX-License-Identifier: Apache-2.0

/// Faults of a hierarchical namespace (REST "Data Lake Storage Gen2 error codes"; "Blob service error codes").
extension StorageFault {
    /// 409: something lies there, or on the way, whose kind does not go with the operation.
    package static let resourceTypeMismatch = StorageFault(
        409,
        "ResourceTypeMismatch",
        "The specified resource type does not match the type of the existing resource: one is a directory, one a file."
    )
    /// 409: a directory goes with what it holds only if asked.
    package static let directoryIsNotEmpty = StorageFault(
        409,
        "DirectoryIsNotEmpty",
        "This operation is not permitted on a non-empty directory."
    )
    /// 409: the Blob service has it in flat containers only.
    package static let notForHierarchicalNamespaces = StorageFault(
        409,
        "FeatureNotYetSupportedForHierarchicalNamespaceAccounts",
        "Hierarchical namespace accounts do not support this feature."
    )
    /// 400: the account was made without.
    package static let hierarchicalNamespaceNotEnabled = StorageFault(
        400,
        "HierarchicalNamespaceNotEnabled",
        "This operation is only permitted on a hierarchical namespace account."
    )
    /// 404: what is to be renamed is not there.
    package static let sourcePathNotFound = StorageFault(
        404,
        "SourcePathNotFound",
        "The source path for a rename operation does not exist."
    )
    /// 404: a rename makes no directories.
    package static let renameParentNotFound = StorageFault(
        404,
        "RenameDestinationParentPathNotFound",
        "The parent directory of the destination path does not exist."
    )
    /// 409: a directory cannot end up below itself.
    package static let invalidRenameSource = StorageFault(
        409,
        "InvalidRenameSourcePath",
        "The source directory cannot be the same as the destination directory, nor can the destination be a subdirectory "
            + "of the source directory."
    )
    /// 409: one is a directory and one is a file.
    package static let invalidSourceOrDestinationType = StorageFault(
        409,
        "InvalidSourceOrDestinationResourceType",
        "The source and destination resource type must be identical."
    )
    /// 409: a directory with something in it is not overwritten.
    package static let destinationNotEmpty = StorageFault(
        409,
        "PathAlreadyExists",
        "The specified path already exists: the destination is a directory that is not empty."
    )
    /// 400: what was appended does not make the file that long.
    package static let invalidFlushPosition = StorageFault(
        400,
        "InvalidFlushPosition",
        "The uploaded data is not contiguous or the position query parameter value is not equal to the length of the file "
            + "after appending the uploaded data."
    )
    /// 400: names of properties are those of metadata, values are base64.
    package static let invalidPropertyName = StorageFault(
        400,
        "InvalidPropertyName",
        "A property name cannot be empty and holds letters, digits and underscores only."
    )
    /// 400: a value that is no text.
    package static let invalidPropertyValue = StorageFault(
        400,
        "InvalidHeaderValue",
        "x-ms-properties is a list of name=value, separated by commas, each value a base64 of ASCII text."
    )

    /// The same fault as the Data Lake surface names it.
    package static func pathCode(_ code: String) -> (code: String, message: String)? { pathCodes[code] }
    private static let pathCodes: [String: (code: String, message: String)] = [
        "BlobNotFound": ("PathNotFound", "The specified path does not exist."),
        "BlobAlreadyExists": ("PathAlreadyExists", "The specified path already exists."),
        "BlobImmutableDueToPolicy": (
            "PathImmutableDueToPolicy", "This operation is not permitted as the path is immutable due to a policy."
        ),
        // The surface has no word of its own for holds.
        "BlobImmutableDueToLegalHold": (
            "PathImmutableDueToPolicy",
            "This operation is not permitted as the path is immutable due to one or more legal holds."
        ),
        "ContainerNotFound": ("FilesystemNotFound", "The specified filesystem does not exist."),
        "ContainerAlreadyExists": ("FilesystemAlreadyExists", "The specified filesystem already exists."),
        "ContainerBeingDeleted": ("FilesystemBeingDeleted", "The specified filesystem is being deleted."),
        "ResourceTypeMismatch": (
            "PathConflict",
            "The specified path, or an element of the path, exists and its resource type is invalid for this operation."
        ),
        "DirectoryIsNotEmpty": (
            "DirectoryNotEmpty",
            "The recursive query parameter value must be true to delete a non-empty directory."
        ),
    ]
}
