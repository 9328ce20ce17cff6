// SPDX-License-Identifier: Apache-2.0
import Markup

/// The list a blob is made of (REST "Put Block List").
package struct BlockList: Equatable, Sendable {
    /// Where a block is looked for.
    package enum Source: String, Sendable {
        case committed = "Committed"
        case uncommitted = "Uncommitted"
        /// Among the uncommitted blocks, then among the committed.
        case latest = "Latest"
    }
    /// One entry.
    package struct Reference: Equatable, Sendable {
        /// Where to look.
        package let source: Source
        /// What to look for.
        package let id: BlockID
        /// Joins the two.
        package init(_ source: Source, _ id: BlockID) {
            self.source = source
            self.id = id
        }
    }
    /// The entries, in the order of the blob's bytes; an id may come more than once.
    package let references: [Reference]

    /// A list at hand.
    package init(_ references: [Reference]) { self.references = references }

    /// Reads the body of Put Block List.
    package init(body: [UInt8]) throws(StorageFault) {
        let limits = XMLLimits(
            bytesMax: BlobLimits.blockListBytesMax,
            elementsMax: BlobLimits.committedBlocksMax + 1,
            depthMax: 4
        )
        let root = try XMLBody.parse(body, root: "BlockList", limits: limits, tooLarge: .blockListTooLong)
        var references: [Reference] = []
        references.reserveCapacity(root.children.count)
        for element in root.children {
            guard let source = Source(rawValue: element.name) else {
                throw .invalidXMLDocument("BlockList cannot hold \(element.name).")
            }
            guard let id = BlockID(element.trimmed) else { throw .invalidBlockID }
            references.append(Reference(source, id))
        }
        self.references = references
    }

    /// The blocks the list names, in its order, or `invalidBlockList` when one is not where the list says.
    package func resolve<Block>(committed: [BlockID: Block], uncommitted: [BlockID: Block]) throws(StorageFault)
        -> [Block]
    {
        var blocks: [Block] = []
        blocks.reserveCapacity(references.count)
        for reference in references {
            let found =
                switch reference.source {
                case .committed: committed[reference.id]
                case .uncommitted: uncommitted[reference.id]
                case .latest: uncommitted[reference.id] ?? committed[reference.id]
                }
            guard let found else { throw .invalidBlockList }
            blocks.append(found)
        }
        return blocks
    }
}
