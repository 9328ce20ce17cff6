// SPDX-License-Identifier: Apache-2.0
import Bytes
import Kernel
import Testing

@Suite struct IntakeRoomTests {
    private let room = IntakeRoom()

    /// The unit while so many bodies are taken in at once.
    private func unit(beside bodies: Int) async -> Int {
        guard bodies > 0 else { return room.unit }
        return await room.hold { await unit(beside: bodies - 1) }
    }

    @Test func `a few bodies are read in the largest units, many in small ones, and all fit`() async {
        let largest = BytesLayout.chunkBytes / BytesLayout.blockBytes * BlockSealing.plainBytes
        #expect(await unit(beside: 1) == largest)
        #expect(await unit(beside: 32) == largest)
        for bodies in [33, 100, 256, 512] {
            let unit = await unit(beside: bodies)
            #expect(unit.isMultiple(of: BlockSealing.plainBytes) && unit >= BlockSealing.plainBytes)
            #expect(unit * bodies <= 32 << 20, "\(bodies)")
        }
        #expect(await unit(beside: 5_000) == BlockSealing.plainBytes)
        #expect(room.unit == largest, "who has left takes no room")
    }
}
