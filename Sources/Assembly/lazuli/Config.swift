// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Assembly

struct Config: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Configuration — look at configuration files.",
        subcommands: [Check.self]
    )

    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Vérifie un fichier — say whether a file would be taken, and what is wrong with it."
        )
        @Argument(help: "Fichier — the file.")
        var file: String

        func run() throws {
            do {
                _ = try Configuration(parsing: try configurationFile(file), file: file)
                write("\(file): ok")
            } catch {
                complain("lazuli: \(error)")
                throw ExitCode(78)
            }
        }
    }
}
