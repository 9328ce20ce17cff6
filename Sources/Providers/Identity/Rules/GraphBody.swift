// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// A Graph request's body: members of one object, each taken once, so that what is left was not understood.
struct GraphBody {
    private var rest: [String: JSON]
    private let kind: DirectoryKind

    init(_ bytes: [UInt8], _ kind: DirectoryKind) throws(ServiceError) {
        guard let json = try? JSON(parsing: bytes), case .object(let members) = json else {
            throw GraphFault.unreadable
        }
        rest = members.filter { !$0.key.hasPrefix("@odata.") }
        self.kind = kind
    }

    /// Whether a member is there, be it null.
    func has(_ name: String) -> Bool { rest[name] != nil }
    /// A member of any shape.
    mutating func take(_ name: String) -> JSON? { rest.removeValue(forKey: name) }
    /// A text; nil when it is missing or null.
    mutating func text(
        _ name: String,
        charactersMax: Int = Limits.textCharactersMax
    ) throws(ServiceError) -> String? {
        guard let value = take(name), value != .null else { return nil }
        guard let text = value.string, text.count <= charactersMax,
            !text.unicodeScalars.contains(where: { $0.value < 32 })
        else { throw GraphFault.value(name, kind) }
        return text
    }
    /// A text that must be there and not be empty.
    mutating func requiredText(
        _ name: String,
        charactersMax: Int = Limits.displayNameCharactersMax
    ) throws(ServiceError) -> String {
        guard let text = try text(name, charactersMax: charactersMax) else { throw GraphFault.required(name, kind) }
        guard !text.isEmpty else { throw GraphFault.value(name, kind) }
        return text
    }
    /// A text that may be missing, but not be empty.
    mutating func changedText(_ name: String) throws(ServiceError) -> String? {
        guard let text = try text(name, charactersMax: Limits.displayNameCharactersMax) else { return nil }
        guard !text.isEmpty else { throw GraphFault.value(name, kind) }
        return text
    }
    /// The mail alias of a user or group, which may be missing: Graph takes up to 64 characters of ASCII without those
    /// that mean something in an address.
    mutating func mailNickname() throws(ServiceError) -> String? {
        guard let text = try changedText("mailNickname") else { return nil }
        let isAlias = text.utf8.allSatisfy { (0x21...0x7E).contains($0) && !Self.reserved.contains($0) }
        guard isAlias, text.utf8.count <= Limits.mailNicknameCharactersMax else {
            throw GraphFault.value("mailNickname", kind)
        }
        return text
    }
    private static let reserved = Set(#"@()\[]";:<>,"#.utf8)
    mutating func truth(_ name: String) throws(ServiceError) -> Bool? {
        guard let value = take(name), value != .null else { return nil }
        guard let truth = value.bool else { throw GraphFault.value(name, kind) }
        return truth
    }
    mutating func texts(_ name: String, max: Int) throws(ServiceError) -> [String]? {
        guard let value = take(name), value != .null else { return nil }
        let texts = value.array?.compactMap(\.string) ?? []
        guard let array = value.array, array.count == texts.count, array.count <= max,
            texts.allSatisfy({ !$0.isEmpty && $0.count <= Limits.textCharactersMax })
        else { throw GraphFault.value(name, kind) }
        return texts
    }
    /// A list that must be empty, for what is not built; anything in it answers 501 rather than being forgotten.
    mutating func nothing(_ name: String, _ what: String) throws(ServiceError) {
        guard let value = take(name), value != .null, value != .array([]) else { return }
        throw .notImplemented(what)
    }
    /// Refuses what no one took, as Graph does, so that a misspelt property is not silently lost.
    func finish() throws(ServiceError) {
        guard let name = rest.keys.sorted().first else { return }
        throw GraphFault.invalid(
            "Property '\(name.prefix(100))' does not exist as a declared property or extension property of '\(kind.title)'."
        )
    }
}
