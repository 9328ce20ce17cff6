// SPDX-License-Identifier: Apache-2.0
import HTTPTypes

/// What a page write demands of the blob's sequence number (REST "Put Page").
package struct SequenceConditions: Equatable, Sendable {
    let atMost: Int64?
    let below: Int64?
    let equal: Int64?

    /// Reads `x-ms-if-sequence-number-le`, `-lt` and `-eq`.
    package init(_ head: RequestHead) throws(StorageFault) {
        func value(_ suffix: String) throws(StorageFault) -> Int64? {
            try SequenceNumber.number("x-ms-if-sequence-number-" + suffix, head)
        }
        atMost = try value("le")
        below = try value("lt")
        equal = try value("eq")
    }
    /// Throws 412 unless every condition holds.
    package func check(_ current: Int64) throws(StorageFault) {
        guard atMost.map({ current <= $0 }) ?? true, below.map({ current < $0 }) ?? true,
            equal.map({ current == $0 }) ?? true
        else { throw .sequenceNumberConditionNotMet }
    }
}

/// How Set Blob Properties changes a sequence number, and how requests write one.
package enum SequenceNumber: Equatable, Sendable {
    /// The greater of the blob's own and this.
    case max(Int64)
    /// This.
    case update(Int64)
    /// One more.
    case increment

    /// Reads `x-ms-sequence-number-action` and `x-ms-blob-sequence-number`; nil when neither was sent.
    package init?(_ head: RequestHead) throws(StorageFault) {
        let actionHeader = "x-ms-sequence-number-action"
        let number = try Self.stated(head)
        guard let action = head.headers[StorageHeader.name(actionHeader)] else {
            guard number == nil else { throw .missingRequiredHeader(actionHeader) }
            return nil
        }
        switch (action.lowercased(), number) {
        case ("max", let number?): self = .max(number)
        case ("update", let number?): self = .update(number)
        case ("increment", nil): self = .increment
        case ("increment", let number?): throw .invalidHeaderValue(Self.header, String(number))
        case ("max", nil), ("update", nil): throw .missingRequiredHeader(Self.header)
        default: throw .invalidHeaderValue(actionHeader, action)
        }
    }
    /// The number after the change.
    package func apply(to current: Int64) throws(StorageFault) -> Int64 {
        switch self {
        case .max(let number): return Swift.max(current, number)
        case .update(let number): return number
        case .increment:
            guard current < Int64.max else { throw .sequenceNumberIncrementTooLarge }
            return current + 1
        }
    }

    /// The `x-ms-blob-sequence-number` of a request: 0 to 2^63 - 1.
    package static func stated(_ head: RequestHead) throws(StorageFault) -> Int64? { try number(header, head) }
    private static let header = "x-ms-blob-sequence-number"

    fileprivate static func number(_ name: String, _ head: RequestHead) throws(StorageFault) -> Int64? {
        guard let text = head.headers[StorageHeader.name(name)], !text.isEmpty else { return nil }
        guard text.utf8.allSatisfy({ (48...57).contains($0) }), let number = Int64(text) else {
            throw .invalidHeaderValue(name, text)
        }
        return number
    }
}
