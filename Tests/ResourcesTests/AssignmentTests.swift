// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import Kernel
import Resources
import Testing

@Suite struct AssignmentQueryTests {
    private let root = Fixture.assignment("a", at: .root)
    private let above = Fixture.assignment("b", at: .subscription(Fixture.subscription))
    private let here = Fixture.assignment("c", at: Fixture.group)
    private let below = Fixture.assignment("d", at: Fixture.account)
    private let beside = Fixture.assignment("e", at: .group(Fixture.subscription, "Shop2"))

    private func taken(_ filter: String?) throws -> [String] {
        let query = try AssignmentQuery(filter)
        return [root, above, here, below, beside].filter { query.takes($0, at: Fixture.group) }.map(\.name)
    }

    @Test func `without a filter all that concern the scope are shown`() throws {
        #expect(try taken(nil) == ["a", "b", "c", "d"])
        #expect(try taken("") == ["a", "b", "c", "d"])
    }
    @Test func `atScope leaves out those below`() throws { #expect(try taken("atScope()") == ["a", "b", "c"]) }
    @Test func `principalId takes one principal's own`() throws {
        #expect(try taken("principalId eq '\(Fixture.id)'") == ["a", "b", "c", "d"])
        #expect(try taken("principalId eq '00000000-0000-0000-0000-000000000001'") == [])
    }
    @Test func `assignedTo is left to the view of rights`() throws {
        let query = try AssignmentQuery("atScope() and assignedTo('\(Fixture.id)')")
        #expect(query.assignedTo == PrincipalID(Fixture.id))
        #expect(query.atScope)
    }
    @Test(
        "another filter is refused",
        arguments: ["principalId eq 'x'", "name eq 'a'", "atScope() or atScope()", "assignedTo()"]
    )
    func refuses(filter: String) { #expect(throws: ServiceError.self) { try AssignmentQuery(filter) } }
}

@Suite struct AssignmentRequestTests {
    private func body(_ changes: [String: JSON]) -> JSON {
        let base: [String: JSON] = [
            "roleDefinitionId": .string(
                "/subscriptions/\(Fixture.subscription.text)/providers/Microsoft.Authorization/roleDefinitions/"
                    + Fixture.reader.uuidString
            ),
            "principalId": .string(Fixture.id.uuidString), "principalType": "serviceprincipal",
        ]
        return .object(base.merging(changes) { $1 })
    }

    @Test func `role, principal and type are read in any case`() throws {
        let request = try AssignmentRequest(body([:]))
        #expect(request.role == Fixture.reader)
        #expect(request.principal == PrincipalID(Fixture.id))
        #expect(request.principalType == "ServicePrincipal")
        #expect(try AssignmentRequest(body(["principalType": .null])).principalType == nil)
    }
    @Test(
        "what cannot be is refused with the service's code",
        arguments: [
            (["roleDefinitionId": "Reader"], 400, "InvalidRoleDefinitionId"),
            (
                ["roleDefinitionId": "/roleDefinitions/00000000-0000-0000-0000-000000000001"], 400,
                "RoleDefinitionDoesNotExist"
            ),
            (["principalId": "alice"], 400, "InvalidPrincipalId"),
            (["principalType": "Robot"], 400, "InvalidPrincipalType"),
            (["condition": "@Resource[x] StringEquals 'y'"], 501, "NotImplemented"),
        ] as [([String: JSON], Int, String)]
    )
    func refuses(changes: [String: JSON], status: Int, code: String) {
        #expect { try AssignmentRequest(body(changes)) } throws: { error in
            (error as? ServiceError)?.status == status && (error as? ServiceError)?.code == code
        }
    }
    @Test func `a body without properties is refused`() {
        #expect(throws: ServiceError.self) { try AssignmentRequest(nil) }
    }
}

@Suite struct ScopeLineageTests {
    @Test func `rights come down from root, subscription, group and resource`() {
        let container = Fixture.account.appending("blobServices/default/containers/c")
        let lineage = container.lineage
        for scope in [ResourceID.root, .subscription(Fixture.subscription), Fixture.group, Fixture.account, container] {
            #expect(lineage.contains(scope), "\(scope)")
        }
        #expect(lineage.allSatisfy { $0.contains(container) })
        #expect(ResourceID.root.lineage == [.root])
    }
}
