// SPDX-License-Identifier: Apache-2.0
// Glibc: a thread that blocks on the disk must not be one of Swift's pool.
import Glibc

/// Runs `body` on a thread of its own, which ends when the body returns; false when the machine has no thread left.
func startThread(_ body: @escaping @Sendable () -> Void) -> Bool {
    final class Start {
        let body: @Sendable () -> Void
        init(_ body: @escaping @Sendable () -> Void) { self.body = body }
    }
    let start = unsafe Unmanaged.passRetained(Start(body))
    var thread = pthread_t()
    let result = unsafe pthread_create(
        &thread,
        nil,
        { argument in
            guard let argument = unsafe argument else { return nil }
            unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().body()
            return nil
        },
        start.toOpaque()
    )
    guard result == 0 else {
        unsafe start.release()
        return false
    }
    pthread_detach(thread)
    return true
}

/// A counting semaphore.
///
/// `@unchecked Sendable`: the kernel's own semaphore is the lock, and its address never changes.
/// `@safe`: the address is private, and valid as long as the object lives.
@safe final class Semaphore: @unchecked Sendable {
    private let raw: UnsafeMutablePointer<sem_t>

    init() {
        unsafe raw = .allocate(capacity: 1)
        unsafe raw.initialize(to: sem_t())
        unsafe sem_init(raw, 0, 0)
    }
    deinit {
        unsafe sem_destroy(raw)
        unsafe raw.deallocate()
    }
    func signal() { unsafe sem_post(raw) }
    func wait() {
        while unsafe sem_wait(raw) != 0 {}
    }
}
