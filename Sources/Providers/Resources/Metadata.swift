// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

extension ResourcesProvider {
    /// The cloud's addresses, for anyone who asks: each set of names answers with its own.
    func showMetadata(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        guard let version = call.query("api-version") else {
            throw .badRequest(
                "MissingApiVersionParameter",
                "The api-version query parameter (?api-version=) is required for all requests."
            )
        }
        let document = MetadataDocument.json(call.destination.names, hostPlan)
        return .json(200, version < MetadataDocument.objectSince ? [document] : document)
    }
}
