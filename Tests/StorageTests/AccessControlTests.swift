// SPDX-License-Identifier: Apache-2.0
import Storage
import Testing

struct AccessControlTests {
    private static let base = "user::rwx,user:F:rwx,group::r-x,other::---"
    private static let masked = "user::rwx,user:F:rwx,group::r-x,mask::rwx,other::---"
    private static let defaults =
        "default:user::rwx,default:user:F:rwx,default:group::r-x,default:mask::rwx,default:other::---"

    private static func made(_ mode: Int, _ lists: String...) throws -> AccessControl {
        var access = AccessControl(owner: "o", group: "g", AccessMode(mode))
        for list in lists {
            try access.replace(completed(AccessList(AccessListTests.full(list)), from: access), onDirectory: true)
        }
        return access
    }
    /// A list with the entries it leaves out, as Hadoop's client sends it: the service does not complete it (see
    /// `a list that replaces another is whole`).
    private static func completed(_ list: AccessList, from access: AccessControl) -> AccessList {
        var list = list
        for kind in [AccessList.Kind.user, .group, .other] {
            let subject = AccessList.Subject(kind)
            if list[subject] == nil { list[subject] = access.list[subject] }
        }
        return list
    }
    @Test(arguments: [
        "", "user::rwx", "user::rwx,group::r-x", "group::r-x,other::---", "user::rwx,other::---",
        "user:F:rwx,group::r-x,other::---", "user::rwx,group:F:r-x,other::---", "user::rwx,group::r-x,mask::rwx",
        "default:user::rwx,default:group::r-x,default:other::---",
    ])
    func `a list that replaces another is whole`(_ list: String) throws {
        var access = try Self.made(0o750, Self.base)
        let before = access
        let spec = list.isEmpty ? AccessList([]) : try AccessList(AccessListTests.full(list))
        let fault = Fixture.fault { try access.replace(spec, onDirectory: true) }
        #expect(fault?.line == "400 SetAclMissingAces")
        #expect(access == before)
    }
    private static func text(_ access: AccessControl) -> String {
        access.text.replacing(AccessListTests.foo, with: "F").replacing(AccessListTests.bar, with: "B")
    }

