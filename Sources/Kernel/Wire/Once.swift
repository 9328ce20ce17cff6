// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A value that is taken at most once.
final class Once<Value: Sendable>: Sendable {
    private let slot: Mutex<Value?>
    init(_ value: Value) { slot = Mutex(value) }
    func take() -> Value? {
        slot.withLock { slot in
            defer { slot = nil }
            return slot
        }
    }
}
