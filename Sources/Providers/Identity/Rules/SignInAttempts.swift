// SPDX-License-Identifier: Apache-2.0
package import Base
import Kernel

/// Smart lockout: how many wrong passwords a user has had in a row, and until when none is looked at.
package struct SignInAttempts: Stored, Codable, Hashable {
    /// A user without a wrong password.
    package init() {}
    package var failures = 0
    package var lastFailure = Timestamp(seconds: 0)
    package var lockedUntil: Timestamp?

    /// Whether passwords are refused unseen.
    package func isLocked(at now: Timestamp) -> Bool { lockedUntil.map { now < $0 } ?? false }
    /// The state after one more wrong password; one that was on its way when the account was locked opens it to nobody.
    ///
    /// A lockout starts the count anew, so that an attacker who goes on has ten guesses for each minute of waiting, and
    /// the owner gets in between.
    package func afterFailure(at now: Timestamp) -> SignInAttempts {
        guard !isLocked(at: now) else { return self }
        var next = self
        if now - lastFailure > .seconds(Limits.failureMemorySeconds) { next.failures = 0 }
        next.failures += 1
        next.lastFailure = now
        next.lockedUntil = nil
        if next.failures >= Limits.failuresBeforeLockout {
            next.failures = 0
            next.lockedUntil = now + .seconds(Limits.lockoutSeconds)
        }
        return next
    }
}
