// SPDX-License-Identifier: Apache-2.0

/// Entra's password policy for cloud accounts: 8 to 256 characters, three of four kinds.
package enum PasswordPolicy {
    package static let charactersMin = 8
    package static let charactersMax = 256
    private static let kindsMin = 3

    /// Whether a new password may be set.
    package static func accepts(_ password: String) -> Bool {
        guard (charactersMin...charactersMax).contains(password.count) else { return false }
        let kinds: [(Character) -> Bool] = [
            { $0.isLowercase }, { $0.isUppercase }, { $0.isNumber },
            { !$0.isLowercase && !$0.isUppercase && !$0.isNumber },
        ]
        return kinds.count { kind in password.contains(where: kind) } >= kindsMin
    }
}
