// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

/// One az command and what it has to answer.
struct Step: Sendable {
    enum Expectation: Sendable {
        case succeeds
        /// Prints exactly this text; several lines or columns are joined by one space.
        case prints(String)
        /// Prints all of these somewhere.
        case contains([String])
        /// Fails with one of these in its complaint.
        case fails([String])
        /// Succeeds; what it prints is kept under this name for later commands.
        case saves(String)
    }
    let command: String
    let expectation: Expectation
    let place: SourceLocation
}

func az(_ command: String, place: SourceLocation = #_sourceLocation) -> Step {
    Step(command: command, expectation: .succeeds, place: place)
}
func az(_ command: String, prints text: String, place: SourceLocation = #_sourceLocation) -> Step {
    Step(command: command + " -o tsv", expectation: .prints(text), place: place)
}
func az(_ command: String, contains texts: String..., place: SourceLocation = #_sourceLocation) -> Step {
    Step(command: command, expectation: .contains(texts), place: place)
}
func az(_ command: String, fails codes: String..., place: SourceLocation = #_sourceLocation) -> Step {
    Step(command: command, expectation: .fails(codes), place: place)
}
func az(_ command: String, saves name: String, place: SourceLocation = #_sourceLocation) -> Step {
    Step(command: command + " -o tsv", expectation: .saves(name), place: place)
}

extension Az {
    /// Takes the steps in order and records every one that answers otherwise; gives back the values that were saved.
    ///
    /// A step whose value later steps need ends the journey when it fails.
    @discardableResult
    func walk(_ steps: [Step], values: [String: String] = [:]) async throws -> [String: String] {
        var values = values
        let names = Command.values(of: region)
        for step in steps {
            let output = try await run(step.command, values: values)
            let printed = output.text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
            let expected: Bool =
                switch step.expectation {
                case .succeeds: output.status == 0
                case .prints(let text):
                    output.status == 0 && printed == Command.filled(text, names.merging(values) { $1 })
                case .contains(let texts):
                    output.status == 0
                        && texts.allSatisfy { output.text.contains(Command.filled($0, names.merging(values) { $1 })) }
                case .fails(let codes): output.status != 0 && codes.contains { output.stderr.contains($0) }
                case .saves: output.status == 0 && !printed.isEmpty
                }
            if !expected {
                Issue.record(
                    "az \(step.command): expected \(step.expectation), got \(output.report)\n\(region.log)",
                    sourceLocation: step.place
                )
            }
            if case .saves(let name) = step.expectation {
                guard expected else { return values }
                values[name] = output.text
            }
        }
        return values
    }
}
