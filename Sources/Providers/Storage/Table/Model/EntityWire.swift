// SPDX-License-Identifier: Apache-2.0
import Base

/// Writes entities as JSON (REST "Payload format for Table service operations").
package struct EntityWire: Sendable {
    private let level: MetadataLevel
    /// Where the account answers, ending with a slash.
    private let endpoint: String
    private let account: String
    private let table: String
    /// What is shown; nil for everything.
    private let selected: [String]?

    /// Prepares to write entities of a table.
    package init(level: MetadataLevel, endpoint: String, account: String, table: String, selected: [String]?) {
        self.level = level
        self.endpoint = endpoint
        self.account = account
        self.table = table
        self.selected = selected
    }
    private var selection: String { selected.map { "&$select=" + $0.joined(separator: ",") } ?? "" }

    /// The body that shows one entity.
    func single(_ named: NamedEntity) -> [UInt8] {
        var out: [UInt8] = [UInt8(ascii: "{")]
        if level != .none {
            Self.member("odata.metadata", "\(endpoint)$metadata#\(table)/@Element\(selection)", to: &out)
        }
        write(named, to: &out)
        out.append(UInt8(ascii: "}"))
        return out
    }
    /// What comes before the entities of a page.
    var listStart: [UInt8] {
        var out: [UInt8] = [UInt8(ascii: "{")]
        if level != .none {
            Self.member("odata.metadata", "\(endpoint)$metadata#\(table)\(selection)", to: &out)
            out.append(UInt8(ascii: ","))
        }
        return out + Array("\"value\":[".utf8)
    }
    /// What comes after them.
    static var listEnd: [UInt8] { Array("]}".utf8) }
    /// Appends one entity of a page.
    func append(_ named: NamedEntity, to out: inout [UInt8]) {
        if out.last == UInt8(ascii: "}") { out.append(UInt8(ascii: ",")) }
        out.append(UInt8(ascii: "{"))
        write(named, to: &out)
        out.append(UInt8(ascii: "}"))
    }

    private func write(_ named: NamedEntity, to out: inout [UInt8]) {
        if level == .full {
            let address = table + named.key.predicate
            Self.member("odata.type", "\(account).\(table)", to: &out)
            Self.member("odata.id", endpoint + address, to: &out)
            Self.member("odata.etag", EntityTagText.text(named.entity.time), to: &out)
            Self.member("odata.editLink", address, to: &out)
        } else if level == .minimal {
            Self.member("odata.etag", EntityTagText.text(named.entity.time), to: &out)
        }
        guard let selected else {
            Self.member("PartitionKey", named.key.partition, to: &out)
            Self.member("RowKey", named.key.row, to: &out)
            time(named.entity.time, to: &out)
            for property in named.entity.properties { write(property.name, property.value, to: &out) }
            return
        }
        for name in selected {
            switch name {
            case "PartitionKey": Self.member(name, named.key.partition, to: &out)
            case "RowKey": Self.member(name, named.key.row, to: &out)
            case "Timestamp": time(named.entity.time, to: &out)
            default:
                // What an entity does not have is shown as null where it is asked for by name.
                if let value = named.entity[name] {
                    write(name, value, to: &out)
                } else {
                    Self.name(name, to: &out)
                    out += Array("null".utf8)
                }
            }
        }
    }
    private func time(_ time: EDMDateTime, to out: inout [UInt8]) {
        if level == .full { Self.member("Timestamp@odata.type", EDMType.dateTime.rawValue, to: &out) }
        Self.member("Timestamp", time.text, to: &out)
    }
    private func write(_ name: String, _ value: EDMValue, to out: inout [UInt8]) {
        if level != .none, value.needsType { Self.member(name + "@odata.type", value.type.rawValue, to: &out) }
        Self.name(name, to: &out)
        switch value {
        case .string(let text): Self.quote(text, to: &out)
        case .binary(let bytes): Self.quote(bytes.base64, to: &out)
        case .boolean(let truth): out += Array((truth ? "true" : "false").utf8)
        case .dateTime(let time): Self.quote(time.text, to: &out)
        case .guid(let id): Self.quote(id.lowercaseText, to: &out)
        case .int32(let number): out += Array(String(number).utf8)
        // Beyond 2⁵³ a JSON number is not exact in every reader (OData 3.0: Edm.Int64 is a string).
        case .int64(let number): Self.quote(String(number), to: &out)
        case .double(let number):
            if number.isNaN {
                Self.quote("NaN", to: &out)
            } else if number.isInfinite {
                Self.quote(number < 0 ? "-Infinity" : "Infinity", to: &out)
            } else {
                out += Array("\(number)".utf8)
            }
        }
    }

    private static func member(_ name: String, _ text: String, to out: inout [UInt8]) {
        Self.name(name, to: &out)
        quote(text, to: &out)
    }
    private static func name(_ name: String, to out: inout [UInt8]) {
        if out.last != UInt8(ascii: "{") { out.append(UInt8(ascii: ",")) }
        quote(name, to: &out)
        out.append(UInt8(ascii: ":"))
    }
    private static func quote(_ text: String, to out: inout [UInt8]) {
        out.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"): out += [UInt8(ascii: "\\"), byte]
            case 0..<0x20: out += Array("\\u00\([byte].hex)".utf8)
            default: out.append(byte)
            }
        }
        out.append(UInt8(ascii: "\""))
    }
}

extension EDMValue {
    /// Whether JSON alone does not tell the type.
    fileprivate var needsType: Bool {
        switch self {
        case .string, .boolean, .int32: false
        case .double(let number): !number.isFinite
        case .binary, .dateTime, .guid, .int64: true
        }
    }
}
