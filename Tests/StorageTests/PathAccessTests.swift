// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Testing

/// Access lists over the wire: what they open for a signed-in caller without a data role, and how they are changed.
struct PathAccessTests {
    /// The account's key, and the same client signed in by a token.
    private struct Two {
        let key: StorageClient
        let user: StorageClient
        var id: String { key.region.principal.text }

        init() async throws {
            key = try await .lake()
            var user = key
            user.identity = .bearer
            self.user = user
        }
        func set(_ path: String, _ headers: [String: String], as client: StorageClient? = nil) async throws
            -> StorageAnswer
        {
            try await (client ?? key).path(.patch, path, "action=setAccessControl", headers: headers)
        }
        /// Gives the user exactly these rights on a path.
        func allow(_ path: String, _ rights: String) async throws {
            let list = "user::rwx,user:\(id):\(rights),group::---,other::---"
            #expect(try await set(path, ["x-ms-acl": list]).status == 200, "\(path)")
        }
        func access(_ path: String, as client: StorageClient? = nil) async throws -> StorageAnswer {
            try await (client ?? key).path(.head, path, "action=getAccessControl")
        }
    }
    private static let root = "/docs/%2F"

    @Test func `a path shows whose it is and who may what`() async throws {
        let two = try await Two()
        _ = try await two.key.makeDirectory("/docs/a")
        let shown = try await two.access("/docs/a")
        #expect(shown.status == 200 && shown["x-ms-owner"] == "$superuser" && shown["x-ms-group"] == "$superuser")
        #expect(shown["x-ms-acl"] == "user::rwx,group::r-x,other::---" && shown["x-ms-permissions"] == "rwxr-x---")
        #expect(try await two.access(Self.root)["x-ms-permissions"] == "rwxr-x---")
        #expect(try await two.access("/docs/none").status == 404)
        let tag = shown["ETag"]
        #expect(try await two.set("/docs/a", ["x-ms-permissions": "1750", "If-Match": tag ?? ""]).status == 200)
        #expect(try await two.access("/docs/a")["x-ms-permissions"] == "rwxr-x--T")
        #expect(try await two.set("/docs/a", ["x-ms-permissions": "0700", "If-Match": tag ?? ""]).status == 412)
        let given = ["x-ms-owner": two.id.uppercased(), "x-ms-group": "21cd756e-e290-4a26-9547-93e8cc1a8923"]
        #expect(try await two.set(Self.root, given).status == 200)
        #expect(try await two.access(Self.root)["x-ms-owner"] == two.id)
    }

    @Test(
        arguments: [
            (["x-ms-acl": "asdf"], "InvaldAccessControlList"),
            (["x-ms-acl": "default:user::rwx"], "InvaldAccessControlList"),
            (["x-ms-acl": "user::rwx,group::r-x"], "SetAclMissingAces"),
            (["x-ms-acl": "user::rwx,other::r-x"], "SetAclMissingAces"),
            (["x-ms-acl": "user:21cd756e-e290-4a26-9547-93e8cc1a8923:rwx"], "SetAclMissingAces"),
            (["x-ms-permissions": "asdf"], "InvalidPermission"), ([:], "MissingRequiredHeader"),
            (["x-ms-owner": "someone"], "InvalidHeaderValue"),
            (["x-ms-permissions": "0700", "x-ms-acl": "user::rwx"], "InvalidInput"),
        ] as [([String: String], String)]
    )
    func `a change that cannot be changes nothing`(_ headers: [String: String], _ code: String) async throws {
        let two = try await Two()
        _ = try await two.key.makeFile("/docs/f")
        let before = try await two.access("/docs/f")
        let refused = try await two.set("/docs/f", headers)
        #expect(refused.status == 400 && refused.code == code)
        #expect(try await two.access("/docs/f").headers == before.headers)
    }

