// SPDX-License-Identifier: Apache-2.0
import Kernel
import Storage
import Testing

struct OperationTableTests {
    private let table = StorageProvider.operations

    @Test func `every operation has a name of its own`() {
        let names = table.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test func `no operation on data is open to everyone or to every member`() {
        for operation in table where operation.surface == .blob {
            #expect(!operation.access.actions.isEmpty, "\(operation.name) has no action")
        }
    }

    @Test func `lists have a page limit`() {
        let lists = table.filter { $0.name.hasSuffix(".list") || $0.name.hasSuffix(".listByGroup") }
        #expect(lists.count >= 5)
        for operation in lists { #expect(operation.pageMax != nil, "\(operation.name)") }
    }

    @Test func `blobs of the root container are served like all others`() {
        let names = Set(table.map(\.name))
        let root = names.filter { $0.hasPrefix("root.") }
        #expect(root.count > 20)
        for name in root { #expect(names.contains(String(name.dropFirst(5))), "\(name)") }
    }

    @Test func `a group's deletion reaches accounts`() {
        #expect(StorageProvider.resourceTypes.map(\.name) == ["storageAccounts"])
    }
}
