// SPDX-License-Identifier: Apache-2.0
import Markup

/// Reading and writing of the service's XML bodies, with the service's faults.
enum XMLBody {
    /// Reads a body whose root has this name; too much of it is the fault `tooLarge`.
    static func parse(
        _ bytes: [UInt8],
        root name: String,
        limits: XMLLimits,
        tooLarge: StorageFault
    ) throws(StorageFault) -> XMLElement {
        let root: XMLElement
        do throws(MarkupError) {
            root = try XMLElement.parse(bytes, limits: limits)
        } catch .tooLarge {
            throw tooLarge
        } catch .malformed(let reason) {
            throw .invalidXMLDocument(reason)
        } catch .documentType {
            throw .invalidXMLDocument("a document type declaration is not allowed.")
        } catch {
            throw .invalidXMLDocument("it cannot be read.")
        }
        guard root.name == name else { throw .invalidXMLDocument("the root element must be \(name).") }
        return root
    }

    /// Writes a body.
    ///
    /// All texts were checked when they came in, so a text XML cannot hold is a fault of ours.
    static func write(_ build: (inout XMLWriter) -> Void) throws(StorageFault) -> [UInt8] {
        var writer = XMLWriter()
        build(&writer)
        do { return try writer.finish() } catch { throw inexpressible }
    }
    static let inexpressible = StorageFault(
        500,
        "InternalError",
        "The server met a stored text that XML cannot express."
    )
}

extension XMLElement {
    /// The text without white space around it.
    var trimmed: String {
        var rest = text[...]
        while rest.first?.isWhitespace == true { rest = rest.dropFirst() }
        while rest.last?.isWhitespace == true { rest = rest.dropLast() }
        return String(rest)
    }
    /// A child that must be there.
    func required(_ name: String) throws(StorageFault) -> XMLElement {
        guard let child = child(named: name) else { throw .missingRequiredXMLNode(name) }
        return child
    }
    /// A child's text; nil when it is absent or empty.
    func optionalText(_ name: String) -> String? {
        child(named: name).flatMap { $0.trimmed.isEmpty ? nil : $0.trimmed }
    }
    /// The truth a child must hold.
    func bool(_ name: String) throws(StorageFault) -> Bool {
        let text = try required(name).trimmed
        switch text.lowercased() {
        case "true", "1": return true
        case "false", "0": return false
        default: throw .invalidXMLNodeValue(name, text)
        }
    }
    /// The whole number a child holds, within limits; nil when there is no such child.
    func optionalInteger(_ name: String, in limits: ClosedRange<Int>) throws(StorageFault) -> Int? {
        guard let text = optionalText(name) else { return nil }
        guard let number = Int(text), limits.contains(number) else { throw .invalidXMLNodeValue(name, text) }
        return number
    }
    /// Refuses children of other names.
    func allowOnly(_ names: Set<String>) throws(StorageFault) {
        if let other = children.first(where: { !names.contains($0.name) }) {
            throw .invalidXMLDocument("\(name) cannot hold \(other.name).")
        }
    }
}