    /// "Access control model in Azure Data Lake Storage", permissions table.
    @Test func `lists let in whom no role does, for what they say`() async throws {
        let two = try await Two()
        try await two.key.write("/docs/a/f", [1])
        typealias Ask = @Sendable (StorageClient) async throws -> StorageAnswer
        let asks: [(rights: [String], status: Int, ask: Ask)] = [
            (["--x", "--x", "r--"], 200, { try await $0.path(.get, "/docs/a/f") }),
            (["--x", "--x", "r--"], 200, { try await $0.send(.get, "/docs/a/f") }),
            (
                ["--x", "--x", "rw-"], 202,
                { try await $0.path(.patch, "/docs/a/f", "action=append&position=1", body: [2]) }
            ),
            (["--x", "--x", "-w-"], 200, { try await $0.send(.put, "/docs/a/f", "comp=metadata") }),
            (["--x", "-wx", "-w-"], 201, { try await $0.makeFile("/docs/a/f") }),
            (["--x", "-wx", "---"], 201, { try await $0.makeFile("/docs/a/g") }),
            (["--x", "-wx", "---"], 201, { try await $0.makeDirectory("/docs/a/d/e") }),
            (
                ["--x", "r-x", "---"], 200,
                { try await $0.path(.get, "/docs", "resource=filesystem&recursive=false&directory=a") }
            ),
            (
                ["--x", "r-x", "---"], 200,
                { try await $0.send(.get, "/docs", "restype=container&comp=list&prefix=a%2Fx") }
            ),
            (["r-x", "---", "---"], 200, { try await $0.path(.get, "/docs", "resource=filesystem&recursive=false") }),
            (["--x", "--x", "---"], 200, { try await $0.path(.head, "/docs/a/f", "action=getStatus") }),
            (["--x", "--x", "---"], 200, { try await $0.path(.head, "/docs/a/f", "action=getAccessControl") }),
            (["--x", "--x", "-w-"], 200, { try await $0.path(.head, "/docs/a/f", "action=checkAccess&fsAction=-w-") }),
        ]
        for (number, (rights, status, ask)) in asks.enumerated() {
            for (level, one) in rights.enumerated() {
                for index in 0..<3 where Array(one)[index] != "-" {
                    var fewer = rights
                    var letters = Array(one)
                    letters[index] = "-"
                    fewer[level] = String(letters)
                    for (path, right) in zip([Self.root, "/docs/a", "/docs/a/f"], fewer) {
                        try await two.allow(path, right)
                    }
                    let refused = try await ask(two.user)
                    #expect(refused.status == 403, "ask \(number) without \(index) at \(level): \(refused.status)")
                }
            }
            for (path, right) in zip([Self.root, "/docs/a", "/docs/a/f"], rights) { try await two.allow(path, right) }
            let answer = try await ask(two.user)
            #expect(answer.status == status, "ask \(number): \(answer.status) \(answer.code ?? "")")
        }
    }
    @Test func `taking away asks the directory, and every directory below`() async throws {
        let two = try await Two()
        try await two.key.write("/docs/a/d/e/f", [1])
        for path in [Self.root, "/docs/a"] { try await two.allow(path, "-wx") }
        #expect(try await two.user.path(.delete, "/docs/a/d", "recursive=true").status == 403)
        try await two.allow("/docs/a/d", "rwx")
        #expect(try await two.user.path(.delete, "/docs/a/d", "recursive=true").status == 403)
        try await two.allow("/docs/a/d/e", "rwx")
        #expect(try await two.user.path(.delete, "/docs/a/d", "recursive=true").status == 200)
        #expect(try await two.key.paths() == ["a"])
    }
    @Test func `a rename asks both directories`() async throws {
        let two = try await Two()
        for path in ["/docs/a", "/docs/b"] { _ = try await two.key.makeDirectory(path) }
        try await two.key.write("/docs/a/f", [1])
        try await two.allow(Self.root, "--x")
        for (a, b, status) in [("-wx", "r-x", 403), ("--x", "-wx", 403), ("-w-", "-wx", 403), ("-wx", "-wx", 201)] {
            try await two.allow("/docs/a", a)
            try await two.allow("/docs/b", b)
            #expect(try await two.user.rename("/docs/a/f", to: "/docs/b/f").status == status, "\(a) \(b)")
        }
    }
    @Test func `a sticky directory's children are for their owners to take away`() async throws {
        let two = try await Two()
        try await two.allow(Self.root, "--x")
        _ = try await two.key.makeDirectory("/docs/tmp")
        #expect(try await two.set("/docs/tmp", ["x-ms-permissions": "1777"]).status == 200)
        _ = try await two.key.makeFile("/docs/tmp/hers")
        #expect(try await two.user.makeFile("/docs/tmp/mine").status == 201)
        #expect(try await two.user.path(.delete, "/docs/tmp/hers").status == 403)
        #expect(try await two.user.rename("/docs/tmp/hers", to: "/docs/tmp/x").status == 403)
        #expect(try await two.user.path(.delete, "/docs/tmp/mine").status == 200)
    }

