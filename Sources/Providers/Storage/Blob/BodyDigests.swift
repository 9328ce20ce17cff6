// SPDX-License-Identifier: Apache-2.0
import Cryptography
import Kernel
import Synchronization

/// Works out the checksums of a body while it passes: always CRC64, MD5 where it is kept or was announced.
final class BodyDigests: ContentObserver {
    private struct State {
        var md5: MD5Hasher?
        var crc64 = CRC64()
    }
    private let state: Mutex<State>

    init(md5 needed: Bool) { state = Mutex(State(md5: needed ? MD5Hasher() : nil)) }
    func observe(_ bytes: ArraySlice<UInt8>) {
        state.withLock { state in
            state.md5?.update(bytes)
            state.crc64.update(bytes)
        }
    }
    func digests() -> [String: [UInt8]] {
        state.withLock { state in ["md5": state.md5?.finish() ?? [], "crc64": state.crc64.bytes] }
    }
}

/// Checksums of a body that was taken in.
struct BodyChecksums {
    let md5: [UInt8]
    let crc64: [UInt8]

    init(_ received: Received) {
        md5 = received.digests["md5"] ?? []
        crc64 = received.digests["crc64"] ?? []
    }
    /// Of a short body at hand.
    init(_ bytes: [UInt8], md5 needed: Bool) {
        let digests = BodyDigests(md5: needed)
        digests.observe(bytes[...])
        let all = digests.digests()
        md5 = all["md5"] ?? []
        crc64 = all["crc64"] ?? []
    }
    /// Compares with what the request announced.
    func check(_ announced: ContentChecksum?) throws(ServiceError) {
        guard let announced else { return }
        try checked { () throws(StorageFault) in try announced.check(md5: md5, crc64: crc64) }
    }
}
