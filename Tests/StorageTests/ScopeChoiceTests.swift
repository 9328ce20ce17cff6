// SPDX-License-Identifier: Apache-2.0
import Storage
import Testing

/// Which encryption scope a request chooses, and what it may write to.
struct ScopeChoiceTests {
    private typealias Home = ScopeChoice.Home
    private static let mismatch = "BlobCustomerSpecifiedEncryptionMismatch"
    private static let forbidden = "RequestForbiddenByContainerEncryptionPolicy"

    private static func outcome(_ rule: () throws -> String?) -> String {
        var chosen: String?
        let code = Fixture.code { chosen = try rule() }
        return code ?? chosen ?? "-"
    }

    @Test(
        arguments: [
            // header, signed, customer key, standard, fixed: what a new blob lies in.
            (nil, nil, false, nil, false, "-"), (nil, nil, false, "one", false, "one"),
            (nil, nil, false, "one", true, "one"),
            ("two", nil, false, nil, false, "two"), ("two", nil, false, "one", false, "two"),
            ("two", nil, false, "one", true, forbidden), ("one", nil, false, "one", true, "one"),
            (nil, "two", false, nil, false, "two"), (nil, "two", false, "one", true, forbidden),
            ("two", "two", false, nil, false, "two"), ("two", "one", false, nil, false, "InvalidHeaderValue"),
            (nil, nil, true, "one", false, "-"), (nil, nil, true, "one", true, forbidden),
            ("one", nil, true, nil, false, "InvalidInput"), (nil, "one", true, nil, false, "InvalidInput"),
            ("$account-encryption-key", nil, false, "one", false, "-"),
            ("$account-encryption-key", nil, false, "one", true, forbidden),
            ("$account-encryption-key", nil, false, nil, true, "-"), ("one", nil, false, nil, true, forbidden),
        ] as [(String?, String?, Bool, String?, Bool, String)]
    )
    func `header, signature, key and container choose`(
        _ header: String?,
        _ signed: String?,
        _ hasKey: Bool,
        _ standard: String?,
        _ isFixed: Bool,
        _ expected: String
    ) {
        let outcome = Self.outcome {
            try ScopeChoice(header: header, signed: signed, hasCustomerKey: hasKey).scope(
                in: Home(standard: standard, isFixed: isFixed)
            )
        }
        #expect(outcome == expected)
    }

    @Test(
        arguments: [
            // header, standard, what the blob lies in: the answer to a write.
            (nil, nil, nil, "-"), (nil, nil, "one", "BlobUsesCustomerSpecifiedEncryption"),
            ("one", nil, nil, "BlobDoesNotUseCustomerSpecifiedEncryption"), ("one", nil, "one", "-"),
            ("two", nil, "one", mismatch), (nil, "one", "one", "-"), (nil, "one", "two", mismatch),
            (nil, "one", nil, "-"),
        ] as [(String?, String?, String?, String)]
    )
    func `a write states the scope of the blob`(
        _ header: String?,
        _ standard: String?,
        _ stored: String?,
        _ expected: String
    ) {
        let outcome = Self.outcome {
            try ScopeChoice(header: header, signed: nil, hasCustomerKey: false)
                .check(against: stored, in: Home(standard: standard))
            return nil
        }
        #expect(outcome == expected)
    }

    @Test(arguments: [
        ("abc", true), ("a-1", true), ("ab", false), ("-ab", false), ("ab-", false), ("a--b", false), ("Abc", false),
        ("a_b", false), ("äbc", false), (String(repeating: "a", count: 63), true),
        (String(repeating: "a", count: 64), false),
    ])
    func `names are those of the reference`(_ text: String, _ isName: Bool) {
        #expect((EncryptionScopeName(text) != nil) == isName)
    }
}
