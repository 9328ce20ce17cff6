// SPDX-License-Identifier: Apache-2.0
import Base
package import Kernel

/// An `application/x-www-form-urlencoded` body (WHATWG URL §5): `+` is a blank, names are exact.
package struct FormBody: Sendable {
    private let fields: [String: String]

    package init(_ bytes: [UInt8]) throws(ServiceError) {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw SignInFault.malformed("the form is not UTF-8")
        }
        var fields: [String: String] = [:]
        let items = text.split(separator: "&", maxSplits: Limits.formFieldsMax)
        guard items.count <= Limits.formFieldsMax else {
            throw SignInFault.malformed("the form has more than \(Limits.formFieldsMax) fields")
        }
        for item in items {
            let halves = item.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            guard let name = Self.decoded(halves[0]), let value = Self.decoded(halves.count > 1 ? halves[1] : "") else {
                throw SignInFault.malformed("the form has a broken escape")
            }
            // RFC 6749 §3.2: a parameter must not be given twice.
            guard fields.updateValue(value, forKey: name) == nil else {
                throw SignInFault.malformed("the parameter '\(name.prefix(100))' is given twice")
            }
        }
        self.fields = fields
    }

    /// A field's value; nil when it is missing or empty (RFC 6749 §3.2 treats both alike).
    package subscript(name: String) -> String? { fields[name].flatMap { $0.isEmpty ? nil : $0 } }
    /// A field's value, or the error that names what is missing.
    package func required(_ name: String) throws(ServiceError) -> String {
        guard let value = self[name] else { throw SignInFault.missing(name) }
        return value
    }

    package static func decoded(_ text: Substring) -> String? {
        guard text.utf8.contains(UInt8(ascii: "+")) else { return String(text).percentDecoded }
        return String(text.map { $0 == "+" ? " " : $0 }).percentDecoded
    }
}
