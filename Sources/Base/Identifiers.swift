// SPDX-License-Identifier: Apache-2.0
public import FoundationEssentials

/// A value that names one kind of thing, so that two kinds can never be mixed up.
public struct Tagged<Kind, Raw: Hashable & Sendable>: Hashable, Sendable, CustomStringConvertible {
    /// The bare value.
    public let raw: Raw
    /// Tags a bare value.
    public init(_ raw: Raw) { self.raw = raw }
    /// The bare value as text.
    public var description: String { "\(raw)" }
}

extension Tagged: Codable where Raw: Codable {
    /// Decodes the bare value.
    public init(from decoder: any Decoder) throws {
        raw = try decoder.singleValueContainer().decode(Raw.self)
    }
    /// Encodes the bare value.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(raw)
    }
}

extension Tagged where Raw == UUID {
    /// Reads the usual text form, in either case; nil when it is not a UUID.
    public init?(text: some StringProtocol) {
        guard let uuid = UUID(uuidString: String(text)) else { return nil }
        raw = uuid
    }
    /// The lower-case text form Azure prints.
    public var text: String { raw.lowercaseText }
    /// The sixteen bytes of the id.
    public var bytes: [UInt8] { raw.bytes }
}

extension UUID {
    /// The lower-case text form Azure prints (Foundation prints capitals).
    public var lowercaseText: String {
        unsafe String(unsafeUninitializedCapacity: 36) { text in
            var at = 0
            unsafe withUnsafeBytes(of: uuid) { bytes in
                for index in 0..<16 {
                    if index == 4 || index == 6 || index == 8 || index == 10 {
                        unsafe text[at] = UInt8(ascii: "-")
                        at += 1
                    }
                    unsafe text[at] = hexDigit(bytes[index] >> 4)
                    unsafe text[at + 1] = hexDigit(bytes[index] & 15)
                    at += 2
                }
            }
            return at
        }
    }
    /// The sixteen bytes, in order.
    public var bytes: [UInt8] { bytesOf(self) }
    /// Reads sixteen bytes; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        let b = Array(bytes)
        self.init(
            uuid: (
                b[0], b[1], b[2], b[3], b[4], b[5], b[6], b[7], b[8], b[9], b[10], b[11], b[12], b[13], b[14], b[15]
            )
        )
    }
}

private func bytesOf(_ id: UUID) -> [UInt8] {
    let u = id.uuid
    return [
        u.0, u.1, u.2, u.3, u.4, u.5, u.6, u.7, u.8, u.9, u.10, u.11, u.12, u.13, u.14, u.15,
    ]
}

/// The kind of a tenant id.
public enum TenantKind {}
/// The kind of a subscription id.
public enum SubscriptionKind {}
/// The kind of a directory object that can act: user, group, service principal.
public enum PrincipalKind {}
/// The kind of a ledger entry id.
public enum EntryKind {}

/// Names one customer's directory: the boundary of keys, names and rights.
public typealias TenantID = Tagged<TenantKind, UUID>
/// Names one subscription of a tenant.
public typealias SubscriptionID = Tagged<SubscriptionKind, UUID>
/// Names a user, group or service principal by its object id.
public typealias PrincipalID = Tagged<PrincipalKind, UUID>
/// Names one change in the ledger before and after it has a number.
public typealias EntryID = Tagged<EntryKind, UUID>

extension Tagged where Raw == UUID {
    /// Reads sixteen bytes; nil for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard let uuid = UUID(bytes: bytes) else { return nil }
        raw = uuid
    }
}
