// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Assembly
import Foundation
import Kernel

// Foundation, not FoundationEssentials: it runs other programs.

struct ClientSetup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prépare ce poste — print, or with --apply carry out, what clients on this machine need.",
        discussion:
            "Name resolution (libnss-myhostname), the region's CA, and az's cloud entry. --apply needs root for the first two."
    )
    @OptionGroup var options: RegionOptions
    @Flag(help: "Exécute au lieu d'afficher — run the steps instead of printing them.")
    var apply = false

    func run() throws {
        let configuration = try options.configuration()
        let folder = DataFolder(configuration.data)
        guard folder.exists(folder.caCertificate), let status = try? Status.read(folder) else {
            complain("lazuli: no region was founded in \(folder.path); `lazuli up` founds one.")
            throw ExitCode(78)
        }
        let plan = configuration.hostPlan(port: status.port)
        let installed = "/usr/local/share/ca-certificates/lazuli-\(configuration.domain).crt"
        let steps = [
            "apt-get install -y libnss-myhostname",
            "install -m 644 '\(folder.caCertificate)' '\(installed)' && update-ca-certificates",
            "az config set core.collect_telemetry=no",
            "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt az cloud register -n Lazuli "
                + "--endpoint-resource-manager \(plan.address(plan.primary.management))",
            "REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt az cloud set -n Lazuli",
        ]
        for step in steps {
            write(step)
            guard apply else { continue }
            let shell = Process()
            shell.executableURL = URL(fileURLWithPath: "/bin/sh")
            shell.arguments = ["-c", step]
            try shell.run()
            shell.waitUntilExit()
            guard shell.terminationStatus == 0 else {
                complain("lazuli: this step failed; run it by hand, then the ones after it.")
                throw ExitCode.failure
            }
        }
        write("# dans le profil / in the profile: python clients do not read the system's store")
        write(
            "export REQUESTS_CA_BUNDLE=/etc/ssl/certs/ca-certificates.crt SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt"
        )
    }
}
