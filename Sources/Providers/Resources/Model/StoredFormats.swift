// SPDX-License-Identifier: Apache-2.0
package import Kernel

extension ResourcesProvider {
    /// What this provider keeps.
    package static let storedFormats: [StoredFormat] = [
        StoredFormat(LocationPolicy.self), StoredFormat(SubscriptionTags.self),
    ]
}
