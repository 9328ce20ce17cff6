// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Kernel
import Store

/// The way from a container's id, by which its blobs lie, to its name: for searches by tags and the change feed.
struct ContainerPlace: Stored {
    let name: String
    static let format: UInt8 = 1
    init(_ name: ContainerName) { self.name = name.text }
    func storedBody() -> [UInt8] { Array(name.utf8) }
    init(storedBody: ArraySlice<UInt8>, format: UInt8) { name = String(decoding: storedBody, as: UTF8.self) }
}

extension StorageKey {
    static func containerPlace(_ container: UUID) -> Key { Key("container-place", container) }
}

extension WriteScope {
    /// Keeps a container's name by its id, unless it is known.
    ///
    /// Whoever makes or restores a container says so. What relies on it for a container at hand says so too: those that
    /// were made by early releases have none yet.
    func keepPlace(of container: Container, _ name: ContainerName, in domain: Domain) async throws(ServiceError) {
        let key = StorageKey.containerPlace(container.id)
        guard try await get(ContainerPlace.self, in: domain, at: key)?.name != name.text else { return }
        try await put(ContainerPlace(name), in: domain, at: key)
    }
}
