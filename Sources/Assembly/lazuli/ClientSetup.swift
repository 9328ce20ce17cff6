// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Assembly
import Foundation
import Kernel

// Foundation, not FoundationEssentials: it runs other programs.

struct ClientSetup: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Prépare ce poste — print, or with --apply carry out, what clients on this machine need.",
        discussion: """
            Name resolution (libnss-myhostname), the region's CA, and az's cloud entry, for the names and the port that the
            region in DATA has; --port names another one, as that of a proxy. --apply needs root for the first two, and may
            be repeated.
            """
    )
    @OptionGroup var options: RegionOptions
    @Flag(help: "Exécute au lieu d'afficher — run the steps instead of printing them.")
    var apply = false

    func run() throws {
        let setup: Setup
        do { setup = try Setup(try options.configuration(), port: options.port) } catch {
            complain("lazuli: \(error)")
            throw ExitCode(78)
        }
        for step in setup.steps {
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
        write("export REQUESTS_CA_BUNDLE=\(Setup.store) SSL_CERT_FILE=\(Setup.store)")
    }
}
