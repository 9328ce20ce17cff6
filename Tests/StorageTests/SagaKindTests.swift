// SPDX-License-Identifier: Apache-2.0
import Kernel
import Storage
import Testing

/// Work that goes on by itself, by what it is for.
struct SagaKindTests {
    /// docs/decisions/0024: what takes things away goes on where the store takes no more.
    @Test func `what takes things away may use the store's reserve, and nothing else may`() {
        let writing: Set<String> = [
            "storage.blobCopy", "storage.lifecycle", "storage.inventory", "storage.changeFeedBeginning",
            "storage.changeFeed",
        ]
        for saga in StorageProvider.sagas {
            let work = type(of: saga)
            #expect(work.frees != writing.contains(work.kind), "\(work.kind)")
        }
    }
}
