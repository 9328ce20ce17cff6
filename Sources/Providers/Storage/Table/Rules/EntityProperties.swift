// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials

/// One property of an entity.
package struct EntityProperty: Hashable, Sendable {
    /// Its name; names differ by case.
    package let name: String
    /// Its value.
    package let value: EDMValue
    /// Joins them.
    package init(name: String, value: EDMValue) {
        self.name = name
        self.value = value
    }
}

/// What a body says of an entity: its keys where it names them, and its other properties, checked.
package struct EntityProperties: Equatable, Sendable {
    /// The most properties besides the keys and the time.
    package static let countMax = 252
    /// Longest name, in characters.
    package static let nameMax = 255
    /// Longest text (in bytes of UTF-16) or binary value.
    package static let valueBytesMax = 64 << 10
    /// Largest entity, in bytes as the service counts them.
    package static let entityBytesMax = 1 << 20

    /// The body's PartitionKey; nil when it names none.
    package private(set) var partition: String?
    /// The body's RowKey; nil when it names none.
    package private(set) var row: String?
    /// Whether a key is annotated as something else than text, which only an address can stand for.
    package private(set) var hasTypedKeys = false
    /// The others in the order sent; those whose value is null are left out.
    package private(set) var properties: [EntityProperty] = []

    /// Reads a body (REST "Payload format for Table service operations", JSON).
    package init(body: [UInt8]) throws(StorageFault) {
        let members = try FlatJSON.members(body)
        var types: [String: EDMType] = [:]
        var seen: Set<String> = []
        for (name, value) in members where name.hasSuffix("@odata.type") && !name.dropLast(11).contains("@odata.") {
            guard case .string(let text) = value, let type = EDMType(rawValue: text) else {
                throw .invalidTableInput("'\(name.prefix(300))' is not the name of a type, such as Edm.Int64.")
            }
            guard types.updateValue(type, forKey: String(name.dropLast(11))) == nil else { throw .duplicateProperties }
        }
        // Metadata that came with an answer may be sent back; it says nothing here.
        for (name, value) in members where !name.hasPrefix("odata.") && !name.contains("@odata.") {
            guard seen.insert(name).inserted else { throw .duplicateProperties }
            try take(name, value, types[name])
        }
        guard properties.count <= Self.countMax else { throw .tooManyProperties }
    }

    private mutating func take(_ name: String, _ value: FlatJSON.Value, _ type: EDMType?) throws(StorageFault) {
        switch name {
        case "PartitionKey": partition = try key(value, type, name)
        case "RowKey": row = try key(value, type, name)
        case "Timestamp": break
        default:
            try Self.check(name: name)
            guard value != .null else { return }
            guard let read = EDMValue(value, type) else { throw .invalidValueType(name) }
            switch read {
            case .string(let text) where text.utf16.count * 2 > Self.valueBytesMax: throw .propertyValueTooLarge
            case .binary(let bytes) where bytes.count > Self.valueBytesMax: throw .propertyValueTooLarge
            default: properties.append(EntityProperty(name: name, value: read))
            }
        }
    }
    private mutating func key(
        _ value: FlatJSON.Value,
        _ type: EDMType?,
        _ name: String
    ) throws(StorageFault) -> String? {
        guard value != .null else { return nil }
        if let type, type != .string { hasTypedKeys = true }
        guard case .string(let text) = value else { throw .invalidValueType(name) }
        return text
    }
    /// Names are C# identifiers (REST "Understanding the Table service data model", property names).
    private static func check(name: String) throws(StorageFault) {
        guard name.utf16.count <= nameMax else { throw .propertyNameTooLong }
        let scalars = name.unicodeScalars
        guard let first = scalars.first, first == "_" || first.properties.isXIDStart,
            scalars.allSatisfy({ $0.properties.isXIDContinue })
        else { throw .propertyNameInvalid }
    }

    /// How large an entity of these properties is, as the service counts.
    package static func size(_ key: EntityKey, _ properties: [EntityProperty]) -> Int {
        properties.reduce(4 + (key.partition.utf16.count + key.row.utf16.count) * 2) { sum, property in
            sum + 8 + property.name.utf16.count * 2 + property.value.size
        }
    }
    /// Refuses an entity that is too large or has too many properties.
    package static func check(_ key: EntityKey, _ properties: [EntityProperty]) throws(StorageFault) {
        guard properties.count <= countMax else { throw .tooManyProperties }
        guard size(key, properties) <= entityBytesMax else { throw .entityTooLarge }
    }
}

extension EDMValue {
    /// Reads a member's value by its annotated type, or by how it is written; nil when it has another form.
    init?(_ value: FlatJSON.Value, _ type: EDMType?) {
        switch (value, type) {
        case (.bool(let truth), nil), (.bool(let truth), .boolean): self = .boolean(truth)
        case (.string(let text), nil), (.string(let text), .string): self = .string(text)
        case (.string(let text), .some(let type)): self.init(text: text, type)
        case (.number(let text), .some(let type)):
            guard type == .int32 || type == .int64 || type == .double else { return nil }
            self.init(text: text, type)
        case (.number(let text), nil):
            // Without a type a whole number of 32 bits is one, and every other number is a double (OData 3.0 JSON).
            if let whole = Int32(text) {
                self = .int32(whole)
            } else {
                self.init(text: text, .double)
            }
        default: return nil
        }
    }
    private init?(text: String, _ type: EDMType) {
        let value: EDMValue? =
            switch type {
            case .binary: [UInt8](base64: text).map { .binary($0) }
            // Clients send the words of their own language, such as Python's `False`.
            case .boolean: ["true": true, "false": false][text.lowercased()].map { .boolean($0) }
            case .dateTime: EDMDateTime(text).map { .dateTime($0) }
            case .double: Self.double(text).map { .double($0) }
            case .guid: UUID(uuidString: text).map { .guid($0) }
            case .int32: Int32(text).map { .int32($0) }
            case .int64: Int64(text).map { .int64($0) }
            case .string: .string(text)
            }
        guard let value else { return nil }
        self = value
    }
    /// A number, or one of the names a number cannot be written for; `inf` and hexadecimal are no JSON.
    static func double(_ text: String) -> Double? {
        switch text {
        case "NaN": return .nan
        case "Infinity", "INF": return .infinity
        case "-Infinity", "-INF": return -.infinity
        default:
            guard text.utf8.allSatisfy({ (48...57).contains($0) || [43, 45, 46, 69, 101].contains($0) }) else {
                return nil
            }
            return Double(text)
        }
    }
}
