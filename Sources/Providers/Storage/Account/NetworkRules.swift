// SPDX-License-Identifier: Apache-2.0

/// From where an account's data can be reached (ARM `networkAcls`).
struct NetworkRules: Equatable {
    /// What a rule is written in.
    enum Family: String {
        case four = "IPv4"
        case six = "IPv6"
    }
    /// Whether addresses that no rule names are turned away.
    var deniesByDefault = false
    /// Addresses of both families or ranges in CIDR form, as clients wrote them.
    var addresses: [String] = []
    /// The most rules of a family that an account has.
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
    /// The rules of one family.
    func addresses(_ family: Family) -> [String] { addresses.filter { Self.family(ofRule: $0) == family } }
    /// What a rule is written in; nil where it is neither an address nor a range of them.
    ///
    /// An IPv4 address mapped into IPv6 counts as what it stands for, as it does where a client comes from.
    static func family(ofRule text: String) -> Family? {
        parse(text).map { $0.base.count == 4 ? .four : .six }
    }

    private static func parse(_ text: String) -> (base: [UInt8], bits: Int)? {
        let halves = text.split(separator: "/", omittingEmptySubsequences: false)
        guard let address = NetworkAddress(halves[0]) else { return nil }
        let most = address.bytes.count * 8
        guard halves.count == 2 else { return halves.count == 1 ? (address.bytes, most) : nil }
        guard let bits = Int(halves[1]), (0...most).contains(bits) else { return nil }
        return (address.bytes, bits)
    }
}
