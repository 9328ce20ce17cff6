// SPDX-License-Identifier: Apache-2.0

/// The bytes of a write: they say which one it is, in the store itself or in an extent.
enum Filling {
    private static let longBytes = 40_000
    static func bytes(_ write: Int) -> [UInt8] {
        let text = Array("\(write) ".utf8)
        guard write.isMultiple(of: 3) else { return text }
        return text + [UInt8](repeating: UInt8(truncatingIfNeeded: write), count: longBytes - text.count)
    }
    /// The write whose bytes these are; nil when they are no write's.
    static func write(_ bytes: [UInt8]) -> Int? {
        guard let write = Int(String(decoding: bytes.prefix { $0 != UInt8(ascii: " ") }, as: UTF8.self)) else {
            return nil
        }
        return bytes == Self.bytes(write) ? write : nil
    }
}
