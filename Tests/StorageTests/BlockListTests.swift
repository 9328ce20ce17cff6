// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

struct BlockListTests {
    func id(_ text: String) throws -> BlockID { try #require(BlockID(Array(text.utf8).base64)) }
    func list(_ xml: String) throws -> BlockList { try BlockList(body: Array(xml.utf8)) }

    @Test func `a list keeps the order of its elements`() throws {
        let list = try list(
            """
            <?xml version='1.0' encoding='utf-8'?>
            <BlockList><Latest>YQ==</Latest><Committed> Yg== </Committed><Uncommitted>Yw==</Uncommitted></BlockList>
            """
        )
        #expect(
            list.references == [
                .init(.latest, try id("a")), .init(.committed, try id("b")), .init(.uncommitted, try id("c")),
            ]
        )
        #expect(try self.list("<BlockList />").references.isEmpty)
    }

    @Test(arguments: [
        ("<BlockList><Latest>not base64</Latest></BlockList>", "InvalidBlockId"),
        ("<BlockList><Latest></Latest></BlockList>", "InvalidBlockId"),
        ("<BlockList><Newest>YQ==</Newest></BlockList>", "InvalidXmlDocument"),
        ("<List/>", "InvalidXmlDocument"), ("<BlockList>", "InvalidXmlDocument"), ("", "InvalidXmlDocument"),
        ("<!DOCTYPE a [<!ENTITY e 'x'>]><BlockList/>", "InvalidXmlDocument"),
    ])
    func `a body that is no list is refused`(_ xml: String, _ code: String) {
        #expect(Fixture.fault { try list(xml) }?.line == "400 \(code)")
    }

    @Test func `a list has at most fifty thousand blocks`() throws {
        let block = "<Latest>YQ==</Latest>"
        let full = "<BlockList>" + String(repeating: block, count: 50_000) + "</BlockList>"
        #expect(try list(full).references.count == 50_000)
        let over = "<BlockList>" + String(repeating: block, count: 50_001) + "</BlockList>"
        #expect(Fixture.code { try list(over) } == "BlockListTooLong")
    }

    @Test func `each block is found where the list says`() throws {
        let (a, b, c) = (try id("a"), try id("b"), try id("c"))
        let committed = [a: "old a", b: "old b"]
        let uncommitted = [a: "new a", c: "new c"]
        func resolve(_ references: [BlockList.Reference]) throws -> [String] {
            try BlockList(references).resolve(committed: committed, uncommitted: uncommitted)
        }
        #expect(
            try resolve([.init(.latest, c), .init(.latest, a), .init(.committed, a), .init(.latest, b)])
                == ["new c", "new a", "old a", "old b"]
        )
        #expect(try resolve([.init(.uncommitted, a), .init(.uncommitted, a)]) == ["new a", "new a"])
        #expect(try resolve([]).isEmpty)
        for missing in [BlockList.Reference(.uncommitted, b), .init(.committed, c), .init(.latest, try id("d"))] {
            #expect(Fixture.fault { try resolve([.init(.latest, a), missing]) }?.line == "400 InvalidBlockList")
        }
    }

    @Test func `an id is the base64 of one to sixty-four bytes, alike in length for one blob`() throws {
        #expect(BlockID([UInt8](repeating: 1, count: 64).base64) != nil)
        #expect(BlockID([UInt8](repeating: 1, count: 65).base64) == nil)
        #expect(BlockID("") == nil)
        try id("ab").checkLength(against: id("cd"))
        try id("ab").checkLength(against: nil)
        #expect(Fixture.code { try id("ab").checkLength(against: id("c")) } == "InvalidBlobOrBlock")
        #expect(try BlockID(QueryItems("blockid=YQ%3D%3D")) == id("a"))
        #expect(Fixture.code { try BlockID(QueryItems("blockid=%21")) } == "InvalidQueryParameterValue")
        #expect(Fixture.code { try BlockID(QueryItems("comp=block")) } == "MissingRequiredQueryParameter")
    }

    @Test func `the answer lists the kinds asked for`() throws {
        let blocks = [BlockListing.Block(id: try id("a"), size: 4)]
        func body(_ query: String) throws -> String {
            let selection = try BlockListing.Selection(QueryItems(query))
            return String(decoding: try BlockListing.body(selection, committed: blocks, uncommitted: []), as: UTF8.self)
        }
        let committed = "<CommittedBlocks><Block><Name>YQ==</Name><Size>4</Size></Block></CommittedBlocks>"
        let head = #"<?xml version="1.0" encoding="utf-8"?><BlockList>"#
        #expect(try body("") == head + committed + "</BlockList>")
        #expect(
            try body("blocklisttype=all") == head + committed + "<UncommittedBlocks></UncommittedBlocks></BlockList>"
        )
        #expect(try body("blocklisttype=uncommitted") == head + "<UncommittedBlocks></UncommittedBlocks></BlockList>")
        #expect(Fixture.code { try body("blocklisttype=some") } == "InvalidQueryParameterValue")
    }

    @Test func `limits grow with the version`() throws {
        let (old, middle) = (try #require(ServiceVersion("2015-12-11")), try #require(ServiceVersion("2016-05-31")))
        #expect(BlobLimits.blockBytesMax(old) == 4 << 20)
        #expect(BlobLimits.blockBytesMax(middle) == 100 << 20)
        #expect(BlobLimits.blockBytesMax(.newest) == 4000 << 20)
        #expect(BlobLimits.putBlobBytesMax(old) == 64 << 20)
        #expect(BlobLimits.putBlobBytesMax(middle) == 256 << 20)
        #expect(BlobLimits.putBlobBytesMax(.newest) == 5000 << 20)
    }
}
