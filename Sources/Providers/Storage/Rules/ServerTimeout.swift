// SPDX-License-Identifier: Apache-2.0

/// How long a client lets the service work at its request: `timeout`, in seconds (REST "Setting timeouts for Blob service
/// operations", and its kin for queues and tables).
///
/// The service reduces what is longer than its own bound without a word. The region's bounds are its own whatever is asked
/// for, so the parameter is read for its form alone.
enum ServerTimeout {
    private static let name = "timeout"

    /// Refuses what is no positive whole number; no number is too long.
    static func check(_ query: QueryItems) throws(StorageFault) {
        guard let text = query[name], !text.isEmpty else { return }
        let isNumber = text.utf8.allSatisfy { (48...57).contains($0) }
        guard isNumber, text.utf8.contains(where: { $0 != 48 }) else {
            throw .invalidQueryParameterValue(
                name,
                String(text.prefix(64)),
                "It is a positive whole number of seconds."
            )
        }
    }
}