    @Test func `whoever made a path owns it, and changes its list but not its owner`() async throws {
        let two = try await Two()
        try await two.allow(Self.root, "-wx")
        #expect(try await two.user.makeFile("/docs/mine", ["x-ms-permissions": "0600"]).status == 201)
        #expect(try await two.access("/docs/mine")["x-ms-owner"] == two.id)
        #expect(try await two.access("/docs/mine")["x-ms-group"] == "$superuser")
        #expect(try await two.set("/docs/mine", ["x-ms-permissions": "0640"], as: two.user).status == 200)
        for headers in [["x-ms-owner": "$superuser"], ["x-ms-group": "21cd756e-e290-4a26-9547-93e8cc1a8923"]] {
            let refused = try await two.set("/docs/mine", headers, as: two.user)
            #expect(refused.code == "AuthorizationPermissionMismatch", "\(headers)")
        }
        let group = PrincipalID(two.key.region.world.entropy.uuid())
        try await two.key.region.join(group)
        #expect(try await two.set("/docs/mine", ["x-ms-group": group.text], as: two.user).status == 200)
        _ = try await two.key.makeFile("/docs/hers")
        try await two.allow("/docs/hers", "rwx")
        #expect(try await two.set("/docs/hers", ["x-ms-permissions": "0777"], as: two.user).status == 403)
        #expect(try await two.user.makeFile("/docs/hers", ["x-ms-permissions": "0777"]).status == 403)
        #expect(try await two.user.makeFile("/docs/new", ["x-ms-owner": "$superuser"]).status == 403)
    }
    @Test func `groups of groups count as for roles`() async throws {
        let two = try await Two()
        try await two.key.write("/docs/f", [1])
        let group = PrincipalID(two.key.region.world.entropy.uuid())
        for (path, right) in [(Self.root, "--x"), ("/docs/f", "r--")] {
            let list = "user::rwx,group::---,group:\(group.text):\(right),other::---"
            #expect(try await two.set(path, ["x-ms-acl": list]).status == 200)
        }
        #expect(try await two.user.path(.get, "/docs/f").status == 403)
        try await two.key.region.join(group)
        #expect(try await two.user.path(.get, "/docs/f").body == [1])
    }
    @Test func `roles come first, and what they lack is asked of lists`() async throws {
        let two = try await Two()
        try await two.key.write("/docs/f", [1])
        try await two.key.assign("Storage Blob Data Reader")
        #expect(try await two.user.path(.get, "/docs/f").status == 200)
        let append = "action=append&position=1"
        #expect(try await two.user.path(.patch, "/docs/f", append, body: [2]).status == 403)
        try await two.allow(Self.root, "--x")
        try await two.allow("/docs/f", "-w-")
        #expect(try await two.user.path(.patch, "/docs/f", append, body: [2]).status == 202)
        try await two.key.assign("Storage Blob Data Contributor")
        #expect(try await two.set("/docs/f", ["x-ms-permissions": "0777"], as: two.user).status == 403)
        #expect(try await two.user.makeFile("/docs/f", ["x-ms-permissions": "0777"]).status == 403)
        try await two.key.assign("Storage Blob Data Owner")
        #expect(try await two.set("/docs/f", ["x-ms-owner": two.id], as: two.user).status == 200)
    }
    @Test func `neither another name nor a marker opens what a list does not`() async throws {
        let two = try await Two()
        try await two.key.write("/docs/open/f", [1])
        try await two.key.write("/docs/shut/secret", [1])
        try await two.allow(Self.root, "r-x")
        try await two.allow("/docs/open", "r-x")
        let list = "resource=filesystem&recursive=true"
        #expect(try await two.user.path(.get, "/docs", list).status == 403)
        for query in ["directory=shut", "directory=shut&prefix=open/", "directory=%2Fshut%2F"] {
            #expect(try await two.user.path(.get, "/docs", "\(list)&\(query)").status == 403, "\(query)")
        }
        for query in ["prefix=shut%2F&directory=open", "prefix=shut%2Fs", ""] {
            let answer = try await two.user.send(.get, "/docs", "restype=container&comp=list&\(query)")
            #expect(answer.status == 403, "\(query)")
        }
        let first = try await two.key.path(.get, "/docs", "\(list)&maxResults=3")
        let marker = (first["x-ms-continuation"] ?? "").percentEncoded()
        #expect(!marker.isEmpty)
        #expect(try await two.user.path(.get, "/docs", "\(list)&continuation=\(marker)").status == 403)
        #expect(try await two.user.path(.get, "/docs", "\(list)&directory=open").status == 200)
        #expect(try await two.user.path(.head, "/docs/shut%2Fsecret", "action=getStatus").status == 403)
    }
}
