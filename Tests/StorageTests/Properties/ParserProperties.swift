// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials
import Storage
import Testing

/// A reader that faces strangers, and what always holds for it.
struct ParserProperty: Sendable, CustomTestStringConvertible {
    /// A promise that was broken.
    struct Broken: Error { let what: String }

    let name: String
    let samples: [String]
    let tokens: [String]
    /// Reads one input.
    ///
    /// Throws what the reader throws, or `Broken`. The generator is for choices the input does not make.
    let read: @Sendable ([UInt8], inout Generator) throws -> Void
    var testDescription: String { name }

    init(
        _ name: String,
        _ samples: [String],
        tokens: [String],
        _ read: @escaping @Sendable ([UInt8], inout Generator) throws -> Void
    ) {
        self.name = name
        self.samples = samples
        self.tokens = tokens
        self.read = read
    }
    /// A reader of texts.
    static func text(
        _ name: String,
        _ samples: [String],
        tokens: [String],
        _ read: @escaping @Sendable (String) throws -> Void
    ) -> ParserProperty {
        ParserProperty(name, samples, tokens: tokens) { bytes, _ in try read(String(decoding: bytes, as: UTF8.self)) }
    }
    static func require(_ holds: Bool, _ what: @autoclosure () -> String) throws {
        if !holds { throw Broken(what: what()) }
    }
}

/// Every reader of what strangers send, over inputs made from a seed: it never traps, refuses with the errors it promises
/// and no other, and what it reads means the same when it is written and read again.
///
/// That time and memory are bounded follows from the limits each reader has; inputs here nest and repeat up to 3,000 times.
struct ParserPropertyTests {
    private static let environment = ProcessInfo.processInfo.environment
    private static let cases = environment["LAZULI_PROPERTY_CASES"].flatMap { Int($0) } ?? 1_500
    private static let seed = environment["LAZULI_SEED"].flatMap { UInt64($0) } ?? 1

    @Test(arguments: ParserProperty.all)
    func `a reader keeps its promises whatever it is given`(_ property: ParserProperty) {
        let samples = property.samples.map { Array($0.utf8) }
        let tokens = property.tokens.map { Array($0.utf8) }
        for sample in samples {
            var generator = Generator(seed: Self.seed)
            do { try property.read(sample, &generator) } catch {
                Issue.record(
                    "\(property.name) refuses its sample '\(String(decoding: sample, as: UTF8.self))': \(error)"
                )
            }
        }
        for number in 0..<Self.cases {
            var generator = Generator(seed: Self.seed &* 1_000_003 &+ UInt64(number))
            let input = generator.input(samples, tokens)
            do { try property.read(input, &generator) } catch {
                guard let why = Self.complaint(error) else { continue }
                let shown = String(decoding: input.prefix(400), as: UTF8.self).debugDescription
                Issue.record("\(property.name), seed \(Self.seed), input \(number): \(why): \(shown)")
                return
            }
        }
    }
    /// Nil for an error that readers promise.
    private static func complaint(_ error: any Error) -> String? {
        switch error {
        case let fault as StorageFault:
            let isAnswer = [400, 403, 404, 405, 409, 411, 412, 413, 415, 416, 501].contains(fault.status)
            return isAnswer && !fault.code.isEmpty ? nil : "answers \(fault.status) \(fault.code)"
        case let broken as ParserProperty.Broken: return broken.what
        case is ParserProperty.Refused: return nil
        default: return "throws \(error)"
        }
    }
}

extension ParserProperty {
    /// A typed error of a reader that is not of the service's rules.
    struct Refused: Error {}
    /// Runs a reader that refuses with an error of its own type.
    static func typed<Result, Failure: Error>(_ type: Failure.Type, _ work: () throws -> Result) throws -> Result {
        do { return try work() } catch is Failure { throw Refused() }
    }
    /// Refuses what a reader answers with nil.
    static func some<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw Refused() }
        return value
    }
    static var all: [ParserProperty] { markup + languages + addresses + bodies + signatures + queries + policies }
}
