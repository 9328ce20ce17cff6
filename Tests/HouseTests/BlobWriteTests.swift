// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The current state of a blob changes in one place, so that nothing that goes with every change can be forgotten.
@Suite struct BlobWriteTests {
    @Test func `only BlobWrites puts or removes the record of a current blob`() {
        let files = Repository.product.filter { $0.target == "Storage" }
        #expect(files.contains { $0.baseName == "BlobWrites.swift" })
        for file in files where file.baseName != "BlobWrites.swift" {
            for number in file.lines(of: "StorageKey.blob(") {
                let line = file.codeLine(number)
                let writes = line.contains("scope.put(") || line.contains("scope.remove(")
                #expect(!writes, "\(file.path):\(number): write with AccountData.put, remove with AccountData.remove")
            }
        }
    }
}
