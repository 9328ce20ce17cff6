// SPDX-License-Identifier: Apache-2.0

/// Who may wait for a password check: so many in all, and so many of one network, that no single party keeps everybody
/// else from signing in.
package struct PasswordQueue: Sendable {
    private var count = 0
    private var ofNetwork: [String: Int] = [:]

    package init() {}

    /// Takes a place, which `leave` gives back; false when there is none.
    ///
    /// `network` is `IPAddressText.network` of the client; nil for work of those who are signed in.
    package mutating func join(from network: String?) -> Bool {
        guard count < Limits.passwordChecksAtOnce + Limits.passwordChecksWaiting else { return false }
        if let network {
            let others = ofNetwork[network, default: 0]
            guard others < Limits.passwordChecksPerNetwork else { return false }
            ofNetwork[network] = others + 1
        }
        count += 1
        return true
    }
    package mutating func leave(from network: String?) {
        count -= 1
        guard let network, let all = ofNetwork[network] else { return }
        ofNetwork[network] = all > 1 ? all - 1 : nil
    }
}
