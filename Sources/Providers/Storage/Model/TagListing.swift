// SPDX-License-Identifier: Apache-2.0
import Markup

/// One page of Find Blobs by Tags (REST "Find Blobs by Tags", response body).
package struct TagListing: Sendable {
    /// One blob.
    package struct Hit: Equatable, Sendable {
        /// Its name.
        package let name: BlobName
        /// Its container.
        package let container: ContainerName
        /// Those of its tags that the search names.
        package let tags: BlobTags
        /// Joins the three.
        package init(name: BlobName, container: ContainerName, tags: BlobTags) {
            self.name = name
            self.container = container
            self.tags = tags
        }
    }
    let endpoint: String
    let expression: String
    let hits: [Hit]
    let next: ListMarker?

    /// The answer's body.
    func body() throws(StorageFault) -> [UInt8] {
        try XMLBody.write { writer in
            writer.open("EnumerationResults", ["ServiceEndpoint": endpoint])
            writer.leaf("Where", expression, whenIllegal: .percentEncode)
            writer.open("Blobs")
            for hit in hits {
                writer.open("Blob")
                writer.leaf("Name", hit.name.text, whenIllegal: .percentEncode)
                writer.leaf("ContainerName", hit.container.text)
                writer.tags(hit.tags)
                writer.close()
            }
            writer.close()
            writer.leaf("NextMarker", next?.text ?? "")
            writer.close()
        }
    }
}
