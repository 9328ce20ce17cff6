// SPDX-License-Identifier: Apache-2.0
import Base
import Markup

/// The times a client asks a user delegation key for (REST "Get User Delegation Key", request body).
struct KeyInfo {
    let start: Timestamp
    let expiry: Timestamp
    /// The tenant of the users its signatures are made for.
    let userTenant: TenantID?

    /// Reads the body; without a start the key begins at once.
    init(_ body: [UInt8], now: Timestamp) throws(StorageFault) {
        let root = try XMLBody.parse(
            body,
            root: "KeyInfo",
            limits: XMLLimits(bytesMax: BlobLimits.xmlBytesMax, elementsMax: 8, depthMax: 2),
            tooLarge: .requestBodyTooLarge(limit: BlobLimits.xmlBytesMax)
        )
        try root.allowOnly(["Start", "Expiry", "DelegatedUserTid"])
        let users = root.optionalText("DelegatedUserTid")
        userTenant = users.flatMap { TenantID(text: $0) }
        if let users, userTenant == nil { throw .invalidXMLNodeValue("DelegatedUserTid", users) }
        func time(_ name: String) throws(StorageFault) -> Timestamp? {
            guard let text = root.optionalText(name) else { return nil }
            guard let time = SharedAccessSignature.moment(text) else { throw .invalidXMLNodeValue(name, text) }
            return time.wholeSecond
        }
        guard let expiry = try time("Expiry") else { throw .missingRequiredXMLNode("Expiry") }
        let start = try time("Start") ?? now.wholeSecond
        guard now - start <= DelegatedKey.reach, start - now <= DelegatedKey.reach else {
            throw .invalidXMLNodeValue("Start", start.iso8601Seconds)
        }
        guard expiry > start, expiry > now, expiry - now <= DelegatedKey.reach else {
            throw .invalidXMLNodeValue("Expiry", expiry.iso8601Seconds)
        }
        self.start = start
        self.expiry = expiry
    }
}
