// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

struct TierTests {
    static let now = Timestamp(seconds: 1_767_225_600)
    static let standard = TierHome(kind: "StorageV2", sku: "Standard_LRS")

    @Test(arguments: [
        ("StorageV2", "Standard_LRS", AccessTier.cool, BlobEntry.Kind.block, "passes"),
        ("StorageV2", "Standard_LRS", .smart, .block, "passes"),
        ("StorageV2", "Standard_LRS", .archive, .block, "passes"),
        ("StorageV2", "Standard_ZRS", .archive, .block, "400 BlobAccessTierNotSupportedForAccountType"),
        ("StorageV2", "Standard_RAGZRS", .archive, .block, "400 BlobAccessTierNotSupportedForAccountType"),
        ("StorageV2", "Standard_ZRS", .cold, .block, "passes"),
        ("Storage", "Standard_LRS", .cool, .block, "400 BlobAccessTierNotSupportedForAccountType"),
        ("BlobStorage", "Standard_GRS", .cool, .block, "passes"),
        ("BlockBlobStorage", "Premium_LRS", .hot, .block, "400 BlobAccessTierNotSupportedForAccountType"),
        ("StorageV2", "Standard_LRS", .p10, .block, "400 InvalidBlobTier"),
        ("StorageV2", "Standard_LRS", .cool, .append, "409 InvalidBlobType"),
        ("StorageV2", "Standard_LRS", .p10, .page, "400 BlobAccessTierNotSupportedForAccountType"),
        ("StorageV2", "Premium_LRS", .p10, .page, "passes"),
        ("StorageV2", "Premium_LRS", .hot, .page, "400 InvalidBlobTier"),
    ])
    func `a tier fits an account and a kind of blob`(
        _ kind: String,
        _ sku: String,
        _ tier: AccessTier,
        _ blob: BlobEntry.Kind,
        _ expected: String
    ) {
        let fault = Fixture.fault { try tier.check(for: blob, account: TierHome(kind: kind, sku: sku)) }
        #expect((fault?.line ?? "passes") == expected)
    }

    @Test func `between tiers that are online a change is done at once`() throws {
        let (tier, status) = try BlobTier().setting(.cool, priority: nil, at: Self.now)
        #expect(status == 200 && tier.current(at: Self.now) == .cool && tier.changed == Self.now)
        let (archived, done) = try tier.setting(.archive, priority: .high, at: Self.now)
        #expect(done == 200 && archived.isOffline(at: Self.now))
        let again = try archived.setting(.archive, priority: nil, at: Self.now)
        #expect(again.status == 200 && again.tier.isOffline(at: Self.now))
    }
    @Test func `the way out of the archive takes its time`() throws {
        let archived = BlobTier(explicit: .archive, changed: Self.now)
        let (tier, status) = try archived.setting(.hot, priority: nil, at: Self.now)
        #expect(status == 202)
        #expect(tier.pending(at: Self.now)?.status == "rehydrate-pending-to-hot")
        #expect(tier.pending(at: Self.now)?.priority == .standard)
        #expect(tier.isOffline(at: Self.now))
        let later = Self.now + Rehydration.Priority.standard.wait
        #expect(tier.current(at: later) == .hot && tier.pending(at: later) == nil && !tier.isOffline(at: later))
    }
    @Test func `under way only the priority can be raised`() throws {
        let archived = BlobTier(explicit: .archive, changed: Self.now)
        let way = try archived.setting(.cool, priority: .standard, at: Self.now).tier
        for tier in [AccessTier.hot, .archive] {
            let fault = Fixture.fault { _ = try way.setting(tier, priority: .high, at: Self.now) }
            #expect(fault?.line == "409 BlobBeingRehydrated")
        }
        let raised = try way.setting(.cool, priority: .high, at: Self.now)
        #expect(raised.status == 202)
        #expect(raised.tier.pending(at: Self.now)?.priority == .high)
        #expect(raised.tier.current(at: Self.now + .seconds(60)) == .cool)
        #expect(try way.setting(.cool, priority: .standard, at: Self.now).tier == way)
    }
    @Test func `headers name tiers in any case and nothing else`() throws {
        #expect(try AccessTier(try Fixture.head(.put, "/", [("x-ms-access-tier", "cOOl")])) == .cool)
        for name in ["x-ms-access-tier", "x-ms-rehydrate-priority"] {
            let head = try Fixture.head(.put, "/", [(name, "Frozen")])
            let fault = Fixture.fault {
                _ = try AccessTier(head)
                _ = try Rehydration.Priority(head)
            }
            #expect(fault?.line == "400 InvalidHeaderValue")
        }
    }
}
