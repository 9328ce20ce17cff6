// SPDX-License-Identifier: Apache-2.0
import Kernel

extension StoredWriter {
    /// Stored access policies.
    mutating func policies(_ value: [StoredPolicy]) {
        number(UInt64(value.count))
        for policy in value {
            text(policy.identifier)
            optional(policy.start)
            optional(policy.expiry)
            optional(policy.permissions)
        }
    }
}

extension StoredReader {
    /// What `StoredWriter.policies` wrote.
    mutating func policies() throws(StoredFormatError) -> [StoredPolicy] {
        var policies: [StoredPolicy] = []
        for _ in 0..<(try count()) {
            policies.append(
                StoredPolicy(
                    identifier: try text(),
                    start: try optionalTime(),
                    expiry: try optionalTime(),
                    permissions: try optionalText()
                )
            )
        }
        return policies
    }
}
