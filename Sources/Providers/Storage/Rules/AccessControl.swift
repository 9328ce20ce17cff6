// SPDX-License-Identifier: Apache-2.0

/// Who owns a path and what its list lets whom do.
///
/// The list always has an entry for the owner, the owning group and all others; a mask where there are named entries; and
/// of default entries none, or those three as well.
package struct AccessControl: Hashable, Sendable {
    /// The object id of the owner, or `$superuser` where keys and signatures made it.
    package var owner: String
    /// The object id of the owning group, or `$superuser`.
    package var group: String
    package private(set) var list: AccessList
    package private(set) var isSticky: Bool

    /// Who owns what no principal made.
    package static let superuser = "$superuser"
    private typealias Subject = AccessList.Subject

    /// A path without named entries.
    package init(owner: String, group: String, _ mode: AccessMode) {
        (self.owner, self.group) = (owner, group)
        list = AccessList([
            AccessList.Entry(Subject(.user), mode.owner), AccessList.Entry(Subject(.group), mode.group),
            AccessList.Entry(Subject(.other), mode.other),
        ])
        isSticky = mode.isSticky
    }
    /// A stored one.
    package init(owner: String, group: String, list: AccessList, isSticky: Bool) {
        (self.owner, self.group, self.list, self.isSticky) = (owner, group, list, isSticky)
    }

    // MARK: As it is shown

    /// The permissions; where there is a mask, it stands in the group's place.
    package var mode: AccessMode {
        var mode = AccessMode(0)
        mode.owner = list[Subject(.user)] ?? []
        mode.group = list[Subject(.mask)] ?? list[Subject(.group)] ?? []
        mode.other = list[Subject(.other)] ?? []
        mode.isSticky = isSticky
        return mode
    }
    /// Whether there is more than the permissions tell.
    package var isExtended: Bool { list.entries.count > AccessList.base.count }
    /// `x-ms-permissions`: `rwxr-x---`, and a plus where there is more than that.
    package var permissions: String { mode.text + (isExtended ? "+" : "") }
    /// `x-ms-acl`.
    package var text: String { list.text }

    // MARK: Changes

    /// Sets permissions: where there is a mask, those of the group are the mask's, as in POSIX.
    package mutating func set(_ mode: AccessMode) {
        list[Subject(.user)] = mode.owner
        list[list[Subject(.mask)] == nil ? Subject(.group) : Subject(.mask)] = mode.group
        list[Subject(.other)] = mode.other
        isSticky = mode.isSticky
    }
    /// Replaces the list by a whole one.
    package mutating func replace(_ spec: AccessList, onDirectory isDirectory: Bool) throws(StorageFault) {
        let new = try Self.fitting(spec, isDirectory)
        try new.checkBase()
        try settle(new, changed: spec)
    }
    /// Sets single entries, and leaves the others.
    package mutating func modify(_ spec: AccessList, onDirectory isDirectory: Bool) throws(StorageFault) {
        let spec = try Self.fitting(spec, isDirectory)
        var new = list
        for entry in spec.entries { new[entry.subject] = entry.rights }
        try settle(new, changed: spec)
    }
    /// Takes entries away, where they are there.
    package mutating func remove(_ spec: AccessList, onDirectory isDirectory: Bool) throws(StorageFault) {
        let spec = try Self.fitting(spec, isDirectory)
        guard !spec.entries.contains(where: { AccessList.base.contains($0.subject) }) else {
            throw .invalidAccessList("The entries of the owner, the owning group and all others cannot be removed.")
        }
        var new = list
        for entry in spec.entries { new[entry.subject] = nil }
        for isDefault in [false, true] where spec[Subject(.mask, isDefault: isDefault)] != nil {
            guard !new.entries.contains(where: { $0.subject.isDefault == isDefault && $0.subject.name != nil }) else {
                throw .invalidAccessList("The mask is needed as long as there are named users or groups.")
            }
        }
        // A mask that is removed is not named by what is left.
        try settle(new, changed: AccessList(spec.entries.filter { $0.subject.kind != .mask }))
    }
    private static func fitting(_ spec: AccessList, _ isDirectory: Bool) throws(StorageFault) -> AccessList {
        guard isDirectory || !spec.hasDefaults else {
            throw .invalidAccessList("A file has no default entries.")
        }
        return spec
    }
    /// Completes a list: default entries have those of the owner, the group and others, and named ones have a mask, which
    /// is worked out anew when what it bounds changed and nobody named it.
    private mutating func settle(_ changed: AccessList, changed spec: AccessList) throws(StorageFault) {
        var new = changed
        if new.hasDefaults {
            for subject in AccessList.base {
                let template = subject.moved(toDefault: true)
                if new[template] == nil { new[template] = new[subject] }
            }
        }
        for isDefault in [false, true] {
            let mask = Subject(.mask, isDefault: isDefault)
            let bounded = new.entries.filter { $0.subject.isDefault == isDefault && $0.subject.isMasked }
            let isNeeded = bounded.contains { $0.subject.name != nil }
            let isTouched = spec.entries.contains { $0.subject.isDefault == isDefault && $0.subject.isMasked }
            guard spec[mask] == nil, new[mask] == nil ? isNeeded : isTouched else { continue }
            new[mask] = bounded.reduce(into: AccessRights()) { $0.formUnion($1.rights) }
        }
        try new.checkCount()
        list = new.ordered
    }

    // MARK: Children

    /// What a child made in this directory gets.
    ///
    /// Default entries become the child's access, bounded by the permissions asked for; without them those permissions
    /// hold, less the umask (REST "Path - Create", `x-ms-umask`). The group is the directory's.
    package func child(
        owner: String,
        isDirectory: Bool,
        permissions: AccessMode? = nil,
        umask: AccessMode = .umask
    ) -> AccessControl {
        let asked = permissions ?? (isDirectory ? .directory : .file)
        guard list.hasDefaults else { return AccessControl(owner: owner, group: group, asked.without(umask: umask)) }
        let given = list.scope(isDefault: true)
        var child = AccessControl(owner: owner, group: group, list: given, isSticky: false)
        var mode = child.mode
        mode.owner.formIntersection(asked.owner)
        mode.group.formIntersection(asked.group)
        mode.other.formIntersection(asked.other)
        mode.isSticky = asked.isSticky
        child.set(mode)
        if isDirectory {
            child.list = AccessList(child.list.entries + list.entries.filter(\.subject.isDefault))
        }
        return child
    }

    // MARK: Questions

    /// What a caller who is no super user may do ("Access check algorithm").
    ///
    /// The first class that fits decides: owner, named user, all fitting groups together, others. The mask bounds named
    /// users and all groups, never the owner and others.
    package func rights(of asker: AccessAsker) -> AccessRights {
        if asker.user == owner { return list[Subject(.user)] ?? [] }
        let mask = list[Subject(.mask)] ?? .all
        if let rights = list[Subject(.user, asker.user)] { return rights.intersection(mask) }
        var ofGroups: AccessRights?
        for entry in list.entries where !entry.subject.isDefault && entry.subject.kind == .group {
            guard asker.groups.contains(entry.subject.name ?? group) else { continue }
            ofGroups = (ofGroups ?? []).union(entry.rights)
        }
        return ofGroups?.intersection(mask) ?? list[Subject(.other)] ?? []
    }
    /// Whether a child of this directory may be removed or renamed as far as the sticky bit goes.
    package func sticks(_ child: AccessControl, for asker: AccessAsker) -> Bool {
        isSticky && asker.user != child.owner && asker.user != owner
    }
}

/// Whom lists are asked about.
package struct AccessAsker: Hashable, Sendable {
    /// The object id of a user or service principal, in lower case.
    package let user: String
    /// The object ids of every group it is in, directly or through other groups.
    package let groups: Set<String>

    package init(user: String, groups: Set<String>) { (self.user, self.groups) = (user, groups) }
}
