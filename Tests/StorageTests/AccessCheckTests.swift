// SPDX-License-Identifier: Apache-2.0
import Storage
import Testing

/// Who may do what by a list, against a second evaluator that was written from the reference and shares no code.
struct AccessCheckTests {
    private static let owner = "0a000000-0000-4000-8000-000000000001"
    private static let named = "0a000000-0000-4000-8000-000000000002"
    private static let other = "0a000000-0000-4000-8000-000000000003"
    private static let owning = "0b000000-0000-4000-8000-000000000001"
    private static let team = "0b000000-0000-4000-8000-000000000002"
    private static let digits = ["---", "--x", "-w-", "-wx", "r--", "r-x", "rw-", "rwx"]

    /// "Access control lists (ACLs) in Azure Data Lake Storage", access check algorithm, over the list as text, for one
    /// letter.
    private static func allows(_ letter: Character, _ text: String, user: String, groups: [String]) -> Bool {
        let lines = text.split(separator: ",").map { $0.split(separator: ":", omittingEmptySubsequences: false) }
        func has(_ line: [Substring]) -> Bool { line[2].contains(letter) }
        let mask = lines.first { $0[0] == "mask" }.map(has) ?? true
        if user == owner { return lines.contains { $0[0] == "user" && $0[1].isEmpty && has($0) } }
        if let line = lines.first(where: { $0[0] == "user" && $0[1] == user }) { return has(line) && mask }
        let mine = lines.filter { line in
            line[0] == "group" && groups.contains(line[1].isEmpty ? owning : String(line[1]))
        }
        if !mine.isEmpty { return mine.contains(where: has) && mask }
        return lines.contains { $0[0] == "other" && has($0) }
    }
    private static func check(_ text: String) throws {
        let list = try AccessList(text)
        let access = AccessControl(owner: owner, group: owning, list: list, isSticky: false)
        for user in [owner, named, other] {
            for groups in [[], [owning], [team], [owning, team]] {
                let rights = access.rights(of: AccessAsker(user: user, groups: Set(groups)))
                for (letter, right) in [("r", .read), ("w", .write), ("x", .execute)] as [(Character, AccessRights)] {
                    let expected = allows(letter, text, user: user, groups: groups)
                    // An expectation for each of some hundred thousand cases takes longer than the cases.
                    guard rights.contains(right) != expected else { continue }
                    Issue.record("\(letter) \(user) \(groups): \(text)")
                }
            }
        }
    }
    private static func text(_ fields: [(String, String?)]) -> String {
        fields.compactMap { subject, rights in rights.map { "\(subject):\($0)" } }.joined(separator: ",")
    }

    @Test func `every combination of one right is decided as the reference says`() throws {
        let one: [String?] = ["---", "r--"]
        for owner in one {
            for user in one + [nil] {
                for group in one {
                    for team in one + [nil] {
                        for mask in one + [nil] {
                            for other in one {
                                try Self.check(
                                    Self.text([
                                        ("user:", owner), ("user:\(Self.named)", user), ("group:", group),
                                        ("group:\(Self.team)", team), ("mask:", mask), ("other:", other),
                                    ])
                                )
                            }
                        }
                    }
                }
            }
        }
    }
    @Test func `any mixture of rights is decided as the reference says`() throws {
        var generator = Generator(seed: 17)
        for _ in 0..<2_000 {
            func some(_ generator: inout Generator) -> String { Self.digits[generator.upTo(8)] }
            func maybe(_ generator: inout Generator) -> String? { generator.upTo(3) == 0 ? nil : some(&generator) }
            try Self.check(
                Self.text([
                    ("user:", some(&generator)), ("user:\(Self.named)", maybe(&generator)),
                    ("group:", some(&generator)),
                    ("group:\(Self.team)", maybe(&generator)), ("mask:", maybe(&generator)),
                    ("other:", some(&generator)),
                    ("default:user:\(Self.other)", "rwx"), ("default:group:\(Self.owning)", "rwx"),
                ])
            )
        }
    }
    @Test func `who is refused by an entry of her own is not let in by a wider one`() throws {
        let text = "user::rwx,user:\(Self.named):---,group::rwx,mask::rwx,other::rwx"
        let access = AccessControl(owner: Self.owner, group: Self.owning, list: try AccessList(text), isSticky: false)
        #expect(access.rights(of: AccessAsker(user: Self.named, groups: [Self.owning])) == [])
        #expect(access.rights(of: AccessAsker(user: Self.other, groups: [])) == .all)
    }
    @Test func `the sticky bit keeps a child for its owner and the directory's`() {
        let directory = AccessControl(owner: "d", group: "g", AccessMode(0o1777))
        let child = AccessControl(owner: "c", group: "g", AccessMode(0o666))
        for (user, isKept) in [("c", false), ("d", false), ("x", true)] {
            #expect(directory.sticks(child, for: AccessAsker(user: user, groups: [])) == isKept)
        }
        let plain = AccessControl(owner: "d", group: "g", AccessMode(0o777))
        #expect(!plain.sticks(child, for: AccessAsker(user: "x", groups: [])))
    }

    @Test func `lists made by changes are always whole and within bounds`() throws {
        var generator = Generator(seed: 3)
        let subjects = ["user:", "group:", "other:", "mask:", "user:\(Self.named)", "group:\(Self.team)"]
        for _ in 0..<3_000 {
            var access = AccessControl(owner: "o", group: "g", AccessMode(generator.upTo(0o2000)))
            for _ in 0..<generator.upTo(6) {
                var entries: [String: String] = [:]
                for _ in 0...generator.upTo(4) {
                    let scope = generator.upTo(2) == 0 ? "default:" : ""
                    entries[scope + subjects[generator.upTo(6)]] = Self.digits[generator.upTo(8)]
                }
                let kind = generator.upTo(3)
                // Half of those that replace a list are whole, as they have to be.
                if kind == 0, generator.upTo(2) == 0 {
                    for subject in subjects.prefix(3) where entries[subject] == nil {
                        entries[subject] = Self.digits[generator.upTo(8)]
                    }
                }
                if kind == 2 {
                    let list = try AccessList(removing: entries.keys.joined(separator: ","))
                    try? access.remove(list, onDirectory: true)
                } else {
                    let list = try AccessList(entries.map { "\($0):\($1)" }.joined(separator: ","))
                    if kind == 1 {
                        try access.modify(list, onDirectory: true)
                    } else {
                        let before = access
                        let isWhole = subjects.prefix(3).allSatisfy { entries[$0] != nil }
                        let fault = Fixture.fault { try access.replace(list, onDirectory: true) }
                        #expect(isWhole ? fault == nil : fault?.code == "SetAclMissingAces" && access == before)
                    }
                }
            }
            try Self.checkWhole(access)
            let child = access.child(
                owner: "c",
                isDirectory: generator.upTo(2) == 0,
                permissions: AccessMode(generator.upTo(0o1000))
            )
            try Self.checkWhole(child)
        }
    }
    private static func checkWhole(_ access: AccessControl) throws {
        #expect(try AccessList(access.text) == access.list, "\(access.text)")
        for isDefault in [false, true] where !isDefault || access.list.hasDefaults {
            for kind in [AccessList.Kind.user, .group, .other] {
                #expect(access.list[AccessList.Subject(kind, isDefault: isDefault)] != nil, "\(access.text)")
            }
            let hasNamed = access.list.entries.contains { $0.subject.isDefault == isDefault && $0.subject.name != nil }
            if hasNamed {
                #expect(access.list[AccessList.Subject(.mask, isDefault: isDefault)] != nil, "\(access.text)")
            }
        }
    }
}
