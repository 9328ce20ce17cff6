// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
// Glibc: what is an IP address.
import Glibc
import Kernel

extension Configuration {
    /// Refuses what cannot run, wherever it was said: in the file or on the command line.
    package func check() throws(ConfigurationError) {
        if let problem { throw ConfigurationError(description: problem) }
    }
    /// What is wrong with the values; nil when nothing is.
    var problem: String? {
        if data.isEmpty { return "data names a folder" }
        if !Self.isDomain(domain) { return "domain '\(domain)' is not \(Self.aDomain)" }
        if !(0...65535).contains(port) { return "port is between 0 and 65535, not \(port)" }
        if !["debug", "info", "warning", "error"].contains(logLevel) {
            return "logLevel is debug, info, warning or error, not '\(logLevel)'"
        }
        if !limits.arePositive { return "limits are positive" }
        return problemOfAddresses ?? problemOfNames ?? problemOfMetrics
    }

    private var problemOfAddresses: String? {
        if addresses.isEmpty { return "addresses names at least one" }
        if let wrong = addresses.first(where: { ListeningAddress($0) == nil }) {
            return "addresses: '\(wrong)' is no IP address"
        }
        return Self.repeated(addresses).map { "addresses: '\($0)' stands there twice" }
    }
    private var problemOfNames: String? {
        for set in names {
            for (member, name) in set.members where !Self.isDomain(name) {
                return "names: \(member) '\(name)' is not \(Self.aDomain)"
            }
            guard set.storage.hasPrefix("core.") else {
                return
                    "the storage suffix '\(set.storage)' must begin with 'core.': clients find the account name by it"
            }
        }
        let own = NameSet(domain: domain)
        let all = [domain, own.management, own.login, own.graph, own.storage, own.vault, own.registry, own.portal]
        return Self.repeated(all + names.flatMap { $0.members.map(\.name) })
            .map { "names: '\($0)' would lead to two services" }
    }
    private var problemOfMetrics: String? {
        guard !metrics.isEmpty else { return nil }
        let folder = metrics.lastIndex(of: "/").map { String(metrics[..<$0]) + "/" } ?? "."
        return DataFolder("/").isFolder(folder) ? nil : "metrics: the folder of '\(metrics)' does not exist"
    }

    private static let aDomain =
        "a DNS name: labels of 1 to 63 of a-z, 0-9 and inner hyphens, 200 characters at most, the last label no number"
    /// A name that certificates, URLs and pages can hold as it stands; no address.
    private static func isDomain(_ text: String) -> Bool {
        let labels = text.split(separator: ".", omittingEmptySubsequences: false)
        return text.utf8.count <= 200
            && labels.allSatisfy { label in
                (1...63).contains(label.utf8.count) && label.first != "-" && label.last != "-"
                    && label.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
            } && labels.last?.utf8.allSatisfy { (48...57).contains($0) } == false
    }
    private static func repeated(_ texts: [String]) -> String? {
        var seen: Set<String> = []
        return texts.first { !seen.insert($0).inserted }
    }
}

extension Configuration.Names {
    fileprivate var members: [(member: String, name: String)] {
        [
            ("management", management), ("login", login), ("graph", graph), ("storage", storage), ("vault", vault),
            ("registry", registry), ("portal", portal),
        ]
    }
}

extension Configuration {
    /// Lays what a file says over the defaults, member by member, and refuses what has no place or another form.
    struct Merge {
        /// A configuration with one element in every list: what each member looks like.
        private static func form() throws -> JSON {
            var form = Configuration()
            form.names = [
                Names(management: "", login: "", graph: "", storage: "", vault: "", registry: "", portal: "")
            ]
            return try JSON(parsing: try JSONCoding.encode(form))
        }
        static func merged(_ given: JSON) throws -> JSON {
            let defaults = try JSON(parsing: try JSONCoding.encode(Configuration()))
            guard given.object != nil else {
                throw ConfigurationError(description: "the file holds one JSON object")
            }
            return try merge(given, like: try form(), over: defaults, at: "")
        }
        private static func merge(
            _ given: JSON,
            like form: JSON,
            over known: JSON?,
            at path: String
        ) throws(ConfigurationError) -> JSON {
            switch (given, form) {
            case (.string, .string), (.integer, .integer), (.bool, .bool): return given
            case (.array(let elements), .array(let forms)):
                guard let one = forms.first else { return given }
                var merged: [JSON] = []
                for (index, element) in elements.enumerated() {
                    merged.append(try merge(element, like: one, over: nil, at: "\(path)[\(index)]"))
                }
                return .array(merged)
            case (.object(let members), .object(let forms)):
                let prefix = path.isEmpty ? "" : path + "."
                var merged = known?.object ?? [:]
                for (name, value) in members.sorted(by: { $0.key < $1.key }) {
                    guard let form = forms[name] else {
                        throw ConfigurationError(description: "unknown member '\(prefix)\(name)'")
                    }
                    merged[name] = try merge(value, like: form, over: known?[name], at: prefix + name)
                }
                if let missing = forms.keys.sorted().first(where: { merged[$0] == nil }) {
                    throw ConfigurationError(description: "member '\(prefix)\(missing)' is missing")
                }
                return .object(merged)
            default:
                throw ConfigurationError(
                    description: "member '\(path)' has the wrong type: \(noun(form)) is wanted"
                )
            }
        }
        private static func noun(_ form: JSON) -> String {
            switch form {
            case .string: "a text"
            case .integer: "a whole number"
            case .bool: "true or false"
            case .array: "a list"
            default: "an object"
            }
        }
    }
}

/// Finds a member that an object of a valid JSON text names twice: readers disagree which of the two counts.
struct RepeatedMember {
    /// The first such name; nil when every name stands once.
    static func name(in text: [UInt8]) -> String? {
        // The names of each object that is open; a list counts as one without names.
        var open: [Set<[UInt8]>] = []
        var at = 0
        while at < text.count {
            switch text[at] {
            case UInt8(ascii: "{"), UInt8(ascii: "["): open.append([])
            case UInt8(ascii: "}"), UInt8(ascii: "]"): open.removeLast()
            case UInt8(ascii: "\""):
                let start = at + 1
                at = start
                while at < text.count, text[at] != UInt8(ascii: "\"") { at += text[at] == UInt8(ascii: "\\") ? 2 : 1 }
                let name = Array(text[start..<min(at, text.count)])
                let next = text[min(at + 1, text.count)...].first { !" \t\r\n".utf8.contains($0) }
                guard next == UInt8(ascii: ":"), let last = open.indices.last else { break }
                if !open[last].insert(name).inserted { return String(decoding: name, as: UTF8.self) }
            default: break
            }
            at += 1
        }
        return nil
    }
}
