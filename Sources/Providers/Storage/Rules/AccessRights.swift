// SPDX-License-Identifier: Apache-2.0

/// Read, write and execute, as in one octal digit.
package struct AccessRights: OptionSet, Hashable, Sendable {
    package let rawValue: UInt8
    /// Reads a file; with `execute`, lists a directory.
    package static let read = AccessRights(rawValue: 4)
    /// Writes a file; with `execute`, makes, removes and renames what a directory holds.
    package static let write = AccessRights(rawValue: 2)
    /// Passes through a directory.
    package static let execute = AccessRights(rawValue: 1)
    package static let all: AccessRights = [.read, .write, .execute]

    package init(rawValue: UInt8) { self.rawValue = rawValue }
    /// Reads `rwx`, with a dash for each that is missing; nil for anything else.
    package init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 3 else { return nil }
        var bits: UInt8 = 0
        for (byte, (letter, bit)) in zip(bytes, [(0x72, 4), (0x77, 2), (0x78, 1)] as [(UInt8, UInt8)]) {
            guard byte == letter || byte == 0x2D else { return nil }
            if byte == letter { bits |= bit }
        }
        rawValue = bits
    }
    /// `r-x`.
    package var text: String {
        (contains(.read) ? "r" : "-") + (contains(.write) ? "w" : "-") + (contains(.execute) ? "x" : "-")
    }
}

/// The permissions of owner, owning group and all others, and the sticky bit (REST "Path - Update", `x-ms-permissions`).
package struct AccessMode: Hashable, Sendable {
    package var owner: AccessRights
    /// Of the owning group; where a list has a mask, the mask.
    package var group: AccessRights
    package var other: AccessRights
    /// Of a directory: only who owns a child, or the directory, removes or renames the child.
    package var isSticky: Bool

    /// The low nine bits of a number, and the tenth for the sticky bit.
    package init(_ bits: Int) {
        owner = AccessRights(rawValue: UInt8(bits >> 6 & 7))
        group = AccessRights(rawValue: UInt8(bits >> 3 & 7))
        other = AccessRights(rawValue: UInt8(bits & 7))
        isSticky = bits & 0o1000 != 0
    }
    /// What a new directory gets where a request names nothing (REST "Path - Create", `x-ms-permissions`).
    package static let directory = AccessMode(0o777)
    /// What a new file gets where a request names nothing.
    package static let file = AccessMode(0o666)
    /// What is taken off where a request names no `x-ms-umask`.
    package static let umask = AccessMode(0o027)
    /// What the root directory of a new file system has (REST "Filesystem - Create"; `az storage fs access show`).
    package static let root = AccessMode(0o750)

    /// Reads `rwxr-x---`, whose last letter is `t` or `T` for the sticky bit, or octal digits (`0750`, `750`, `1750`).
    package init(permissions text: String) throws(StorageFault) {
        guard let mode = Self.symbolic(text) ?? Self.octal(text, digits: 3...4) else {
            throw StorageFault(
                400,
                "InvalidPermission",
                "The permission value is invalid.\nWrite '\(text.prefix(32))' as rwxr-x--- or in octal digits, as 0750."
            )
        }
        self = mode
    }
    /// Reads four octal digits.
    package init(umask text: String) throws(StorageFault) {
        guard let mode = Self.octal(text, digits: 4...4), !mode.isSticky else {
            throw .invalidHeaderValue("x-ms-umask", text)
        }
        self = mode
    }
    /// What a request says is to be taken off; nil where it says nothing.
    static func umask(_ head: RequestHead) throws(StorageFault) -> AccessMode? {
        try head.text("x-ms-umask").map { text throws(StorageFault) in try AccessMode(umask: text) }
    }
    private static func octal(_ text: String, digits: ClosedRange<Int>) -> AccessMode? {
        let bytes = Array(text.utf8)
        guard digits.contains(bytes.count), bytes.allSatisfy({ (0x30...0x37).contains($0) }) else { return nil }
        let bits = bytes.reduce(0) { $0 << 3 | Int($1 - 0x30) }
        return bits < 0o2000 ? AccessMode(bits) : nil
    }
    private static func symbolic(_ text: String) -> AccessMode? {
        var bytes = Array(text.utf8)
        guard bytes.count == 9, let last = bytes.last else { return nil }
        let isSticky = last == 0x74 || last == 0x54
        if isSticky { bytes[8] = last == 0x74 ? 0x78 : 0x2D }
        let classes = [0, 3, 6].map { AccessRights(String(decoding: bytes[$0..<$0 + 3], as: UTF8.self)) }
        guard let owner = classes[0], let group = classes[1], let other = classes[2] else { return nil }
        var mode = AccessMode(0)
        (mode.owner, mode.group, mode.other, mode.isSticky) = (owner, group, other, isSticky)
        return mode
    }

    /// What is left when a umask is taken off; the sticky bit stays.
    package func without(umask: AccessMode) -> AccessMode {
        var mode = self
        mode.owner.subtract(umask.owner)
        mode.group.subtract(umask.group)
        mode.other.subtract(umask.other)
        return mode
    }
    /// `rwxr-x--t`.
    package var text: String {
        let text = owner.text + group.text + other.text
        return isSticky ? text.dropLast() + (other.contains(.execute) ? "t" : "T") : text
    }
}
