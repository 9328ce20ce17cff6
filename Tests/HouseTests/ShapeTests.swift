// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite struct ShapeTests {
    private static let all = Repository.sources + Repository.tests

    @Test func `the tests see the repository`() {
        #expect(Repository.product.count > 150)
        #expect(Repository.tests.count > 30)
    }

    @Test func `a file has at most five hundred lines`() {
        for file in Self.all {
            let lines = file.text.split(separator: "\n", omittingEmptySubsequences: false).count - 1
            #expect(lines <= 500, "\(file.path) has \(lines) lines: give one of its nouns a file of its own")
        }
    }

    @Test func `a function has at most sixty lines`() {
        for file in Self.all {
            for function in SwiftCode.functions(Array(file.code)) where function.lines > 60 {
                Issue.record(
                    "\(file.path):\(function.line): \(function.name) has \(function.lines) lines: split a step off"
                )
            }
        }
    }

    @Test func `every Swift file begins with its licence`() {
        for file in Self.all {
            #expect(file.text.hasPrefix("// SPDX-License-Identifier: Apache-2.0\n"), "\(file.path): add the line")
        }
    }

    @Test func `no two files of a target share a name`() {
        for (target, files) in Dictionary(
            grouping: Self.all,
            by: { $0.path.split(separator: "/")[0] + "/" + $0.target }
        ) {
            let names = Dictionary(grouping: files, by: \.baseName).filter { $0.value.count > 1 }
            for (name, twins) in names {
                Issue.record("\(target) has \(name) \(twins.count) times: \(twins.map(\.path))")
            }
        }
    }

    @Test func `every page has one title, on its first line`() {
        for path in Repository.paths(ending: ".md") {
            var isCode = false
            var titles: [Int] = []
            for (number, line) in Repository.text(path).split(separator: "\n", omittingEmptySubsequences: false)
                .enumerated()
            {
                if line.hasPrefix("```") { isCode.toggle() }
                if !isCode, line.hasPrefix("# ") { titles.append(number) }
            }
            #expect(titles == [0], "\(path) has its titles on lines \(titles.map { $0 + 1 })")
        }
    }

    @Test func `a package of the workshop is named nowhere`() {
        for file in Self.all {
            let hits = Repository.File.lines(of: "/wo" + "rk/", in: Data(file.text.utf8))
            #expect(hits.isEmpty, "\(file.path):\(hits): the project does not know where it was built")
        }
    }

    @Test func `code is told from comments and texts`() {
        let source = ##"""
            let a = "try! \(f("as! \(g(1))")) // x" // Task { here
            let b = #"print( "quoted" "# + f()
            let c = """
                fatalError "inside"
                """
            func f(
                _ x: Int = { 1 }()
            ) -> Int {
                1
            }
            func g() -> Int
            """##
        let code = SwiftCode.bare(Array(source.utf8))
        let text = String(decoding: code, as: UTF8.self)
        for hidden in ["try!", "as!", "Task {", "print(", "fatalError"] { #expect(!text.contains(hidden)) }
        for shown in ["f(\"", "g(1)", "let b", "+ f()", "let c"] { #expect(text.contains(shown), "\(shown)") }
        #expect(SwiftCode.functions(code).map { [$0.line, $0.lines] } == [[6, 5]])
    }
}
