// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
package import Kernel

/// Everything an operator decides, from one file.
///
/// What is not said has the value documented in `config/lazuli.json`.
package struct Configuration: Sendable, Codable, Equatable {
    /// Where the region keeps everything it must not lose.
    package var data = "./var"
    /// The domain `D` of the region's names.
    package var domain = "lazuli.localhost"
    /// The HTTPS port; 0 takes 443 where it may be bound, else 8443.
    package var port = 0
    /// The addresses listened on.
    package var addresses = ["127.0.0.1", "::1"]
    /// Further sets of names the region answers under.
    package var names: [Names] = []
    /// What one caller and one storage account may be asked for.
    package var limits = Limits()
    /// The file that measurements are written to; none when empty.
    package var metrics = ""
    /// `debug`, `info`, `warning` or `error`.
    package var logLevel = "info"

    /// One further set of names; suffixes without a leading dot.
    package struct Names: Sendable, Codable, Equatable {
        package var management: String
        package var login: String
        package var graph: String
        package var storage: String
        package var vault: String
        package var registry: String
        package var portal: String
    }
    /// Bounds for one caller, and for all callers of one storage account.
    package struct Limits: Sendable, Codable, Equatable {
        package var requestsPerSecond = 20_000
        package var requestBurst = 40_000
        package var accountRequestsPerSecond = AccountLimits.published.requestsPerSecond
        package var accountIngressBytesPerSecond = AccountLimits.published.ingressBytesPerSecond
        package var accountEgressBytesPerSecond = AccountLimits.published.egressBytesPerSecond

        fileprivate var arePositive: Bool {
            [
                requestsPerSecond, requestBurst, accountRequestsPerSecond, accountIngressBytesPerSecond,
                accountEgressBytesPerSecond,
            ].allSatisfy { $0 > 0 }
        }
    }

    package init() {}
}

/// Why a configuration is refused.
package struct ConfigurationError: Error, CustomStringConvertible, Equatable {
    package let description: String
}

extension Configuration {
    /// Reads a file's text.
    ///
    /// Unknown members, wrong types and values out of range are refused, not guessed.
    package init(parsing text: [UInt8], file: String) throws(ConfigurationError) {
        func refuse(_ why: String) -> ConfigurationError {
            ConfigurationError(description: "\(file): \(why). See config/lazuli.json for every member.")
        }
        let given: JSON
        do { given = try JSON(parsing: text) } catch { throw refuse(error.message) }
        let known: JSON
        do {
            known = try JSON(parsing: try JSONCoding.encode(Configuration()))
            let merged = try Self.merge(given.withoutComments, over: known, at: "")
            self = try JSONCoding.decode(Configuration.self, from: merged.bytes)
        } catch let error as ConfigurationError {
            throw refuse(error.description)
        } catch { throw refuse("a member has the wrong type (\(error))") }
        if let problem { throw refuse(problem) }
    }
    /// What is wrong with the values; nil when nothing is.
    private var problem: String? {
        if !(0...65535).contains(port) { return "port is between 0 and 65535" }
        if !Self.isDomain(domain) { return "domain '\(domain)' is not a DNS name" }
        if addresses.isEmpty { return "addresses names at least one" }
        for set in names where !set.storage.hasPrefix("core.") {
            return "the storage suffix '\(set.storage)' must begin with 'core.': clients find the account name by it"
        }
        if !["debug", "info", "warning", "error"].contains(logLevel) {
            return "logLevel is debug, info, warning or error"
        }
        return limits.arePositive ? nil : "limits are positive"
    }
    private static func isDomain(_ text: String) -> Bool {
        text.utf8.count <= 200
            && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { label in
                (1...63).contains(label.utf8.count)
                    && label.utf8.allSatisfy { (48...57).contains($0) || (97...122).contains($0) || $0 == 45 }
            }
    }
    private static func merge(_ given: JSON, over known: JSON, at path: String) throws(ConfigurationError) -> JSON {
        guard case .object(let members) = given, case .object(var result) = known else { return given }
        for (name, value) in members {
            guard let default_ = result[name] else {
                throw ConfigurationError(description: "unknown member '\(path)\(name)'")
            }
            result[name] = try merge(value, over: default_, at: "\(path)\(name).")
        }
        return .object(result)
    }

    /// The names as the kernel knows them, for the port in use.
    package func hostPlan(port: Int) -> HostPlan {
        HostPlan(
            domain: domain,
            port: port == 443 ? nil : port,
            further: names.map {
                NameSet(
                    management: $0.management,
                    login: $0.login,
                    graph: $0.graph,
                    storage: $0.storage,
                    vault: $0.vault,
                    registry: $0.registry,
                    portal: $0.portal
                )
            }
        )
    }
}

extension JSON {
    /// Members that begin with `//` document the others.
    var withoutComments: JSON {
        guard case .object(let members) = self else { return self }
        return .object(members.filter { !$0.key.hasPrefix("//") }.mapValues(\.withoutComments))
    }
}
