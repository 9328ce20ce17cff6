// SPDX-License-Identifier: Apache-2.0
package import Base
package import Kernel

/// What tags may be, and how the tags API changes them (REST: Tags - Update At Scope).
package enum TagRules {
    /// Names may not hold these (Azure).
    static let reserved = "<>%&\\?/"

    /// The tags of a body's `tags` member; nil when it has none.
    ///
    /// Names and values are checked.
    package static func read(_ body: JSON?) throws(ServiceError) -> [String: String]? {
        guard let body else { return nil }
        guard case .object(let members) = body else {
            throw .badRequest("InvalidRequestContent", "The request content was invalid: 'tags' must be an object.")
        }
        var tags: [String: String] = [:]
        for (name, value) in members {
            switch value {
            case .string(let text): tags[name] = text
            case .null: tags[name] = ""
            case .integer(let number): tags[name] = String(number)
            case .bool(let truth): tags[name] = truth ? "true" : "false"
            default:
                throw .badRequest(
                    "InvalidRequestContent",
                    "The request content was invalid: the value of tag '\(name)' must be a string."
                )
            }
        }
        try check(tags)
        return tags
    }

    /// Refuses tags beyond the limits: 400.
    package static func check(_ tags: [String: String]) throws(ServiceError) {
        guard tags.count <= Limits.tagsMax else {
            throw .badRequest(
                "TagCountExceeded",
                "\(tags.count) tags were given; a resource can have at most \(Limits.tagsMax)."
            )
        }
        guard Set(tags.keys.map { $0.lowercased() }).count == tags.count else {
            throw .badRequest("DuplicateTagName", "Tag names differ in more than case: each can be given once.")
        }
        for (name, value) in tags {
            guard (1...Limits.tagNameMax).contains(name.count) else {
                throw .badRequest(
                    "InvalidTagName",
                    "The tag name '\(name.prefix(64))' must be 1 to \(Limits.tagNameMax) characters long."
                )
            }
            guard !name.contains(where: { reserved.contains($0) || ($0.asciiValue ?? 32) < 32 }) else {
                throw .badRequest(
                    "InvalidTagNameCharacters",
                    "The tag name '\(name.prefix(64))' has reserved characters '\(reserved)' or control characters."
                )
            }
            guard value.count <= Limits.tagValueMax else {
                throw .badRequest(
                    "InvalidTagValue",
                    "The value of tag '\(name.prefix(64))' is longer than the maximum of \(Limits.tagValueMax) "
                        + "characters."
                )
            }
        }
    }

    /// The operations of a PATCH.
    package enum Change: String {
        /// Adds and overwrites; sets the whole set; takes away.
        case merge, replace, delete
    }

    /// The tags after a PATCH.
    ///
    /// Names match in any case; `delete` takes a tag away when the value given is its own or empty.
    package static func apply(
        _ change: Change,
        _ given: [String: String],
        to tags: [String: String]
    ) throws(ServiceError) -> [String: String] {
        let wanted = Dictionary(given.map { ($0.key.lowercased(), $0.value) }, uniquingKeysWith: { $1 })
        var result: [String: String]
        switch change {
        case .replace: result = given
        case .merge: result = tags.filter { wanted[$0.key.lowercased()] == nil }.merging(given) { $1 }
        case .delete:
            result = tags.filter { tag in
                guard let value = wanted[tag.key.lowercased()] else { return true }
                return !value.isEmpty && value != tag.value
            }
        }
        try check(result)
        return result
    }
}
