// SPDX-License-Identifier: Apache-2.0
import Base
package import Kernel

/// One page of a list as the client asks for it, and the address of the next.
package struct Page {
    /// Most elements it may have.
    package let size: Int
    /// Where it begins: what the link of the page before carried; nil for the first.
    package let marker: String?

    /// Reads `$top` and `$skiptoken`: 400 for what is no number or no token of ours.
    package init(_ call: Call, max: Int) throws(ServiceError) {
        if let top = call.query("$top") {
            guard let count = Int(top), count > 0 else {
                throw .badRequest("InvalidTopInQueryString", "The $top '\(top.prefix(20))' must be a positive number.")
            }
            size = min(count, max)
        } else {
            size = max
        }
        guard let token = call.query("$skiptoken") else {
            marker = nil
            return
        }
        guard let bytes = [UInt8](base64URL: token), let text = String(validating: bytes, as: UTF8.self) else {
            throw Self.foreignToken
        }
        marker = text
    }

    /// A token that was tampered with.
    static let foreignToken = ServiceError.badRequest(
        "InvalidSkipToken",
        "The $skiptoken is not one this service gave."
    )

    /// The absolute address of the page behind `marker`: the same question with an opaque token.
    package static func link(_ call: Call, _ hostPlan: HostPlan, after marker: String) -> String {
        let kept = call.request.query.items.filter { $0.name.lowercased() != "$skiptoken" }
        let items = kept + [(name: "$skiptoken", value: Array(marker.utf8).base64URL)]
        let query = items.map { "\($0.name.percentEncoded())=\($0.value.percentEncoded())" }
        return hostPlan.address(call.request.host) + call.request.path + "?"
            + query.joined(separator: "&")
    }
    /// The answer of a list: `nextLink` only where there is more.
    static func reply(_ values: [JSON], _ call: Call, _ hostPlan: HostPlan, after marker: String?) -> Reply {
        var body: [String: JSON] = ["value": .array(values)]
        if let marker { body["nextLink"] = .string(link(call, hostPlan, after: marker)) }
        return .json(200, .object(body))
    }
}
