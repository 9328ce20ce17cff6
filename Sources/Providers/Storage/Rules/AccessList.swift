// SPDX-License-Identifier: Apache-2.0

/// Entries of an access control list, as a request sends them or as a path keeps them (REST "Path - Update", `x-ms-acl`;
/// "Access control lists (ACLs) in Azure Data Lake Storage").
package struct AccessList: Hashable, Sendable {
    /// Whom an entry speaks of; in the order lists are shown in.
    package enum Kind: String, Sendable, CaseIterable { case user, group, mask, other }
    /// What tells one entry of a list from another.
    package struct Subject: Hashable, Sendable {
        /// Whether it is a template for children rather than about the path itself.
        package let isDefault: Bool
        package let kind: Kind
        /// The object id; nil for the owner, the owning group, the mask and all others.
        package let name: String?

        package init(_ kind: Kind, _ name: String? = nil, isDefault: Bool = false) {
            (self.isDefault, self.kind, self.name) = (isDefault, kind, name)
        }
        /// Whether the mask bounds it.
        package var isMasked: Bool { name != nil || kind == .group }
        fileprivate var text: String { (isDefault ? "default:" : "") + "\(kind.rawValue):\(name ?? "")" }
        /// The same one of the other scope.
        func moved(toDefault isDefault: Bool) -> Subject { Subject(kind, name, isDefault: isDefault) }
        /// Where it stands in a list that is shown.
        fileprivate var rank: Int {
            let place =
                switch (kind, name) {
                case (.user, nil): 0
                case (.user, _): 1
                case (.group, nil): 2
                case (.group, _): 3
                case (.mask, _): 4
                case (.other, _): 5
                }
            return place + (isDefault ? 6 : 0)
        }
    }
    /// One entry.
    package struct Entry: Hashable, Sendable {
        package let subject: Subject
        package var rights: AccessRights

        package init(_ subject: Subject, _ rights: AccessRights) { (self.subject, self.rights) = (subject, rights) }
    }

    /// Entries of access, and as many of default, that a list may have, those of owner, group, mask and others among them.
    package static let entriesMax = 32
    /// The longest text that is read: more than two full lists of object ids take.
    package static let bytesMax = 64 * 64

    package private(set) var entries: [Entry]

    /// Entries known to be good.
    package init(_ entries: [Entry]) { self.entries = entries }

    /// Reads `[default:]kind:[object id]:rwx`, separated by commas.
    package init(_ text: String) throws(StorageFault) { self = try Self.read(text, withRights: true) }
    /// Reads what is to be removed: `[default:]kind[:object id]`, separated by commas.
    package init(removing text: String) throws(StorageFault) { self = try Self.read(text, withRights: false) }

    private static func read(_ text: String, withRights: Bool) throws(StorageFault) -> AccessList {
        guard text.utf8.count <= bytesMax else { throw .invalidAccessList("It is longer than \(bytesMax) bytes.") }
        var entries: [Entry] = []
        var seen: Set<Subject> = []
        for piece in text.split(separator: ",", omittingEmptySubsequences: false) {
            guard let entry = entry(piece, withRights) else {
                let form = withRights ? "[default:]user|group|mask|other:[object id]:rwx" : "[default:]kind[:object id]"
                throw .invalidAccessList("'\(piece.prefix(128))' is no entry; write \(form).")
            }
            guard seen.insert(entry.subject).inserted else {
                throw .invalidAccessList("The entry '\(entry.subject.text)' is there twice.")
            }
            entries.append(entry)
        }
        let list = AccessList(entries)
        try list.checkCount()
        return list
    }
    private static func entry(_ text: Substring, _ withRights: Bool) -> Entry? {
        var fields = text.split(separator: ":", omittingEmptySubsequences: false)
        let isDefault = fields.first == "default"
        if isDefault { fields.removeFirst() }
        var rights: AccessRights?
        if withRights {
            guard fields.count == 3 else { return nil }
            rights = AccessRights(fields[2])
        } else {
            guard (1...3).contains(fields.count), fields.count < 3 || fields[2].isEmpty else { return nil }
            rights = []
        }
        guard let rights, let kind = Kind(rawValue: String(fields[0])) else { return nil }
        let name = fields.count > 1 ? objectID(fields[1]) : .some(nil)
        guard let name, name == nil || kind == .user || kind == .group else { return nil }
        return Entry(Subject(kind, name, isDefault: isDefault), rights)
    }
    /// The object id of a field in lower case; an inner nil where the field is empty, an outer one where it is no id.
    private static func objectID(_ text: Substring) -> String?? {
        text.isEmpty ? .some(nil) : objectID(of: text).map { .some($0) }
    }
    /// An object id in lower case; nil for any other text.
    static func objectID(of text: some StringProtocol) -> String? {
        let bytes = Array(text.utf8)
        let isID =
            bytes.count == 36
            && bytes.enumerated().allSatisfy { index, byte in
                [8, 13, 18, 23].contains(index)
                    ? byte == 0x2D
                    : (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) || (0x61...0x66).contains(byte)
            }
        return isID ? text.lowercased() : nil
    }
    /// Refuses more entries than a path may have.
    package func checkCount() throws(StorageFault) {
        for isDefault in [false, true] {
            guard entries.count(where: { $0.subject.isDefault == isDefault }) <= Self.entriesMax else {
                throw .invalidAccessList("A path has at most \(Self.entriesMax) entries, and as many default ones.")
            }
        }
    }

    /// As lists are shown.
    package var text: String { entries.map { "\($0.subject.text):\($0.rights.text)" }.joined(separator: ",") }
    /// The rights of a subject; setting nil removes its entry.
    package subscript(subject: Subject) -> AccessRights? {
        get { entries.first { $0.subject == subject }?.rights }
        set {
            let index = entries.firstIndex { $0.subject == subject }
            switch (index, newValue) {
            case (let index?, let rights?): entries[index].rights = rights
            case (let index?, nil): entries.remove(at: index)
            case (nil, let rights?): entries.append(Entry(subject, rights))
            case (nil, nil): break
            }
        }
    }
    /// The entries of one scope, as entries of access.
    package func scope(isDefault: Bool) -> AccessList {
        AccessList(
            entries.filter { $0.subject.isDefault == isDefault }
                .map { Entry($0.subject.moved(toDefault: false), $0.rights) }
        )
    }
    package var hasDefaults: Bool { entries.contains { $0.subject.isDefault } }
    /// Refuses a list that cannot stand for a path's whole one: the entries of the owner, the owning group and all others
    /// are never guessed.
    package func checkBase() throws(StorageFault) {
        guard Self.base.allSatisfy({ self[$0] != nil }) else { throw .missingAccessEntries }
    }
    /// Whom every path has an entry for.
    static let base = [Subject(.user), Subject(.group), Subject(.other)]
    /// In the order the service shows entries in: owner, users, group, groups, mask, others; access before default.
    package var ordered: AccessList {
        AccessList(
            entries.sorted {
                ($0.subject.rank, $0.subject.name ?? "") < ($1.subject.rank, $1.subject.name ?? "")
            }
        )
    }
}

extension StorageFault {
    /// 400: an access control list that cannot be; the code is spelled as the service spells it.
    package static func invalidAccessList(_ reason: String) -> StorageFault {
        StorageFault(400, "InvaldAccessControlList", "The access control list value is invalid.\n\(reason)")
    }
    /// 400: a list that is to replace another has no entry of the owner, the owning group or all others.
    ///
    /// Code and text as the service was seen to answer a recursive change (azure-cli issue 16792); what it answers to a
    /// change of one path was not found, and is taken to be the same.
    package static let missingAccessEntries = StorageFault(
        400,
        "SetAclMissingAces",
        "Invalid ACL: the user, group and other entries are required."
    )
}
