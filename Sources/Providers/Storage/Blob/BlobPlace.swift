// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Kernel
import Store

/// Where a blob lies: its directory and its name there.
///
/// A flat container is one directory, whose id is the container's and whose names hold slashes. With a hierarchical
/// namespace a path is walked directory by directory, and a directory keeps its id when it is renamed
/// (docs/decisions/0015).
struct BlobPlace: Hashable {
    let directory: UUID
    let name: BlobName

    init(_ directory: UUID, _ name: BlobName) {
        self.directory = directory
        self.name = name
    }
}

/// What a call names: a container that is there, and a place in it that may be empty.
struct BlobSite {
    let container: Container
    let place: BlobPlace
    /// The way to it, with a hierarchical namespace; nil in flat containers.
    var way: PathWay?

    /// Where a state of this place lies.
    func key(of state: Blob) -> Key {
        if let past = state.past { StorageKey.past(place, past.moment) } else { StorageKey.blob(place) }
    }
}
