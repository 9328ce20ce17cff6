// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

/// The current state of a blob changes in one place, so that nothing that goes with every change can be forgotten.
@Suite struct BlobWriteTests {
    /// The change feed hears of a past state where these put it.
    @Test func `only BlobWrites and BlobStates put or remove the record of a past state`() {
        let keepers: Set<String> = ["BlobWrites.swift", "BlobStates.swift"]
        let movers: Set<String> = ["Snapshots.swift", "PathUndelete.swift"]
        let writes = ["scope.put(", "scope.remove("]
        for file in Repository.product where file.target == "Storage" && !keepers.contains(file.baseName) {
            for number in file.lines(of: "StorageKey.past(") + file.lines(of: "site.key(of:") {
                let line = file.codeLine(number)
                // A state that is restored moves from what was to what is, which is told.
                let moves = movers.contains(file.baseName) && line.contains("scope.remove(")
                #expect(
                    moves || !writes.contains { line.contains($0) },
                    "\(file.path):\(number): write with AccountData.put(past:), remove with AccountData.delete or end"
                )
            }
        }
    }
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
