// SPDX-License-Identifier: Apache-2.0
import Base
import Clients
import Testing

extension OtherClientTests {
    @Suite struct Transfers {
        @Test func `rclone copies a tree up, compares it, lists it, copies it down and purges it`() async throws {
            let account = try await Account.make("rclone4711")
            let home = account.home
            for (name, size) in [
                ("empty", 0), ("a/small", 10), ("a/b/block", 4 << 20), ("a/b/blocks é", (9 << 20) + 1),
            ] {
                _ = try home.file("tree/\(name)", Self.filler(size))
            }
            let tree = "\(home.folder)/tree"
            let byKey = account.rclone
            try await home.must("rclone", ["copy", tree, "laz:copies"], with: byKey)
            try await home.must("rclone", ["check", "--download", tree, "laz:copies"], with: byKey)
            let listed = try await home.must("rclone", ["lsf", "-R", "--files-only", "laz:copies"], with: byKey)
            #expect(listed.text.split(separator: "\n").sorted() == ["a/b/block", "a/b/blocks é", "a/small", "empty"])
            try await home.must("rclone", ["copyto", "laz:copies/a/small", "laz:copies/moved"], with: byKey)
            try await home.must("rclone", ["deletefile", "laz:copies/empty"], with: byKey)

            let bySignature = [
                "RCLONE_CONFIG_LAZ_TYPE": "azureblob",
                "RCLONE_CONFIG_LAZ_SAS_URL": "\(account.url)/?\(try await account.signature())",
            ]
            try await home.must("rclone", ["copy", "laz:copies", "\(home.folder)/down"], with: bySignature)
            let difference = try await home.run("diff", ["-r", tree, "\(home.folder)/down"])
            #expect(
                difference.text.split(separator: "\n").sorted() == [
                    "Only in \(home.folder)/down: moved", "Only in \(tree): empty",
                ]
            )
            try await home.must("rclone", ["purge", "laz:copies"], with: bySignature)
            #expect(try await home.must("rclone", ["lsd", "laz:"], with: byKey).text.isEmpty)
            try await account.remove()
        }

        @Test func `restic backs up through rclone and restores the same bytes`() async throws {
            let account = try await Account.make("restic4711")
            let home = account.home
            let tree = "\(home.folder)/tree"
            for n in 0..<20 { _ = try home.file("tree/folder\(n % 3)/file\(n)", Self.filler(n * 40_000)) }
            let settings = account.rclone.merging(
                [
                    "RESTIC_PASSWORD": "backup", "RESTIC_REPOSITORY": "rclone:laz:backups/repository",
                    "RESTIC_CACHE_DIR": "\(home.folder)/cache",
                ]
            ) { $1 }
            for arguments in [
                ["init"], ["backup", tree], ["backup", tree], ["check", "--read-data"],
                ["restore", "latest", "--target", "\(home.folder)/restored"],
                ["forget", "--keep-last", "1", "--prune"], ["check"],
            ] {
                try await home.must("restic", arguments, with: settings, timeoutSeconds: 240)
            }
            try await home.must("diff", ["-r", tree, "\(home.folder)/restored\(tree)"])
            try await account.remove()
        }

        /// Bytes that compress badly and differ by size, without a source of chance.
        private static func filler(_ count: Int) -> [UInt8] {
            var state = UInt64(count) &+ 0x9E37_79B9_7F4A_7C15
            return (0..<count).map { _ in
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                return UInt8(truncatingIfNeeded: state >> 56)
            }
        }
    }
}
