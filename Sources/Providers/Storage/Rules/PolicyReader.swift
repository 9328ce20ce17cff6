// SPDX-License-Identifier: Apache-2.0
package import Base

/// Reads a policy's JSON strictly: what is missing, of another type or unknown is refused by its path.
package struct PolicyReader: Sendable {
    package let value: JSON
    package let path: String

    package init(_ value: JSON?, _ path: String) {
        self.value = value ?? .null
        self.path = path
    }
    /// What is wrong here.
    package func fault(_ why: String) -> StorageFault { .invalidPolicy(path, why) }

    /// An object's member; nil when it is absent or null.
    package func member(_ name: String) -> PolicyReader? {
        value[name].map { PolicyReader($0, path.isEmpty ? name : "\(path).\(name)") }
    }
    /// A member that must be there.
    package func required(_ name: String) throws(StorageFault) -> PolicyReader {
        guard let member = member(name) else { throw fault("\(name) is missing") }
        return member
    }
    /// Refuses members of other names than these.
    package func only(_ names: [String]) throws(StorageFault) {
        guard let members = value.object else { throw fault("an object is expected") }
        let known = Set(names.map { $0.lowercased() })
        for (name, value) in members.sorted(by: { $0.key < $1.key }) where value != .null {
            guard known.contains(name.lowercased()) else { throw fault("'\(name)' is not known here") }
        }
    }
    package func string() throws(StorageFault) -> String {
        guard let text = value.string else { throw fault("a text is expected") }
        return text
    }
    package func bool() throws(StorageFault) -> Bool {
        guard let flag = value.bool else { throw fault("true or false is expected") }
        return flag
    }
    /// A whole number, which clients also write as `30.0`.
    package func whole(in range: ClosedRange<Int64>) throws(StorageFault) -> Int64 {
        var number = value.integer
        if case .number(let real) = value { number = Int64(exactly: real) }
        guard let number, range.contains(number) else {
            throw fault("a whole number from \(range.lowerBound) to \(range.upperBound) is expected")
        }
        return number
    }
    package func elements(_ count: ClosedRange<Int>) throws(StorageFault) -> [PolicyReader] {
        guard let elements = value.array else { throw fault("an array is expected") }
        guard count.contains(elements.count) else {
            throw fault("\(count.lowerBound) to \(count.upperBound) elements are allowed")
        }
        return elements.enumerated().map { PolicyReader($0.element, "\(path)[\($0.offset)]") }
    }
    /// One of these texts, in any case, as it is written here.
    package func choice(_ texts: [String]) throws(StorageFault) -> String {
        let text = try string()
        guard let known = texts.first(where: { $0.lowercased() == text.lowercased() }) else {
            throw fault("'\(text)' is none of \(texts.joined(separator: ", "))")
        }
        return known
    }
    /// The name of a rule: letters, digits, hyphens and underlines.
    package func ruleName() throws(StorageFault) -> String {
        let name = try string()
        guard (1...256).contains(name.utf8.count),
            name.allSatisfy({ $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == "_") })
        else { throw fault("a rule's name has 1 to 256 letters, digits, hyphens and underlines") }
        return name
    }
    /// Beginnings of `container/name`.
    package func prefixes() throws(StorageFault) -> [String] {
        var prefixes: [String] = []
        for element in try elements(0...10) {
            let text = try element.string()
            guard !text.isEmpty, text.utf8.count <= 1024 + 64, !text.hasPrefix("/") else {
                throw element.fault("a prefix begins with a container's name and has at most 1,088 bytes")
            }
            prefixes.append(text)
        }
        return prefixes
    }
    /// Kinds of blobs.
    package func kinds(_ known: [(String, BlobEntry.Kind)]) throws(StorageFault) -> Set<BlobEntry.Kind> {
        var kinds: Set<BlobEntry.Kind> = []
        for element in try elements(1...known.count) {
            let text = try element.choice(known.map(\.0))
            for (name, kind) in known where name == text { kinds.insert(kind) }
        }
        return kinds
    }
}

extension StorageFault {
    /// 400: a policy does not have the form it must have.
    package static func invalidPolicy(_ path: String, _ why: String) -> StorageFault {
        StorageFault(
            400,
            "InvalidRequestPropertyValue",
            "The value of the property '\(path)' is invalid: \(why)."
        )
    }
    /// 400: a rule asks when blobs were last used, which nobody writes down.
    package static let missingAccessTracking = StorageFault(
        400,
        "MissingLastAccessTimeBasedTrackingPolicy",
        "Last access time based tracking policy must be enabled before using its specific actions in object lifecycle "
            + "management policy."
    )
}
