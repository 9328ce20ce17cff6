// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// What clients on this machine need to reach the region of a folder, as commands of a shell.
package struct Setup: Sendable {
    /// Where Debian keeps the certificates that this machine trusts.
    package static let store = "/etc/ssl/certs/ca-certificates.crt"
    private let folder: DataFolder
    private let domain: String
    private let management: String

    /// By what the folder says of its region, whatever the configuration says; `port` where clients see another one than
    /// that of the last start.
    ///
    /// Throws when no region was founded there.
    package init(_ configuration: Configuration, port: Int?) throws(StartError) {
        folder = DataFolder(configuration.data)
        guard let domain = try RegionRecord.domain(folder), folder.exists(folder.caCertificate),
            let known = PortChoice.last(folder)
        else { throw StartError("no region was founded in \(folder.path); `lazuli up` founds one.") }
        self.domain = domain
        let seen = port.flatMap { $0 == 0 ? nil : $0 } ?? known
        let plan = HostPlan(domain: domain, port: seen == 443 ? nil : seen)
        management = plan.address(plan.primary.management)
    }

    /// The commands in order; each may be repeated.
    package var steps: [String] {
        let installed = "/usr/local/share/ca-certificates/lazuli-\(domain).crt"
        return [
            "apt-get install -y libnss-myhostname",
            "install -m 644 \(Self.quoted(folder.caCertificate)) \(installed) && update-ca-certificates",
            "az config set core.collect_telemetry=no",
            "export REQUESTS_CA_BUNDLE=\(Self.store); " + Self.cloud(management),
        ]
    }

    /// Makes `Lazuli` az's cloud, anew where it is registered with another address.
    ///
    /// az registers no name twice, and forgets none that is in use.
    static func cloud(_ management: String) -> String {
        "case $(az cloud show -n Lazuli --query endpoints.resourceManager -o tsv 2>/dev/null) in \(management)|\(management)/) ;; "
            + "*) az cloud set -n AzureCloud; az cloud unregister -n Lazuli 2>/dev/null; "
            + "az cloud register -n Lazuli --endpoint-resource-manager \(management);; esac && az cloud set -n Lazuli"
    }
    /// A text as one word of a shell's command; as it stands where nothing in it means anything to a shell.
    static func quoted(_ text: String) -> String {
        let plain = text.utf8.allSatisfy { byte in
            (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
                || "/._-+:@%".utf8.contains(byte)
        }
        return plain && !text.isEmpty
            ? text
            : "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: #"'\''"#) + "'"
    }
}
