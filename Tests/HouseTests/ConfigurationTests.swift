// SPDX-License-Identifier: Apache-2.0
import Assembly
import Base
import Kernel
import Testing

@Suite struct ConfigurationTests {
    private static let example = "config/lazuli.json"
    private var text: [UInt8] { Array(Repository.text(Self.example).utf8) }

    @Test(arguments: [(1_024, 256), (4_096, 2_560), (20_000, 16_384), (1 << 40, 16_384), (256, 64)])
    func `connections leave the engines descriptors to open files with`(_ limit: Int, _ connections: Int) {
        #expect(Descriptors.connectionsMax(of: limit) == connections)
    }
    @Test func `the example is a configuration, and says the defaults`() throws {
        let read = try Configuration(parsing: text, file: Self.example)
        var defaults = Configuration()
        #expect(!read.names.isEmpty, "the example shows a further set of names")
        defaults.names = read.names
        #expect(read == defaults)
    }

    @Test func `the example names and explains every member there is`() throws {
        let example = try #require(try JSON(parsing: text).object)
        let members = try #require(try JSON(parsing: try JSONCoding.encode(Configuration())).object)
        for (name, value) in members {
            #expect(example[name] != nil, "\(Self.example) does not name '\(name)'")
            #expect(example["// " + name]?.string?.isEmpty == false, "\(Self.example) does not explain '\(name)'")
            for inner in value.object?.keys.map({ $0 }) ?? [] {
                #expect(example[name]?.object?[inner] != nil, "\(Self.example) does not name '\(name).\(inner)'")
            }
        }
        let known = Set(members.keys).union(members.keys.map { "// " + $0 })
        #expect(Set(example.keys).isSubset(of: known))
    }

    @Test(arguments: [
        #"{"prot": 8443}"#, #"{"limits": {"perSecond": 1}}"#, #"{"port": 65536}"#, #"{"port": -1}"#,
        #"{"port": "443"}"#,
        #"{"domain": ""}"#, #"{"domain": "Upper.Case"}"#, #"{"domain": "a..b"}"#, #"{"addresses": []}"#,
        #"{"logLevel": "loud"}"#, #"{"limits": {"requestBurst": 0}}"#,
        #"{"limits": {"accountRequestsPerSecond": 0}}"#, #"{"#, #"[]"#, "",
        #"{"names": [{"management": "m.d"}]}"#,
    ])
    func `what is wrong is refused, in a sentence that names the file`(text: String) {
        #expect {
            try Configuration(parsing: Array(text.utf8), file: "my.json")
        } throws: { error in
            "\(error)".hasPrefix("my.json: ") && "\(error)".contains("config/lazuli.json")
        }
    }
}
