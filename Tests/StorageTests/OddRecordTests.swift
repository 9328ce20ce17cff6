// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Storage
import Store
import Testing

/// Records under keys that hold no name, as a damaged or later release might leave them.
struct OddRecordTests {
    /// Puts one blob's record under keys that name nothing too.
    private static func disorder(_ client: StorageClient) async throws {
        try await client.region.meddle { scope, domain async throws(ServiceError) in
            let known = try await scope.list(RawBlob.self, in: domain, under: Key("blob"), limit: 1)
            guard let first = known.first else { return }
            var reader = KeyReader(first.key, after: Key("blob"))
            guard let directory = reader.uuid() else { return }
            let long = String(repeating: "x", count: 2_000)
            for key in [Key("blob", directory, ""), Key("blob", directory, long), Key("blob", directory, Int64(7))] {
                try await scope.put(first.value, in: domain, at: key)
            }
        }
    }

    @Test func `a container goes with what lies in it under no name`() async throws {
        let client = try await StorageClient.ready()
        let before = try await client.storedKeys()
        #expect(try await client.upload("/docs/x", []).status == 201)
        try await Self.disorder(client)
        #expect(try await client.storedKeys() > before + 3)
        #expect(try await client.send(.delete, "/docs", "restype=container").status == 202)
        try await client.settle()
        #expect(try await client.send(.put, "/docs", "restype=container").status == 201)
        #expect(try await client.storedKeys() == before)
    }
    @Test func `an account goes with what lies in it under no name`() async throws {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", []).status == 201)
        try await Self.disorder(client)
        #expect(try await client.manage(.delete, "").status == 200)
        try await client.settle()
        #expect(try await client.storedKeys() == 0)
    }
}
