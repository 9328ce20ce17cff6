// SPDX-License-Identifier: Apache-2.0
public import FoundationEssentials

/// What the code under it may not fetch for itself: time, chance and other threads.
///
/// Passed through initializers, so that a simulated world can be put in its place (invariant 5).
public struct World: Sendable {
    /// Wall time and sleep.
    public let clock: any WallClock
    /// Unpredictable bytes.
    public let entropy: any Entropy
    /// Where work that keeps a core busy runs beside what waits for it; nil: where its caller runs.
    public let apart: (any TaskExecutor)?
    /// Joins a clock, a source of chance and other cores.
    public init(clock: any WallClock, entropy: any Entropy, apart: (any TaskExecutor)? = nil) {
        self.clock = clock
        self.entropy = entropy
        self.apart = apart
    }
}

/// Tells the time of day and wakes a task later.
public protocol WallClock: Sendable {
    /// The time of day.
    var now: Timestamp { get }
    /// Suspends for `duration`; throws `CancellationError` when the task is cancelled first.
    func sleep(for duration: Duration) async throws
}

/// A source of bytes that nobody can foretell.
public protocol Entropy: Sendable {
    /// `count` fresh random bytes.
    func bytes(_ count: Int) -> [UInt8]
}

extension Entropy {
    /// A random (version 4) UUID, RFC 9562 §5.4.
    public func uuid() -> UUID {
        var b = bytes(16)
        b[6] = (b[6] & 0x0f) | 0x40
        b[8] = (b[8] & 0x3f) | 0x80
        return UUID(bytes: b) ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    }
    /// A UUID of a moment and chance (version 7), RFC 9562 §5.7: one made in a later millisecond sorts behind.
    ///
    /// For rows that come in great numbers: a store in the order of its keys then takes the new ones at one place.
    public func uuid(at time: Timestamp) -> UUID {
        var b = bytes(16)
        let milliseconds = UInt64(max(0, time.microseconds)) / 1_000
        for i in 0..<6 { b[i] = UInt8(truncatingIfNeeded: milliseconds >> UInt64(40 - 8 * i)) }
        b[6] = (b[6] & 0x0f) | 0x70
        b[8] = (b[8] & 0x3f) | 0x80
        return UUID(bytes: b) ?? UUID(uuid: (0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    }
    /// A number in `0..<bound`, for jitter; `bound` must be positive.
    public func upTo(_ bound: UInt64) -> UInt64 {
        precondition(bound > 0, "a bound is positive")
        return bytes(8).reduce(0) { $0 << 8 | UInt64($1) } % bound
    }
}

/// The region's own clock and random source.
public struct SystemClock: WallClock {
    /// The machine's clock.
    public init() {}
    /// The machine's time of day.
    public var now: Timestamp { Timestamp(microseconds: Int64(Date().timeIntervalSince1970 * 1_000_000)) }
    /// Sleeps on the machine's clock.
    public func sleep(for duration: Duration) async throws { try await Task.sleep(for: duration) }
}

/// The operating system's random source.
public struct SystemEntropy: Entropy {
    /// The kernel's generator.
    public init() {}
    /// Random bytes from the kernel's generator.
    public func bytes(_ count: Int) -> [UInt8] {
        var generator = SystemRandomNumberGenerator()
        var out: [UInt8] = []
        out.reserveCapacity(count + 8)
        while out.count < count {
            var word = generator.next()
            for _ in 0..<8 {
                out.append(UInt8(truncatingIfNeeded: word))
                word >>= 8
            }
        }
        out.removeLast(out.count - count)
        return out
    }
}
