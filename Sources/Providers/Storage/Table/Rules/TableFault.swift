// SPDX-License-Identifier: Apache-2.0

/// The answers of the Table service that are not a success (REST "Table service error codes").
///
/// Their texts are the service's own: its clients look for some of them.
extension StorageFault {
    /// 400: a table's name breaks the naming rules.
    package static let invalidTableName = StorageFault(
        400,
        "InvalidResourceName",
        "The specifed resource name contains invalid characters."
    )
    /// 400: a table's name has fewer than 3 or more than 63 characters.
    package static let tableNameLength = StorageFault(
        400,
        "OutOfRangeInput",
        "The specified resource name length is not within the permissible limits."
    )
    /// 404: no such table.
    package static let tableNotFound = StorageFault(404, "TableNotFound", "The table specified does not exist.")
    /// 409: the table is there already.
    package static let tableAlreadyExists = StorageFault(
        409,
        "TableAlreadyExists",
        "The table specified already exists."
    )
    /// 409: the entity is there already.
    package static let entityAlreadyExists = StorageFault(
        409,
        "EntityAlreadyExists",
        "The specified entity already exists."
    )
    /// 412: the entity is not as If-Match asks.
    package static let updateConditionNotSatisfied = StorageFault(
        412,
        "UpdateConditionNotSatisfied",
        "The update condition specified in the request was not satisfied."
    )
    /// 400: a key is not given.
    package static let propertiesNeedValue = StorageFault(
        400,
        "PropertiesNeedValue",
        "The values are not specified for all properties in the entity."
    )
    /// 400: a property is given twice.
    package static let duplicateProperties = StorageFault(
        400,
        "DuplicatePropertiesSpecified",
        "A property is specified more than one time."
    )
    /// 400: the entity is over 1 MiB.
    package static let entityTooLarge = StorageFault(
        400,
        "EntityTooLarge",
        "The entity is larger than the maximum allowed size (1MB)."
    )
    /// 400: a value is over 64 KiB.
    package static let propertyValueTooLarge = StorageFault(
        400,
        "PropertyValueTooLarge",
        "The property value exceeds the maximum allowed size (64KB). If the property value is a string, it is UTF-16 "
            + "encoded and the maximum number of characters should be 32K or less."
    )
    /// 400: more than 252 properties besides the keys and the time.
    package static let tooManyProperties = StorageFault(
        400,
        "TooManyProperties",
        "The entity contains more properties than allowed. Each entity can include up to 252 properties to store data. "
            + "Each entity also has 3 system properties."
    )
    /// 400: a property's name has more than 255 characters.
    package static let propertyNameTooLong = StorageFault(
        400,
        "PropertyNameTooLong",
        "The property name exceeds the maximum allowed length (255)."
    )
    /// 400: a property's name is not an identifier.
    package static let propertyNameInvalid = StorageFault(400, "PropertyNameInvalid", "The property name is invalid.")
    /// 400: a key is over 1 KiB.
    package static func keyTooLarge(_ name: String) -> StorageFault {
        StorageFault(
            400,
            "KeyValueTooLarge",
            "The value of \(name) exceeds the maximum allowed size (1KB, 512 UTF-16 characters)."
        )
    }
    /// 400: a key holds a character that keys may not hold.
    package static func keyCharacters(_ name: String) -> StorageFault {
        StorageFault(
            400,
            "OutOfRangeInput",
            "The '\(name)' parameter is out of range: keys may not hold '/', '\\', '#', '?' or control characters."
        )
    }
    /// 400: the address names other keys than PartitionKey and RowKey.
    package static let keyCount = StorageFault(
        400,
        "InvalidInput",
        "The number of keys specified in the URI does not match number of key properties for the resource."
    )
    /// 400: `what` is wrong with the body, the query or a header.
    package static func invalidTableInput(_ what: String) -> StorageFault {
        StorageFault(400, "InvalidInput", "One of the request inputs is not valid. \(what)")
    }
    /// 400: a value does not have the form its type asks for.
    package static func invalidValueType(_ name: String) -> StorageFault {
        StorageFault(
            400,
            "InvalidInput",
            "An error occurred while processing this request. The value of '\(name)' is not of its type."
        )
    }
    /// 415: the body or the answer would have to be Atom.
    package static let atomFormatNotSupported = StorageFault(
        415,
        "AtomFormatNotSupported",
        "Atom format is not supported. Send and accept application/json."
    )
    /// 415: no answer of a kind the request accepts.
    package static let mediaTypeNotSupported = StorageFault(
        415,
        "MediaTypeNotSupported",
        "None of the provided media types are supported."
    )
    /// 501: a part of OData that the Table service does not have.
    package static func tableOptionNotImplemented(_ option: String) -> StorageFault {
        StorageFault(
            501,
            "NotImplemented",
            "The requested operation is not implemented on the specified resource: \(option)."
        )
    }
    /// 400: X-HTTP-Method names no method that may be tunnelled.
    package static let incorrectXMethod = StorageFault(
        400,
        "XMethodIncorrectValue",
        "The specified X-HTTP-Method is invalid: send MERGE, PATCH, PUT or DELETE."
    )
    /// 400: an entity comes twice in one transaction.
    package static let invalidDuplicateRow = StorageFault(
        400,
        "InvalidDuplicateRow",
        "The batch request contains multiple changes with same row key. An entity can appear only once in a batch request."
    )
    /// 400: the changes of a transaction are of several partitions.
    package static let differentPartitions = StorageFault(
        400,
        "CommandsInBatchActOnDifferentPartitions",
        "All commands in a batch must operate on same entity group."
    )
    /// 413: the transaction is over 4 MiB.
    package static let batchTooLarge = StorageFault(
        413,
        "RequestBodyTooLarge",
        "The request body is too large and exceeds the maximum permissible limit (4MB)."
    )
    /// 400: more than 100 changes in one transaction.
    package static let tooManyChanges = StorageFault(
        400,
        "InvalidInput",
        "The batch request operation exceeds the maximum 100 changes per change set."
    )
    /// 400: the changes of a transaction are of several tables.
    package static let severalTables = StorageFault(
        400,
        "InvalidInput",
        "All commands in a batch must operate on the same table."
    )
}
