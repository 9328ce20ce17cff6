// SPDX-License-Identifier: Apache-2.0
import ArgumentParser
import Assembly
import Logging

struct Up: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Démarre la région — start the region; the first start founds it."
    )
    @OptionGroup var options: RegionOptions

    func run() async throws {
        do {
            let configuration = try options.configuration()
            LoggingSystem.bootstrap { _ in LineLog() }
            var logger = Logger(label: "lazuli")
            logger.logLevel = Logger.Level(rawValue: configuration.logLevel) ?? .info
            let region = try await Region.open(configuration, logger: logger)
            try await region.serve { write(Page(region).text) }
        } catch let error as StartError {
            complain("lazuli: \(error)")
            throw ExitCode(78)  // EX_CONFIG, sysexits(3)
        } catch let error as ConfigurationError {
            complain("lazuli: \(error)")
            throw ExitCode(78)
        } catch {
            complain("lazuli: \(error)")
            throw ExitCode.failure
        }
    }
}
