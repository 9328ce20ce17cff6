// SPDX-License-Identifier: Apache-2.0
import Markup

/// The answer of Get Block List.
package struct BlockListing: Equatable, Sendable {
    /// Which blocks `blocklisttype` asks for.
    package enum Selection: String, Sendable {
        case committed
        case uncommitted
        case all

        /// Reads the parameter; committed when it was not sent.
        package init(_ query: QueryItems) throws(StorageFault) {
            guard let text = query["blocklisttype"], !text.isEmpty else {
                self = .committed
                return
            }
            guard let selection = Selection(rawValue: text.lowercased()) else {
                throw .invalidQueryParameterValue("blocklisttype", text)
            }
            self = selection
        }
    }
    /// One block.
    package struct Block: Equatable, Sendable {
        /// The client's name for it.
        package let id: BlockID
        /// Its length in bytes.
        package let size: Int64
        /// Joins the two.
        package init(id: BlockID, size: Int64) {
            self.id = id
            self.size = size
        }
    }

    /// The body: committed blocks in the order of the blob, uncommitted ones in the order given.
    package static func body(_ selection: Selection, committed: [Block], uncommitted: [Block]) throws(StorageFault)
        -> [UInt8]
    {
        try XMLBody.write { writer in
            writer.open("BlockList")
            if selection != .uncommitted { write(committed, as: "CommittedBlocks", to: &writer) }
            if selection != .committed { write(uncommitted, as: "UncommittedBlocks", to: &writer) }
            writer.close()
        }
    }
    private static func write(_ blocks: [Block], as name: String, to writer: inout XMLWriter) {
        writer.open(name)
        for block in blocks {
            writer.open("Block")
            writer.leaf("Name", block.id.text)
            writer.leaf("Size", block.size)
            writer.close()
        }
        writer.close()
    }
}
