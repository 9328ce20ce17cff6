// SPDX-License-Identifier: Apache-2.0
import BytesDisk
import Suites
import Testing

@Suite struct BytesSuiteTests {
    @Test(arguments: BytesSuite.all)
    func `bytes in memory keep every promise`(check: BytesSuite.Check) async throws {
        try await check.run(MemorySubject())
    }

    @Test(arguments: BytesSuite.all)
    func `bytes on disk keep every promise`(check: BytesSuite.Check) async throws {
        try await withBytesFolder { root in
            let subject = DiskSubject(root: root, options: DiskOptions())
            try await check.run(subject)
            await subject.close()
        }
    }

    /// Every few extents fill a segment and every read may have to open one, so sealing, removal and eviction happen.
    @Test(arguments: BytesSuite.all)
    func `bytes on disk keep every promise with tiny segments and two handles`(check: BytesSuite.Check) async throws {
        try await withBytesFolder { root in
            let options = DiskOptions(segmentBytes: 200_000, keepFreeBytes: 0, threads: 2, handlesMax: 2)
            let subject = DiskSubject(root: root, options: options)
            try await check.run(subject)
            await subject.close()
        }
    }
}
