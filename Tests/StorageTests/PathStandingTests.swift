// SPDX-License-Identifier: Apache-2.0
import Kernel
import Storage
import Testing

struct PathStandingTests {
    private static func rights(_ text: String) throws -> AccessRights { try #require(AccessRights(text)) }

    /// "Access control model in Azure Data Lake Storage", permissions table: what is needed of the directory and the path.
    @Test(
        arguments: [
            (PathNeed.path(.read), "--x", "r--"), (.path([.read, .write]), "--x", "rw-"), (.path(.write), "--x", "-w-"),
            (.list, "--x", "r-x"), (.remove, "-wx", "---"), (.make, "-wx", "-w-"), (.put, "--x", "-w-"),
            (.reach, "--x", "---"),
        ] as [(PathNeed, String, String)]
    )
    func `each right is needed, and no more`(_ need: PathNeed, _ directory: String, _ path: String) throws {
        let (above, own) = (try Self.rights(directory), try Self.rights(path))
        for asked in 0..<64 {
            let (given, on) = (AccessRights(rawValue: UInt8(asked >> 3)), AccessRights(rawValue: UInt8(asked & 7)))
            let standing = PathStanding(passes: given.contains(.execute), directory: given, path: on)
            let expected = given.isSuperset(of: above) && on.isSuperset(of: own)
            #expect(standing.allows(need) == expected, "\(need) with \(given.text) and \(on.text)")
        }
    }
    @Test func `where nothing is, the directory decides what is made`() {
        for asked in 0..<8 {
            let given = AccessRights(rawValue: UInt8(asked))
            let standing = PathStanding(passes: given.contains(.execute), directory: given)
            for need in [PathNeed.make, .put] {
                #expect(standing.allows(need) == given.isSuperset(of: [.write, .execute]))
            }
            for need in [PathNeed.path(.read), .path(.write), .remove, .reach] {
                #expect(standing.allows(need) == given.contains(.execute))
            }
            for need in [PathNeed.list, .own, .rename] { #expect(!standing.allows(need)) }
        }
    }
    @Test func `whoever may not pass above may nothing, whatever the path says`() {
        var standing = PathStanding(passes: false, directory: .all, path: .all)
        standing.owns = true
        for need in [PathNeed.path([]), .list, .remove, .make, .put, .reach, .own] { #expect(!standing.allows(need)) }
        standing.readsByRole = true
        #expect(standing.allows(.reach) && standing.allows(.own) && !standing.allows(.path(.read)))
    }
    @Test func `a role's right to read is not asked of lists`() {
        var standing = PathStanding(passes: true, directory: [], path: .write)
        #expect(!standing.allows(.path([.read, .write])))
        standing.readsByRole = true
        #expect(standing.allows(.path([.read, .write])))
    }
    @Test func `the sticky bit keeps from removing and replacing`() {
        var standing = PathStanding(passes: true, directory: .all, path: .all)
        #expect(standing.allows(.remove) && standing.allows(.make))
        standing.isKept = true
        #expect(!standing.allows(.remove) && !standing.allows(.make) && standing.allows(.put))
    }

    /// Operations on data that roles alone open, and why.
    private static let closed: [String: String] = [
        "blobService.findByTags": "no searches", "container.findByTags": "no searches",
        "blob.getTags": "lists say nothing of tags", "blob.setTags": "lists say nothing of tags",
        "blob.putPage": "no page blobs",
        "blob.putPageFromURL": "no page blobs", "blob.getPageRanges": "no page blobs",
        "blob.incrementalCopy": "no page blobs", "blob.setImmutability": "no versions",
        "blob.deleteImmutability": "no versions", "blob.setLegalHold": "no versions",
        "blob.snapshot": "past states have no lists", "blob.undelete": "past states have no lists",
        "blob.deleteVersion": "past states have no lists", "blob.deletePermanently": "past states have no lists",
        "blob.deleteVersionPermanently": "past states have no lists", "path.undelete": "past states have no lists",
        "paths.listDeleted": "past states have no lists",
        "blobService.batch": "each request it carries is asked", "container.batch": "each request it carries is asked",
    ]
    @Test func `every operation on data says what lists must allow, or that only roles open it`() {
        var seen: Set<String> = []
        for operation in StorageProvider.operations where operation.surface == .blob || operation.surface == .dfs {
            guard case .data = operation.access else { continue }
            var name = operation.name[...]
            if name.hasPrefix("root.") { name = name.dropFirst(5) }
            if name.hasSuffix("Head") { name = name.dropLast(4) }
            let isOpened = PathNeed.operations.contains(String(name))
            #expect(
                isOpened != (Self.closed[String(name)] != nil),
                "\(name): give it a row in PathNeed, or say here why not"
            )
            seen.insert(String(name))
        }
        #expect(PathNeed.operations.isSubset(of: seen), "\(PathNeed.operations.subtracting(seen))")
    }
}
