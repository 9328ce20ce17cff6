// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Store

/// An entity as it lies in the store; its keys are those of its record.
struct TableEntity: Stored, Equatable {
    /// When it was last changed; also its tag.
    var time: EDMDateTime
    var properties: [EntityProperty]

    static let format: UInt8 = 1

    init(time: EDMDateTime, properties: [EntityProperty]) {
        self.time = time
        self.properties = properties
    }
    /// The value of a property; nil when there is none of that name.
    subscript(name: String) -> EDMValue? { properties.first { $0.name == name }?.value }

    /// Its properties with those of another put over them.
    func merged(with newer: [EntityProperty]) -> [EntityProperty] {
        var all = properties
        var places: [String: Int] = [:]
        for (index, property) in all.enumerated() { places[property.name] = index }
        for property in newer {
            if let index = places[property.name] { all[index] = property } else { all.append(property) }
        }
        return all
    }

    /// What tells the types apart in a record; a number is never used for another type.
    private enum Code {
        static let string: UInt64 = 0
        static let binary: UInt64 = 1
        static let isFalse: UInt64 = 2
        static let isTrue: UInt64 = 3
        static let dateTime: UInt64 = 4
        static let double: UInt64 = 5
        static let guid: UInt64 = 6
        static let int32: UInt64 = 7
        static let int64: UInt64 = 8
    }
    func storedBody() -> [UInt8] {
        var writer = StoredWriter()
        writer.integer(time.ticks)
        writer.number(UInt64(properties.count))
        for property in properties {
            writer.text(property.name)
            switch property.value {
            case .string(let text):
                writer.number(Code.string)
                writer.text(text)
            case .binary(let bytes):
                writer.number(Code.binary)
                writer.data(bytes)
            case .boolean(let truth): writer.number(truth ? Code.isTrue : Code.isFalse)
            case .dateTime(let time):
                writer.number(Code.dateTime)
                writer.integer(time.ticks)
            case .double(let number):
                writer.number(Code.double)
                // Small whole doubles end in zeros, which LEB128 keeps short when they come first.
                writer.number(number.bitPattern.byteSwapped)
            case .guid(let id):
                writer.number(Code.guid)
                writer.uuid(id)
            case .int32(let number):
                writer.number(Code.int32)
                writer.integer(Int64(number))
            case .int64(let number):
                writer.number(Code.int64)
                writer.integer(number)
            }
        }
        return writer.bytes
    }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) throws {
        var reader = StoredReader(storedBody)
        time = EDMDateTime(ticks: try reader.integer())
        properties = []
        let count = try reader.count()
        properties.reserveCapacity(count)
        for _ in 0..<count {
            let name = try reader.text()
            properties.append(EntityProperty(name: name, value: try Self.value(&reader)))
        }
    }
    private static func value(_ reader: inout StoredReader) throws -> EDMValue {
        switch try reader.number() {
        case Code.string: return .string(try reader.text())
        case Code.binary: return .binary(try reader.data())
        case Code.isFalse: return .boolean(false)
        case Code.isTrue: return .boolean(true)
        case Code.dateTime: return .dateTime(EDMDateTime(ticks: try reader.integer()))
        case Code.double: return .double(Double(bitPattern: try reader.number().byteSwapped))
        case Code.guid: return .guid(try reader.uuid())
        case Code.int32:
            guard let number = Int32(exactly: try reader.integer()) else { break }
            return .int32(number)
        case Code.int64: return .int64(try reader.integer())
        default: break
        }
        throw StoredFormatError("an entity holds a value of an unknown type")
    }
}

/// An entity with the keys that name it.
struct NamedEntity {
    let key: EntityKey
    let entity: TableEntity

    /// Its properties as a filter sees them.
    func value(_ name: String) -> EDMValue? {
        switch name {
        case "PartitionKey": .string(key.partition)
        case "RowKey": .string(key.row)
        case "Timestamp": .dateTime(entity.time)
        default: entity[name]
        }
    }
}
