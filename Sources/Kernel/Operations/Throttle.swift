// SPDX-License-Identifier: Apache-2.0
import Base
import Synchronization

/// How much one caller may ask for.
package struct RequestLimits: Sendable {
    /// Requests per second that one caller may keep up.
    package var perSecond: Int
    /// Requests that may come at once after a quiet time.
    package var burst: Int
    package init(perSecond: Int, burst: Int) {
        self.perSecond = perSecond
        self.burst = burst
    }
}

/// A token bucket for each caller.
final class Throttle: Sendable {
    /// Callers remembered; beyond it all start with a full bucket again.
    static let callersMax = 10_000
    private struct Bucket {
        var tokens: Double
        var at: Timestamp
    }
    private let limits: RequestLimits
    private let buckets = Mutex<[String: Bucket]>([:])

    init(_ limits: RequestLimits) { self.limits = limits }

    /// Takes one request from the caller's bucket; false when it is empty.
    func admits(_ caller: String, at now: Timestamp) -> Bool {
        buckets.withLock { buckets in
            if buckets.count >= Self.callersMax, buckets[caller] == nil { buckets.removeAll() }
            var bucket = buckets[caller] ?? Bucket(tokens: Double(limits.burst), at: now)
            let seconds = Double(max(0, now.microseconds - bucket.at.microseconds)) / 1_000_000
            bucket.tokens = min(Double(limits.burst), bucket.tokens + seconds * Double(limits.perSecond))
            bucket.at = max(now, bucket.at)
            let admitted = bucket.tokens >= 1
            if admitted { bucket.tokens -= 1 }
            buckets[caller] = bucket
            return admitted
        }
    }
}
