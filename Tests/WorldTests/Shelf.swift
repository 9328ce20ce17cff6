// SPDX-License-Identifier: Apache-2.0
import Base
import Bytes
import HTTPTypes
import Kernel
import Store

/// The smallest provider that keeps long bytes: named items on a shelf, open to all.
struct Shelf: ResourceProvider {
    static let namespace = "Contoso.Shelf"
    static let resourceTypes: [ResourceType<Shelf>] = []
    private static let proof = Proof.none(because: "a test's own")
    static let operations: [Operation<Shelf>] = [
        .receives("item.put", .management, .put("/items/{name}"), .anyone, proof: proof, take, then: put),
        .reads("item.get", .management, .get("/items/{name}"), .anyone, proof: proof, get),
        .writes("item.delete", .management, .delete("/items/{name}"), .anyone, proof: proof, delete),
    ]
    static func key(_ name: String) -> Key { Key("item", name) }

    func take(_ call: Call, _ scope: ReadScope, _ intake: Intake) async throws(ServiceError) {
        try await intake.take(into: .tenant, scope)
    }
    func put(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        guard let received = scope.received else { throw .unavailable("nothing was received") }
        let old = try await scope.get(ShelfItem.self, at: Self.key(call["name"]))
        let content = try await scope.keep(received, in: .tenant)
        try await scope.put(ShelfItem(content), at: Self.key(call["name"]))
        if let old { try await scope.discard(old.content, in: .tenant) }
        return Reply(201)
    }
    func get(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        guard let item = try await scope.get(ShelfItem.self, at: Self.key(call["name"])) else {
            throw .notFound("ItemNotFound", "There is no such item.")
        }
        return Reply(200, content: .stream(try await scope.read(item.content, in: .tenant, 0..<item.content.length)))
    }
    func delete(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        guard let old = try await scope.get(ShelfItem.self, at: Self.key(call["name"])) else { return Reply(204) }
        try await scope.remove(at: Self.key(call["name"]))
        try await scope.discard(old.content, in: .tenant)
        return Reply(200)
    }
}

/// An item as it is stored.
struct ShelfItem: Stored, Codable {
    var id: [UInt8]
    var length: Int64
    var places: [[Int64]]

    init(_ content: Content) {
        id = content.id
        length = content.length
        places = content.extents.map { [$0.segment, $0.offset, $0.length] }
    }
    var content: Content {
        Content(
            id: id,
            length: length,
            extents: places.map { Extent(segment: $0[0], offset: $0[1], length: $0[2]) }
        )
    }
}
