// SPDX-License-Identifier: Apache-2.0

/// One house for all tests that leave it as it was: opening one takes a key pair and memory-hard hashes.
actor SharedHouse {
    static let one = SharedHouse()
    private var opening: Task<HouseRegion, any Error>?

    func opened() async throws -> HouseRegion {
        let task = opening ?? Task { try await HouseRegion.open() }
        opening = task
        return try await task.value
    }
}
