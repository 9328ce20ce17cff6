// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// What Append Block and Append Blob Seal demand of the blob's length (REST "Append Block").
package struct AppendConditions: Equatable, Sendable {
    let position: Int64?
    let lengthMax: Int64?

    /// Reads `x-ms-blob-condition-appendpos` and `x-ms-blob-condition-maxsize`.
    package init(_ head: RequestHead) throws(StorageFault) {
        func value(_ name: String) throws(StorageFault) -> Int64? {
            guard let text = head.headers[StorageHeader.name(name)], !text.isEmpty else { return nil }
            guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(text) else {
                throw .invalidHeaderValue(name, text)
            }
            return number
        }
        position = try value("x-ms-blob-condition-appendpos")
        lengthMax = try value("x-ms-blob-condition-maxsize")
    }
    /// Throws 412 unless the blob ends where the request says, and stays within the length it allows.
    package func check(length: Int64, appending bytes: Int64) throws(StorageFault) {
        if let position, position != length { throw .appendPositionConditionNotMet }
        if let lengthMax, length > lengthMax || bytes > lengthMax - length { throw .maxBlobSizeConditionNotMet }
    }
}
