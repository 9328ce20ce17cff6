// SPDX-License-Identifier: Apache-2.0
package import Bytes
import Store

extension Journal {
    /// The last extent of every segment that records refer to, by segment: how far each file reaches at least.
    ///
    /// One read a segment, whatever lies in it.
    package func lastExtents() async throws(ServiceError) -> [Extent] {
        let scope = try await reader(kernelNamespace, KeyRing.regionTenant)
        let prefix = Key("extent")
        var keys = prefix.children
        var extents: [Extent] = []
        while true {
            // From the back: the last extent of the last segment, then that of the segment before it.
            let last = try await scope.list(ExtentCount.self, in: .region, keys: keys, limit: 1, reverse: true)
            guard let item = last.first else { return extents.reversed() }
            var reader = KeyReader(item.key, after: prefix)
            guard let segment = reader.integer(), let offset = reader.integer() else {
                throw .unavailable("the index of extents has a key of another form: \(item.key)")
            }
            extents.append(Extent(segment: segment, offset: offset, length: item.value.length))
            keys.to = Key("extent", segment)
        }
    }
}
