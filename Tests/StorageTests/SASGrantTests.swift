// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Storage
import Testing

struct SASGrantTests {
    func grant(_ scope: SASGrant.Scope, _ letters: String) throws -> SASGrant {
        SASGrant(
            scope: scope,
            permissions: try #require(SASPermissions(letters, allowed: .account)),
            encryptionScope: nil,
            overrides: HTTPFields(),
            keyIndex: 0
        )
    }

    @Test func `letters come in any order but are known and come once`() {
        #expect(SASPermissions("dwr", allowed: .service) == SASPermissions("rwd", allowed: .service))
        #expect(SASPermissions("rr", allowed: .service) == nil)
        #expect(SASPermissions("rz", allowed: .service) == nil)
        #expect(SASPermissions("R", allowed: .service) == nil)
        #expect(SASPermissions("u", allowed: .service) == nil)
    }

    @Test(arguments: [
        ("r", SASNeed.readBlob, true), ("wdlacx", .readBlob, false), ("w", .writeBlob, true),
        ("rdlac", .writeBlob, false),
        ("d", .deleteBlob, true), ("rwlacx", .deleteBlob, false), ("x", .deleteVersion, true),
        ("d", .deleteVersion, false),
        ("l", .listBlobs, true), ("rwdacx", .listBlobs, false), ("a", .appendBlock, true),
        ("rdlc", .appendBlock, false),
        ("c", .snapshotBlob, true), ("d", .breakBlobLease, true), ("d", .leaseBlob, false), ("t", .blobTags, true),
        ("rwdlac", .blobTags, false), ("y", .deletePermanently, true), ("i", .immutability, true),
        ("l", .getAccountInformation, true), ("rwdlacupxytfi", .containerACL, false),
        ("rwdlacupxytfi", .getUserDelegationKey, false),
    ])
    func `an account's letters permit what the reference lists`(_ letters: String, _ need: SASNeed, _ isPermitted: Bool)
        throws
    {
        let grant = try grant(.account(services: "b", types: "sco"), letters)
        #expect((Fixture.fault { try grant.permits(need) } == nil) == isPermitted)
    }

    @Test func `create alone reaches only what does not exist`() throws {
        #expect(try grant(.blob, "c").permits(.putBlob) == .onlyIfAbsent)
        #expect(try grant(.blob, "cw").permits(.putBlob) == .always)
        #expect(Fixture.code { try grant(.blob, "c").permits(.writeBlob) } == "AuthorizationPermissionMismatch")
    }

    @Test func `an account's signature names its services and levels`() throws {
        let queue = try grant(.account(services: "qtf", types: "sco"), "rwl")
        #expect(Fixture.code { try queue.permits(.readBlob) } == "AuthorizationServiceMismatch")
        let objects = try grant(.account(services: "b", types: "o"), "rwl")
        #expect(try objects.permits(.readBlob) == .always)
        #expect(Fixture.code { try objects.permits(.listBlobs) } == "AuthorizationResourceTypeMismatch")
        #expect(Fixture.code { try objects.permits(.listContainers) } == "AuthorizationResourceTypeMismatch")
    }

    @Test func `a container's signature lists its blobs but does not change the container`() throws {
        let grant = try grant(.container, "rwdlac")
        #expect(try grant.permits(.listBlobs) == .always)
        for need in [
            SASNeed.createContainer, .deleteContainer, .getContainerProperties, .containerACL, .listContainers,
        ] {
            #expect(Fixture.code { try grant.permits(need) } == "AuthorizationFailure")
        }
        let blob = try self.grant(.blob, "rwdlac")
        #expect(Fixture.code { try blob.permits(.listBlobs) } == "AuthorizationFailure")
    }
}
