// SPDX-License-Identifier: Apache-2.0
import Base
import Synchronization

/// Which port an unsaid port means: 443 where this process may bind it, else 8443.
///
/// A region that was started before keeps the one it chose: clients, and its credentials file, know it by that.
enum PortChoice {
    private static let preferred = 443
    private static let other = 8443

    static func port(_ folder: DataFolder, _ configuration: Configuration) -> Int {
        guard configuration.port == 0 else { return configuration.port }
        if let last = last(folder), [preferred, other].contains(last) { return last }
        return Listening.problem(configuration.addresses, port: preferred) == nil ? preferred : other
    }
    /// The port of the last start; nil before the first.
    static func last(_ folder: DataFolder) -> Int? {
        if let status = try? Status.read(folder) { return status.port }
        guard folder.exists(folder.credentials), let text = try? folder.read(folder.credentials) else { return nil }
        return (try? JSON(parsing: text))?["port"]?.integer.map { Int($0) }
    }
}

/// Counts down to the moment when the last of several things has happened.
final class Countdown: Sendable {
    private let left: Mutex<Int>
    init(_ count: Int) { left = Mutex(count) }
    /// True for the call that brings it to zero.
    func reachesZero() -> Bool {
        left.withLock { left in
            left -= 1
            return left == 0
        }
    }
}
