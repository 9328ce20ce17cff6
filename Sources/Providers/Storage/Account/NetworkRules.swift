// SPDX-License-Identifier: Apache-2.0

/// From where an account's data can be reached (ARM `networkAcls`).
struct NetworkRules: Equatable {
    /// Whether addresses that no rule names are turned away.
    var deniesByDefault = false
    /// IPv4 addresses or ranges in CIDR form, as clients wrote them.
    var addresses: [String] = []
    /// The most rules an account has.
    static let addressesMax = 400

    /// Whether a client at `address` may come in.
    func admits(_ address: String) -> Bool {
        guard deniesByDefault else { return true }
        guard let address = NetworkAddress(address) else { return false }
        return addresses.contains { rule in
            guard let (base, bits) = Self.parse(rule), base.count == address.bytes.count else { return false }
            return zip(base, address.bytes).enumerated().allSatisfy { index, pair in
                let kept = max(0, min(8, bits - index * 8))
                return (pair.0 ^ pair.1) >> (8 - kept) == 0
            }
        }
    }
    /// Whether a rule is an IPv4 address or a range of up to /30, as the service takes them.
    static func isRule(_ text: String) -> Bool { parse(text) != nil }

    private static func parse(_ text: String) -> (base: [UInt8], bits: Int)? {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = NetworkAddress(halves[0]), address.bytes.count == 4 else { return nil }
        guard halves.count == 2 else { return halves.count == 1 ? (address.bytes, 32) : nil }
        guard let bits = Int(halves[1]), (0...32).contains(bits) else { return nil }
        return (address.bytes, bits)
    }
}
