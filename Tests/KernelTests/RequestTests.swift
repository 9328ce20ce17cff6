// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Testing

@Suite struct RequestTests {
    @Test func `a query's items are decoded, found in any case, and kept in order`() {
        let query = Query("a=1&B=two%20words&a=3&flag&empty=&=nameless&eq=x=y&plus=a+b&bad=%zz&&%61b=c")
        #expect(query["a"] == "1" && query["b"] == "two words" && query["FLAG"] == "")
        #expect(query["empty"] == "" && query["eq"] == "x=y" && query["plus"] == "a+b")
        #expect(query["bad"] == "%zz")
        #expect(query["ab"] == "c")
        #expect(query["absent"] == nil)
        #expect(query.items.map(\.name).prefix(3) == ["a", "B", "a"])
        #expect(Query("").items.isEmpty)
    }

    @Test func `a body is read once, and no further than its limit`() async throws {
        let body = Body.bytes([1, 2, 3])
        #expect(try await body.collect(limit: 3) == [1, 2, 3])
        #expect(try await body.next() == nil)
        await #expect(throws: ServiceError.self) { try await Body.bytes([1, 2, 3]).collect(limit: 2) }
        // A body that declares no length is stopped on the way.
        let endless = Body(length: nil) { () throws(ServiceError) in [UInt8](repeating: 0, count: 100) }
        await #expect(throws: ServiceError.self) { try await endless.collect(limit: 1000) }
    }
}
