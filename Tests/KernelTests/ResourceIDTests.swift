// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Testing

@Suite struct ResourceIDTests {
    private static let group = "/subscriptions/deadbeef-dead-4eef-9eef-deadbeefdead/resourceGroups/Shop"
    private let widget = ResourceID("\(Self.group)/providers/Contoso.Probe/widgets/One")

    @Test func `an id keeps its spelling and compares in any case`() {
        #expect(widget == ResourceID(widget.text.uppercased()))
        #expect(widget.text.hasSuffix("widgets/One"))
        #expect(ResourceID("//a///b/") == ResourceID("/A/B"))
        #expect(ResourceID("") == .root)
        #expect(Set([widget, ResourceID(widget.canonical)]).count == 1)
    }

    @Test func `an id tells what it names`() {
        #expect(widget.name == "One")
        #expect(widget.type == "Contoso.Probe/widgets")
        #expect(widget.group == "Shop")
        #expect(widget.subscription?.text == "deadbeef-dead-4eef-9eef-deadbeefdead")
        #expect(widget.appending("parts/p").type == "Contoso.Probe/widgets/parts")
        #expect(ResourceID(Self.group).type == nil)
        #expect(ResourceID("/subscriptions/x").subscription == nil)
    }

    @Test func `a scope contains what lies below it and not what only begins alike`() {
        let group = ResourceID(Self.group)
        #expect(group.contains(widget) && group.contains(group) && ResourceID.root.contains(group))
        #expect(!widget.contains(group))
        #expect(!group.contains(ResourceID(Self.group + "2")))
        #expect(!ResourceID(Self.group + "/providers/Contoso.Probe/widgets/O").contains(widget))
    }

    @Test func `rights come down from the root, the subscription, the group and the resource`() {
        #expect(widget.lineage.count == 5)
        #expect(widget.lineage.first == .root && widget.lineage.last == widget)
        #expect(ResourceID(Self.group).lineage.count == 3)
        #expect(ResourceID.root.lineage == [.root])
    }

    /// What rights and locks are looked up against, told by the dispatcher.
    @Test(arguments: [
        ("/providers/Contoso.Probe/widgets/One", "GET", "/providers/Contoso.Probe/widgets/One"),
        ("/providers/Contoso.Probe/widgets/One/listKeys", "POST", "/providers/Contoso.Probe/widgets/One"),
        ("/providers/Contoso.Probe/widgets", "GET", ""), ("", "GET", ""),
        (
            "/providers/Contoso.Probe/widgets/One/providers/Contoso.Probe/locks/l", "GET",
            "/providers/Contoso.Probe/widgets/One"
        ),
        ("/providers/Contoso.Probe/locks/l", "GET", ""),
        ("/providers/Contoso.Probe/widgets/a%20b", "GET", "/providers/Contoso.Probe/widgets/a b"),
    ])
    func `a path addresses the resource it acts on`(below: String, method: String, resource: String) async throws {
        let region = try await ProbedRegion()
        let answer = await region.send(method == "GET" ? .get : .post, Self.group + below)
        #expect(try answer.body()["resource"]?.string == Self.group + resource)
    }

    @Test func `a list of groups addresses the subscription, and what is above it nothing`() async throws {
        let region = try await ProbedRegion()
        let subscription = String(Self.group.dropLast("/resourceGroups/Shop".count))
        #expect(
            try await region.send(.get, subscription + "/resourceGroups").body()["resource"]?.string == subscription
        )
        #expect(try await region.send(.get, "/tenants").body()["resource"] == nil)
        #expect(try await region.send(.get, "/providers/Contoso.Probe/locks/l").body()["resource"]?.string == "/")
    }
}

extension Answer {
    /// The reply's JSON.
    func body() throws -> JSON {
        guard case .bytes(let bytes) = reply.content else { return .null }
        return try JSON(parsing: bytes)
    }
}
