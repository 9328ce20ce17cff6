// SPDX-License-Identifier: Apache-2.0
import Kernel
import Testing

@Suite struct RoleDefinitionTests {
    private func role(_ name: String) throws -> RoleDefinition {
        try #require(RoleDefinition.all.first { $0.name == name })
    }

    @Test func `a star stands for any text, at the end, at the start and in the middle`() throws {
        let owner = try role("Owner")
        #expect(owner.allows("Microsoft.Storage/storageAccounts/write", data: false))
        let reader = try role("Reader")
        #expect(reader.allows("Microsoft.Storage/storageAccounts/READ", data: false))
        #expect(!reader.allows("Microsoft.Storage/storageAccounts/write", data: false))
        #expect(!reader.allows("Microsoft.Storage/storageAccounts/listkeys/action", data: false))
        let account = try role("Storage Account Contributor")
        #expect(account.allows("microsoft.authorization/locks/read", data: false))
        #expect(account.allows("Microsoft.Authorization/a/b/read", data: false))
        #expect(!account.allows("Microsoft.Authorization/locks/write", data: false))
        #expect(!account.allows("Microsoft.Authorization/read", data: false))
        #expect(account.allows("Microsoft.Storage/storageAccounts/anything/at/all", data: false))
        #expect(!account.allows("Microsoft.Storage/storageAccounts", data: false))
    }

    @Test func `what a role leaves out it does not allow`() throws {
        let contributor = try role("Contributor")
        #expect(contributor.allows("Microsoft.Resources/tags/write", data: false))
        #expect(!contributor.allows("Microsoft.Authorization/roleAssignments/write", data: false))
        #expect(!contributor.allows("microsoft.authorization/roleassignments/DELETE", data: false))
        #expect(contributor.allows("Microsoft.Authorization/roleAssignments/read", data: false))
    }

    @Test func `rights over things are no rights over data, and the other way round`() throws {
        let read = "Microsoft.Storage/storageAccounts/blobServices/containers/blobs/read"
        #expect(try !role("Owner").allows(read, data: true))
        #expect(try role("Storage Blob Data Reader").allows(read, data: true))
        #expect(try !role("Storage Blob Data Reader").allows(read, data: false))
        #expect(try !role("Storage Blob Data Reader").allows(String(read.dropLast(4)) + "write", data: true))
    }

    @Test func `an exact action matches itself alone`() throws {
        let keys = try role("Storage Account Key Operator Service Role")
        #expect(keys.allows("Microsoft.Storage/storageAccounts/listKeys/action", data: false))
        #expect(!keys.allows("Microsoft.Storage/storageAccounts/listKeys/actions", data: false))
        #expect(!keys.allows("XMicrosoft.Storage/storageAccounts/listKeys/action", data: false))
    }

    @Test func `every role has an id and a name of its own`() {
        #expect(Set(RoleDefinition.all.map(\.id)).count == RoleDefinition.all.count)
        #expect(Set(RoleDefinition.all.map(\.name)).count == RoleDefinition.all.count)
        for role in RoleDefinition.all { #expect(RoleDefinition.of(role.id)?.name == role.name) }
    }
}
