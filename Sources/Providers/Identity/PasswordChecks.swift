// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Kernel
import Synchronization

/// Lets few password hashes be computed at once: each takes 32 MiB and a core for some 60 ms, and anyone may ask.
///
/// They run apart from the event loops, which would stand still meanwhile.
final class PasswordChecks: Sendable {
    private struct State {
        var queue = PasswordQueue()
        var running = 0
        var waiting: [CheckedContinuation<Void, Never>] = []
        /// Until when no password of a user is looked at.
        ///
        /// One check at a time keeps it short.
        var closed: [PrincipalID: Timestamp] = [:]
    }
    private let state = Mutex(State())

    /// Runs `work` when it is its turn.
    ///
    /// What is decided by earlier checks, such as a lockout, is looked at and written within the turn: nobody gets
    /// around it by asking many times at once.
    func inTurn<Result>(
        from network: String?,
        _ work: () async throws(ServiceError) -> Result
    ) async throws(ServiceError) -> Result {
        try await enter(network)
        defer { leave(network) }
        return try await work()
    }
    /// Whether the password is the one whose hash is given; to be asked in turn.
    ///
    /// Without a hash the same work is done for a false answer, so that the time does not tell whether a user exists.
    func check(_ password: Secret, against hash: String?) async throws(ServiceError) -> Bool {
        do {
            return try await withTaskExecutorPreference(globalConcurrentExecutor) {
                let right = try PasswordHash.verify(password: password, against: hash ?? Self.nobodysHash)
                return right && hash != nil
            }
        } catch { throw .unavailable("checking a password: \(error)") }
    }
    /// A wrong password could not be counted, as on a full disk: none of this user's is looked at for as long as one guess
    /// costs where guesses are counted.
    func close(_ user: PrincipalID, at now: Timestamp) {
        state.withLock { state in
            state.closed = state.closed.filter { now < $0.value }
            state.closed[user] = now + .seconds(Limits.lockoutSeconds / Int64(Limits.failuresBeforeLockout))
        }
    }
    func isClosed(_ user: PrincipalID, at now: Timestamp) -> Bool {
        state.withLock { $0.closed[user].map { now < $0 } ?? false }
    }
    /// The hash of a new password.
    func hash(_ password: Secret, salt: [UInt8]) async throws(ServiceError) -> String {
        try await inTurn(from: nil) { () async throws(ServiceError) in
            do {
                return try await withTaskExecutorPreference(globalConcurrentExecutor) {
                    try PasswordHash.make(password: password, salt: salt)
                }
            } catch { throw .unavailable("hashing a password: \(error)") }
        }
    }

    /// A hash no password is known for: all zeros.
    private static let nobodysHash =
        "$scrypt$ln=15,r=8,p=1$" + [UInt8](repeating: 0, count: PasswordHash.saltBytes).base64 + "$"
        + [UInt8](repeating: 0, count: SHA256Digest.sizeBytes).base64

    private func enter(_ network: String?) async throws(ServiceError) {
        guard state.withLock({ $0.queue.join(from: network) }) else { throw SignInFault.busy }
        await withCheckedContinuation { continuation in
            let runs = state.withLock { state in
                guard state.running >= Limits.passwordChecksAtOnce else {
                    state.running += 1
                    return true
                }
                state.waiting.append(continuation)
                return false
            }
            if runs { continuation.resume() }
        }
    }
    /// Hands its place to the one who waits longest.
    private func leave(_ network: String?) {
        let next = state.withLock { state -> CheckedContinuation<Void, Never>? in
            state.queue.leave(from: network)
            guard state.waiting.isEmpty else { return state.waiting.removeFirst() }
            state.running -= 1
            return nil
        }
        next?.resume()
    }
}
