// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Assembly
import Kernel

/// The region's one program.
@main
struct Lazuli: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lazuli",
        abstract: "Lazuli, un cloud de confiance sur vos machines — a sovereign cloud on your own machines.",
        version: Release.version,
        subcommands: [
            Up.self, StatusCommand.self, ClientSetup.self, Config.self, BackupCommand.self, RestoreCommand.self,
            Version.self,
        ]
    )
}

struct Version: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Affiche la version — print the version.")
    func run() { write(Release.version) }
}

/// What every command needs to find a region.
struct RegionOptions: ParsableArguments {
    @Option(help: "Fichier de configuration — configuration file (see config/lazuli.json).")
    var config: String?
    @Option(help: "Dossier des données — the region's folder.")
    var data: String?
    @Option(help: "Domaine — the region's domain.")
    var domain: String?
    @Option(help: "Port HTTPS; 0: 443 si possible, sinon 8443 — 0 takes 443 where it may be bound, else 8443.")
    var port: Int?

    /// The file's values with the command line's over them, both checked.
    func configuration() throws -> Configuration {
        var configuration =
            try config.map { try Configuration(parsing: try configurationFile($0), file: $0) }
            ?? Configuration()
        if let data { configuration.data = data }
        if let domain { configuration.domain = domain }
        if let port { configuration.port = port }
        try configuration.check()
        return configuration
    }
}

/// A configuration file's bytes.
func configurationFile(_ path: String) throws -> [UInt8] {
    do { return try DataFolder("/").read(path.absolute) } catch {
        throw StartError(
            "\(path) cannot be read; name an existing configuration file (config/lazuli.json is an example)."
        )
    }
}
