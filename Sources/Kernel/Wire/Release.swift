// SPDX-License-Identifier: Apache-2.0

/// The release in use.
package enum Release {
    package static let version = "0.1.0"
}
