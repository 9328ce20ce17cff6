// SPDX-License-Identifier: Apache-2.0
import Storage
import Testing

struct AccessListTests {
    static let foo = "21cd756e-e290-4a26-9547-93e8cc1a8923"
    static let bar = "f3d1c2b4-0000-4000-8000-00000000abcd"
    /// Writes `F` and `B` for the two principals, as cases are easier to read so.
    static func full(_ text: String) -> String { text.replacing("F", with: foo).replacing("B", with: bar) }
    static func fault(_ text: String) -> String? { Fixture.fault { _ = try AccessList(full(text)) }?.line }

    @Test(arguments: [
        "user::rwx,group::r-x,other::---", "user::rwx,user:F:r--,group::r-x,mask::r-x,other::---",
        "default:user:F:rwx", "user::rwx,group:B:-w-,default:mask::--x", "mask::rwx",
    ])
    func `a list is read and written again`(_ text: String) throws {
        #expect(try AccessList(Self.full(text)).text == Self.full(text))
    }
    @Test(arguments: [
        "", "asdf", "user:rwx", "user::rw", "user::rwz", "user::xwr", "users::rwx", "User::rwx", "user::rwx,", ",",
        "mask:F:rwx", "other:F:rwx", "user:someone@example.org:rwx", "user:21cd756e:rwx", "user::rwx,user::r--",
        "user:F:rwx,user:F:rwx", "default:default:user::rwx", "access:user::rwx", "user:F:rwx:", " user::rwx",
        "user::\u{72}w\u{301}x",
    ])
    func `what is no list is refused by the service's code`(_ text: String) {
        #expect(Self.fault(text) == "400 InvaldAccessControlList", "\(text)")
    }
    @Test func `object ids are the same in any case`() throws {
        let list = try AccessList("user:\(Self.foo.uppercased()):rwx")
        #expect(list[AccessList.Subject(.user, Self.foo)] == .all)
        #expect(Self.fault("user:\(Self.foo.uppercased()):rwx,user:F:rwx") != nil)
    }
    @Test func `a list has thirty-two entries of each scope`() {
        func entries(_ count: Int, _ scope: String) -> [String] {
            (0..<count).map { "\(scope)user:21cd756e-e290-4a26-9547-93e8cc1a89\(String($0 + 16, radix: 16)):r--" }
        }
        #expect(Self.fault((entries(32, "") + entries(32, "default:")).joined(separator: ",")) == nil)
        #expect(Self.fault(entries(33, "").joined(separator: ",")) == "400 InvaldAccessControlList")
        #expect(Self.fault(entries(33, "default:").joined(separator: ",")) == "400 InvaldAccessControlList")
        #expect(Self.fault(String(repeating: "user::rwx,", count: 10_000)) == "400 InvaldAccessControlList")
    }
    @Test func `what is removed is named without rights`() throws {
        let list = try AccessList(removing: Self.full("mask,default:user,user:F,group:B:,default:group::,other"))
        #expect(
            list.text == Self.full("mask::---,default:user::---,user:F:---,group:B:---,default:group::---,other::---")
        )
        for text in ["user:F:rwx", "", "users", "mask:F", "user:F,user:F:", "default"] {
            let fault = Fixture.fault { _ = try AccessList(removing: Self.full(text)) }
            #expect(fault?.line == "400 InvaldAccessControlList", "\(text)")
        }
    }

    @Test(arguments: [
        ("rwxr-x---", "rwxr-x---"), ("0750", "rwxr-x---"), ("750", "rwxr-x---"), ("111", "--x--x--x"),
        ("1777", "rwxrwxrwt"), ("1776", "rwxrwxrwT"), ("rwxrwxrwt", "rwxrwxrwt"), ("rwx-----T", "rwx-----T"),
        ("0000", "---------"),
    ])
    func `permissions are letters or octal digits`(_ text: String, _ shown: String) throws {
        #expect(try AccessMode(permissions: text).text == shown)
    }
    @Test(arguments: ["", "asdf", "75", "07500", "2750", "4755", "0780", "rwxr-x--", "rwxr-x---+", "rwsr-x---", "-1"])
    func `what are no permissions is refused by the service's code`(_ text: String) {
        #expect(Fixture.fault { _ = try AccessMode(permissions: text) }?.line == "400 InvalidPermission", "\(text)")
    }
    @Test func `a umask is four octal digits and takes permissions off`() throws {
        // REST "Path - Create": 0777 less 0057 is 0720.
        let mode = try AccessMode(permissions: "0777").without(umask: AccessMode(umask: "0057"))
        #expect(mode == AccessMode(0o720))
        #expect(AccessMode.directory.without(umask: .umask).text == "rwxr-x---")
        #expect(AccessMode.file.without(umask: .umask).text == "rw-r-----")
        #expect(AccessMode(0o1777).without(umask: .umask).text == "rwxr-x--T")
        for text in ["27", "00027", "1022", "0028", "---rwxrwx"] {
            #expect(Fixture.fault { _ = try AccessMode(umask: text) }?.line == "400 InvalidHeaderValue", "\(text)")
        }
    }
}
