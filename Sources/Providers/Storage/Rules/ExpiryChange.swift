// SPDX-License-Identifier: Apache-2.0
package import Base

/// When a file is to end by itself (REST "Set Blob Expiry", ExpiryOption).
package enum ExpiryChange: Equatable, Sendable {
    case never
    /// Milliseconds after it was made.
    case afterCreation(Int64)
    /// Milliseconds from now on.
    case fromNow(Int64)
    case at(Timestamp)

    private static let option = "x-ms-expiry-option"
    private static let time = "x-ms-expiry-time"
    /// The last moment a date in a header can tell.
    private static let last = Timestamp(seconds: 253_402_300_799)

    /// Reads the two headers; nil when none was sent.
    package init?(_ head: RequestHead) throws(StorageFault) {
        let text = head.text(Self.time)
        guard let option = head.text(Self.option) else {
            guard text == nil else { throw .missingRequiredHeader(Self.option) }
            return nil
        }
        switch option.lowercased() {
        case "neverexpire":
            guard text == nil else { throw .invalidHeaderValue(Self.time, text ?? "") }
            self = .never
        case "relativetocreation": self = .afterCreation(try Self.milliseconds(text))
        case "relativetonow": self = .fromNow(try Self.milliseconds(text))
        case "absolute":
            guard let text else { throw .missingRequiredHeader(Self.time) }
            guard let date = Timestamp(httpDate: text) else { throw .invalidHeaderValue(Self.time, text) }
            self = .at(date)
        default: throw .invalidHeaderValue(Self.option, option)
        }
    }
    private static func milliseconds(_ text: String?) throws(StorageFault) -> Int64 {
        guard let text else { throw .missingRequiredHeader(time) }
        guard let count = Int64(text), count > 0, count <= last.microseconds / 1000 else {
            throw .invalidHeaderValue(time, text)
        }
        return count
    }

    /// The time it ends; nil is never.
    ///
    /// One that is past is refused (REST "Set Blob Expiry", remarks).
    package func end(created: Timestamp, now: Timestamp) throws(StorageFault) -> Timestamp? {
        let end: Timestamp
        switch self {
        case .never: return nil
        case .afterCreation(let count): end = Timestamp(microseconds: created.microseconds + count * 1000)
        case .fromNow(let count): end = Timestamp(microseconds: now.microseconds + count * 1000)
        case .at(let time): end = time
        }
        guard end > now, end <= Self.last else { throw .invalidHeaderValue(Self.time, end.iso8601Seconds) }
        return end
    }
}