    /// What the service answers to Hadoop's own client: hadoop-azure, ITestAzureBlobFilesystemAcl.
    @Test(arguments: [
        (0o750, "\(base),default:user:F:rwx", "\(masked),\(defaults)", "rwxrwx---+"),
        (0o1750, "\(base),default:user:F:rwx", "\(masked),\(defaults)", "rwxrwx--T+"),
        (0o750, "default:user:F:rwx", "user::rwx,group::r-x,other::---,\(defaults)", "rwxr-x---+"),
        (
            0o644, "user::rw-,user:F:r--,group::r--,other::---", "user::rw-,user:F:r--,group::r--,mask::r--,other::---",
            "rw-r-----+"
        ),
        (
            0o640, "user::rw-,user:F:r--,group::r--,mask::rwx,other::---",
            "user::rw-,user:F:r--,group::r--,mask::rwx,other::---", "rw-rwx---+"
        ),
        (0o750, "mask::--x", "user::rwx,group::r-x,mask::--x,other::---", "rwx--x---+"),
        (
            0o750, "default:mask::--x",
            "user::rwx,group::r-x,other::---,default:user::rwx,default:group::r-x,default:mask::--x,default:other::---",
            "rwxr-x---+"
        ),
        (0o640, "user::rwx,group::r-x,other::rwx", "user::rwx,group::r-x,other::rwx", "rwxr-xrwx"),
        (0o750, "other::r-x", "user::rwx,group::r-x,other::r-x", "rwxr-xr-x"),
    ])
    func `a list replaces the one there was`(_ mode: Int, _ list: String, _ text: String, _ mark: String) throws {
        let access = try Self.made(mode, list)
        #expect(Self.text(access) == text)
        #expect(access.permissions == mark)
    }
    @Test func `a list without default entries ends those there were`() throws {
        let access = try Self.made(0o750, "\(Self.base),default:user:F:rwx", Self.base)
        #expect(Self.text(access) == Self.masked)
        #expect(
            Self.text(try Self.made(0o750, Self.base, "user::rwx,group::r-x,other::---"))
                == "user::rwx,group::r-x,other::---"
        )
    }

    @Test(arguments: [
        (
            "\(base),default:user:F:rwx", "user:F:r-x,default:user:F:r-x",
            "user::rwx,user:F:r-x,group::r-x,mask::r-x,other::---,default:user::rwx,default:user:F:r-x,default:group::r-x,default:mask::r-x,default:other::---"
        ),
        ("user::rw-,group::r--,other::---", "user:F:rw-", "user::rw-,user:F:rw-,group::r--,mask::rw-,other::---"),
        (
            "user::rw-,group::r--,other::---", "user:F:rwx,mask::---",
            "user::rw-,user:F:rwx,group::r--,mask::---,other::---"
        ),
        ("mask::--x", "user::rw-", "user::rw-,group::r-x,mask::--x,other::---"),
        (
            "default:mask::--x", "default:user::rw-",
            "user::rwx,group::r-x,other::---,default:user::rw-,default:group::r-x,default:mask::--x,default:other::---"
        ),
        (
            "user::rwx,group::r-x,other::---", "default:user::rwx,default:group::r-x,default:other::---",
            "user::rwx,group::r-x,other::---,default:user::rwx,default:group::r-x,default:other::---"
        ),
        ("user::rwx,group::r-x,other::---", "other::r--", "user::rwx,group::r-x,other::r--"),
    ])
    func `single entries are set`(_ before: String, _ spec: String, _ after: String) throws {
        var access = try Self.made(0o750, before)
        try access.modify(AccessList(AccessListTests.full(spec)), onDirectory: true)
        #expect(Self.text(access) == after)
    }

    @Test(arguments: [
        (
            "\(base),default:user:F:rwx", "user:F,default:user:F",
            "user::rwx,group::r-x,mask::r-x,other::---,default:user::rwx,default:group::r-x,default:mask::r-x,default:other::---"
        ),
        (
            "user::rwx,user:F:rwx,user:B:rw-,group::rw-,other::---", "user:F",
            "user::rwx,user:B:rw-,group::rw-,mask::rw-,other::---"
        ),
        (base, "user:F,mask", "user::rwx,group::r-x,other::---"),
        (
            "\(base),default:user:F:rwx", "user:F,mask,default:user:F,default:mask",
            "user::rwx,group::r-x,other::---,default:user::rwx,default:group::r-x,default:other::---"
        ),
        (
            "user::rwx,group::r-x,other::---,default:user:F:rwx",
            "default:user,default:user:F,default:group,default:mask,default:other",
            "user::rwx,group::r-x,other::---"
        ),
        (
            "user::rwx,group::r-x,other::---",
            "mask,default:user,default:group,user:F,group:F,default:user:F,default:group:F",
            "user::rwx,group::r-x,other::---"
        ),
    ])
    func `single entries are removed`(_ before: String, _ spec: String, _ after: String) throws {
        var access = try Self.made(0o750, before)
        try access.remove(AccessList(removing: AccessListTests.full(spec)), onDirectory: true)
        #expect(Self.text(access) == after)
    }
    @Test func `what a list cannot be without is not removed`() throws {
        for spec in ["user", "group", "other", "mask", "default:mask"] {
            var access = try Self.made(0o750, "\(Self.base),default:user:F:rwx")
            let before = access
            let fault = Fixture.fault { try access.remove(AccessList(removing: spec), onDirectory: true) }
            #expect(fault?.line == "400 InvaldAccessControlList", "\(spec)")
            #expect(access == before)
        }
    }
    @Test func `a file has no default entries`() throws {
        var access = try Self.made(0o640)
        let spec = try AccessList("default:user::rwx")
        #expect(Fixture.fault { try access.replace(spec, onDirectory: false) }?.line == "400 InvaldAccessControlList")
        #expect(Fixture.fault { try access.modify(spec, onDirectory: false) }?.line == "400 InvaldAccessControlList")
    }
    @Test func `a list does not grow beyond its bound, its mask counted`() throws {
        var access = try Self.made(0o750)
        let names = (0..<29).map { "user:21cd756e-e290-4a26-9547-93e8cc1a89\(String($0 + 16, radix: 16)):r--" }
        for name in names.prefix(28) { try access.modify(AccessList(name), onDirectory: true) }
        #expect(access.list.entries.count == 32)
        let before = access
        #expect(Fixture.fault { try access.modify(AccessList(names[28]), onDirectory: true) } != nil)
        #expect(access == before)
    }
    @Test func `permissions of the group are the mask's where there is one`() throws {
        var access = try Self.made(0o750, Self.base)
        access.set(try AccessMode(permissions: "0700"))
        #expect(Self.text(access) == "user::rwx,user:F:rwx,group::r-x,mask::---,other::---")
        #expect(access.permissions == "rwx------+")
        var plain = try Self.made(0o750)
        plain.set(try AccessMode(permissions: "1604"))
        #expect(plain.text == "user::rw-,group::---,other::r--" && plain.permissions == "rw----r-T")
    }

    @Test func `a child without default entries above gets what is asked for, less the umask`() throws {
        let parent = try Self.made(0o777, Self.base)
        #expect(parent.child(owner: "c", isDirectory: true) == AccessControl(owner: "c", group: "g", AccessMode(0o750)))
        #expect(parent.child(owner: "c", isDirectory: false).permissions == "rw-r-----")
        let asked = parent.child(
            owner: "c",
            isDirectory: false,
            permissions: AccessMode(0o777),
            umask: AccessMode(0o057)
        )
        #expect(asked.permissions == "rwx-w----")
    }
    /// hadoop-azure, ITestAzureBlobFilesystemAcl: testDefaultAclNewFile and its kin.
    @Test(arguments: [
        (0o750, false, 0o644, "user::rw-,user:F:rwx,group::r-x,mask::r--,other::---", "rw-r-----+"),
        (0o755, false, 0o740, "user::rwx,user:F:rwx,group::r-x,mask::r--,other::---", "rwxr-----+"),
        (0o750, true, 0o755, "user::rwx,user:F:rwx,group::r-x,mask::r-x,other::---,\(defaults)", "rwxr-x---+"),
        (0o750, true, 0o777, "\(masked),\(defaults)", "rwxrwx---+"),
    ])
    func `default entries become a child's, bounded by what is asked for, whatever the umask`(
        _ mode: Int,
        _ isDirectory: Bool,
        _ asked: Int,
        _ text: String,
        _ mark: String
    ) throws {
        let parent = try Self.made(mode, "default:user:F:rwx")
        let child = parent.child(
            owner: "c",
            isDirectory: isDirectory,
            permissions: AccessMode(asked),
            umask: AccessMode(0o777)
        )
        #expect(Self.text(child) == text)
        #expect(child.permissions == mark && child.owner == "c" && child.group == "g")
    }
    @Test func `plain default entries make plain children`() throws {
        let parent = try Self.made(0o750, "default:user::rwx,default:group::r-x,default:other::---")
        let file = parent.child(owner: "c", isDirectory: false)
        #expect(file.text == "user::rw-,group::r--,other::---" && file.permissions == "rw-r-----")
        #expect(Self.text(parent.child(owner: "c", isDirectory: true)) == parent.text)
    }
}
