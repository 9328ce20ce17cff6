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

        var arePositive: Bool {
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
        if let name = RepeatedMember.name(in: text) { throw refuse("member '\(name)' stands there twice") }
        do {
            let merged = try Merge.merged(given.withoutComments)
            self = try JSONCoding.decode(Configuration.self, from: merged.bytes)
        } catch let error as ConfigurationError {
            throw refuse(error.description)
        } catch { throw refuse("a member has the wrong type") }
        if let problem { throw refuse(problem) }
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
        switch self {
        case .object(let members):
            .object(members.filter { !$0.key.hasPrefix("//") }.mapValues(\.withoutComments))
        case .array(let elements): .array(elements.map(\.withoutComments))
        default: self
        }
    }
}
