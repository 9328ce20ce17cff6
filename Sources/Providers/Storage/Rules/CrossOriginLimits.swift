// SPDX-License-Identifier: Apache-2.0

/// What the service takes of rules for other origins (REST "Cross-Origin Resource Sharing support for Azure Storage",
/// usage limitations of CORS rules).
package enum CrossOriginLimits {
    /// What is wrong with one element of a rule, or with the rules together.
    package struct Flaw: Error, Equatable {
        /// The element as XML writes it; nil where no single one is at fault.
        package let element: String?
        package let value: String
        package let why: String
    }
    /// The most rules of a service.
    package static let rulesMax = 5
    /// Characters of an origin or of the name of a header.
    package static let nameMax = 256
    /// Names of headers of a list that stand for one header each, and those that end with an asterisk.
    package static let literalsMax = 64
    package static let prefixesMax = 2
    /// Bytes of all elements of all rules together, without what XML puts around them.
    package static let bytesMax = 2 * 1024
    /// The verbs a rule may name.
    package static let methods: Set<String> = ["DELETE", "GET", "HEAD", "MERGE", "POST", "OPTIONS", "PUT", "PATCH"]

    /// Throws the first flaw of the rules.
    package static func check(_ rules: [ServiceProperties.CORSRule]) throws(Flaw) {
        guard rules.count <= rulesMax else {
            throw Flaw(element: nil, value: "", why: "there are at most \(rulesMax) CORS rules.")
        }
        for rule in rules { try check(rule) }
        let bytes = rules.reduce(0) { sum, rule in
            let texts = [rule.allowedOrigins, rule.allowedMethods, rule.allowedHeaders, rule.exposedHeaders]
            return texts.reduce(sum + String(rule.maxAgeSeconds).utf8.count) { $0 + $1.utf8.count }
        }
        guard bytes <= bytesMax else {
            throw Flaw(element: nil, value: "", why: "all CORS rules together have at most \(bytesMax) bytes.")
        }
    }
    private static func check(_ rule: ServiceProperties.CORSRule) throws(Flaw) {
        let origins = names(rule.allowedOrigins)
        guard !origins.isEmpty, origins.allSatisfy({ $0.count <= nameMax }) else {
            throw flaw(
                "AllowedOrigins",
                rule.allowedOrigins,
                "a rule names at least one origin, each of at most \(nameMax) characters."
            )
        }
        let verbs = names(rule.allowedMethods)
        guard !verbs.isEmpty, verbs.allSatisfy(methods.contains) else {
            let known = methods.sorted().joined(separator: ", ")
            throw flaw("AllowedMethods", rule.allowedMethods, "a rule names at least one method, each of \(known).")
        }
        for (element, text) in [("AllowedHeaders", rule.allowedHeaders), ("ExposedHeaders", rule.exposedHeaders)] {
            let headers = names(text)
            guard headers.allSatisfy({ $0.count <= nameMax }) else {
                throw flaw(element, text, "the name of a header has at most \(nameMax) characters.")
            }
            let prefixes = headers.count { $0.hasSuffix("*") }
            guard prefixes <= prefixesMax, headers.count - prefixes <= literalsMax else {
                throw flaw(
                    element,
                    text,
                    "a list has at most \(literalsMax) names of headers, and \(prefixesMax) that end with *."
                )
            }
        }
        guard (0...Int(Int32.max)).contains(rule.maxAgeSeconds) else {
            throw flaw("MaxAgeInSeconds", String(rule.maxAgeSeconds), "it is a number of seconds, not below zero.")
        }
    }
    private static func flaw(_ element: String, _ value: String, _ why: String) -> Flaw {
        Flaw(element: element, value: String(value.prefix(nameMax)), why: "\(element): \(why)")
    }
    /// The items of a list, without the spaces between them.
    private static func names(_ text: String) -> [String] {
        text.split(separator: ",").map { $0.filter { $0 != " " } }.filter { !$0.isEmpty }
    }
}

extension StorageFault {
    /// 400: the same as what the service says of its XML; a rule's text is at fault, or the document.
    init(_ flaw: CrossOriginLimits.Flaw) {
        self = flaw.element.map { .invalidXMLNodeValue($0, flaw.value) } ?? .invalidXMLDocument(flaw.why)
    }
}
