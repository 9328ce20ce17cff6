// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// The value of an ETag: new with every write of a container or blob.
struct EntityTag: Hashable {
    let value: UInt64

    init(_ value: UInt64) { self.value = value }

    /// A value like the service's, which grows with time (100 ns since year one); chance takes the place of its last
    /// 1.7 seconds, so that writes at one moment differ, and a write always differs from the one before it.
    init(_ scope: WriteScope, after old: EntityTag? = nil) {
        let ticks = UInt64(621_355_968_000_000_000 + scope.now.microseconds * 10)
        let fresh = (ticks >> 24) << 24 | scope.entropy.upTo(1 << 24)
        value = fresh == old?.value ? fresh ^ 1 : fresh
    }
    /// Without quotes, as listings show it.
    var text: String { "0x" + String(value, radix: 16, uppercase: true) }
    /// With quotes, as headers show it.
    var quoted: String { "\"\(text)\"" }
}
