// SPDX-License-Identifier: Apache-2.0
import Base
package import FoundationEssentials

/// The value of a property, of one of the eight types an entity may hold (REST "Understanding the Table service data
/// model", property types).
package enum EDMValue: Hashable, Sendable {
    /// Bytes, at most 64 KiB.
    case binary([UInt8])
    /// A truth.
    case boolean(Bool)
    /// A moment.
    case dateTime(EDMDateTime)
    /// A 64-bit floating point number, NaN and the infinities included.
    case double(Double)
    /// A GUID.
    case guid(UUID)
    /// A 32-bit whole number.
    case int32(Int32)
    /// A 64-bit whole number.
    case int64(Int64)
    /// Text, at most 64 KiB of UTF-16.
    case string(String)

    /// The type's name on the wire.
    package var type: EDMType {
        switch self {
        case .binary: .binary
        case .boolean: .boolean
        case .dateTime: .dateTime
        case .double: .double
        case .guid: .guid
        case .int32: .int32
        case .int64: .int64
        case .string: .string
        }
    }
    /// What the value counts against the size of its entity, in bytes (Microsoft, "How the capacity of Azure Table
    /// storage is billed": eight bytes for each number and date, two for each UTF-16 unit).
    package var size: Int {
        switch self {
        case .binary(let bytes): bytes.count + 4
        case .boolean: 1
        case .dateTime, .double, .int64: 8
        case .guid: 16
        case .int32: 4
        case .string(let text): text.utf16.count * 2 + 4
        }
    }
}

/// The name of a property's type, as annotations give it.
package enum EDMType: String, Sendable, CaseIterable {
    case binary = "Edm.Binary"
    case boolean = "Edm.Boolean"
    case dateTime = "Edm.DateTime"
    case double = "Edm.Double"
    case guid = "Edm.Guid"
    case int32 = "Edm.Int32"
    case int64 = "Edm.Int64"
    case string = "Edm.String"
}

/// How two values lie to each other; no answer where they cannot be compared.
package enum EDMOrder: Sendable {
    case less, equal, greater
}

extension EDMValue {
    /// Compares values of one type, and numbers of any: nil for other pairs and for NaN.
    package func compared(to other: EDMValue) -> EDMOrder? {
        switch (self, other) {
        case (.string(let a), .string(let b)): Self.order(a, b)
        case (.int32(let a), .int32(let b)): Self.order(a, b)
        case (.int64(let a), .int64(let b)): Self.order(a, b)
        case (.int32(let a), .int64(let b)): Self.order(Int64(a), b)
        case (.int64(let a), .int32(let b)): Self.order(a, Int64(b))
        case (.double(let a), .double(let b)): a.isNaN || b.isNaN ? nil : Self.order(a, b)
        case (.int32(let a), .double(let b)): Self.order(Int64(a), b)
        case (.int64(let a), .double(let b)): Self.order(a, b)
        case (.double(let a), .int32(let b)): Self.order(Int64(b), a)?.reversed
        case (.double(let a), .int64(let b)): Self.order(b, a)?.reversed
        case (.boolean(let a), .boolean(let b)): Self.order(a ? 1 : 0, b ? 1 : 0)
        case (.dateTime(let a), .dateTime(let b)): Self.order(a, b)
        case (.guid(let a), .guid(let b)): Self.order(a.bytes, b.bytes)
        case (.binary(let a), .binary(let b)): Self.order(a, b)
        default: nil
        }
    }
    private static func order<Value: Comparable>(_ a: Value, _ b: Value) -> EDMOrder {
        a < b ? .less : a == b ? .equal : .greater
    }
    private static func order(_ a: [UInt8], _ b: [UInt8]) -> EDMOrder {
        a == b ? .equal : a.lexicographicallyPrecedes(b) ? .less : .greater
    }
    /// By UTF-16 units, as keys are ordered.
    private static func order(_ a: String, _ b: String) -> EDMOrder {
        a.utf8.elementsEqual(b.utf8) ? .equal : OrdinalText.precedes(a, b) ? .less : .greater
    }
    /// Exactly, also where a double cannot hold the whole number.
    private static func order(_ a: Int64, _ b: Double) -> EDMOrder? {
        guard !b.isNaN else { return nil }
        if b >= 0x1p63 { return .less }
        if b < -0x1p63 { return .greater }
        let whole = Int64(b.rounded(.down))
        if a != whole { return a < whole ? .less : .greater }
        return b > Double(whole) ? .less : .equal
    }
}

extension EDMOrder {
    fileprivate var reversed: EDMOrder {
        switch self {
        case .less: .greater
        case .equal: .equal
        case .greater: .less
        }
    }
}
