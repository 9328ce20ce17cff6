// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel
import Resources
import Testing

@Suite struct GroupNameTests {
    @Test(
        "a name Azure takes is taken",
        arguments: ["g", "rg-1", "My_Group.(x)1", "été", String(repeating: "a", count: 90)]
    )
    func takes(name: String) throws { try GroupName.check(name) }

    @Test(
        "a name Azure refuses is refused",
        arguments: ["", "no spaces?", "dotted.", "a/b", "a'b", "a\nb", "a#b", String(repeating: "a", count: 91)]
    )
    func refuses(name: String) {
        #expect { try GroupName.check(name) } throws: { error in
            (error as? ServiceError)?.status == 400 && (error as? ServiceError)?.code == "InvalidResourceGroup"
        }
    }
}

@Suite struct TagRuleTests {
    private let tags = ["env": "test", "Owner": "me"]

    @Test func `merge adds and overwrites, names in any case`() throws {
        #expect(
            try TagRules.apply(.merge, ["ENV": "prod", "team": "blue"], to: tags) == [
                "ENV": "prod", "Owner": "me", "team": "blue",
            ]
        )
    }
    @Test func `replace leaves only what is given`() throws {
        #expect(try TagRules.apply(.replace, ["a": "b"], to: tags) == ["a": "b"])
        #expect(try TagRules.apply(.replace, [:], to: tags) == [:])
    }
    @Test func `delete takes a tag by its name, or by name and value`() throws {
        #expect(try TagRules.apply(.delete, ["owner": "me"], to: tags) == ["env": "test"])
        #expect(try TagRules.apply(.delete, ["owner": ""], to: tags) == ["env": "test"])
        #expect(try TagRules.apply(.delete, ["owner": "you"], to: tags) == tags)
        #expect(try TagRules.apply(.delete, ["absent": ""], to: tags) == tags)
    }
    @Test func `fifty tags fit, one more does not, even by merging`() throws {
        let fifty = Dictionary(uniqueKeysWithValues: (0..<50).map { ("t\($0)", "v") })
        try TagRules.check(fifty)
        #expect(throws: ServiceError.self) { try TagRules.apply(.merge, ["more": "v"], to: fifty) }
        #expect(try TagRules.apply(.merge, ["T1": "new"], to: fifty).count == 50)
    }
    @Test(
        "tags beyond the limits are refused",
        arguments: [
            ["": "v"], ["a<b": "v"], ["a/b": "v"], ["a\u{1}": "v"], ["A": "1", "a": "2"],
            [String(repeating: "n", count: 513): "v"], ["n": String(repeating: "v", count: 257)],
        ]
    )
    func refuses(tags: [String: String]) {
        #expect { try TagRules.check(tags) } throws: { ($0 as? ServiceError)?.status == 400 }
    }
    @Test func `the longest name and value are taken`() throws {
        try TagRules.check([String(repeating: "n", count: 512): String(repeating: "v", count: 256)])
    }
    @Test func `a body's tags are texts, and null is an empty one`() throws {
        #expect(
            try TagRules.read(["a": "b", "c": nil, "d": 1, "e": true]) == ["a": "b", "c": "", "d": "1", "e": "true"]
        )
        #expect(try TagRules.read(nil) == nil)
        #expect(throws: ServiceError.self) { try TagRules.read(["a": ["nested": "x"]]) }
        #expect(throws: ServiceError.self) { try TagRules.read(["list"]) }
    }
    @Test func `names that differ in case are counted as one`() {
        var summary = TagSummary()
        summary.add(["env": "test", "a": "b"])
        summary.add(["Env": "test"])
        summary.add(["ENV": "prod"])
        let names = summary.json(SubscriptionID(Fixture.id))
        #expect(names.map { $0["tagName"]?.string } == ["a", "env"])
        #expect(names[1]["count"]?["value"] == 3)
        #expect(names[1]["values"]?.array?.map { $0["tagValue"]?.string } == ["prod", "test"])
    }
}
