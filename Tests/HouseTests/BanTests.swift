// SPDX-License-Identifier: Apache-2.0
import Foundation
import Testing

@Suite struct BanTests {
    private func hold(_ ban: Ban, in files: [Repository.File]) {
        for file in files where !ban.except.contains(where: file.path.hasPrefix) {
            for line in file.lines(of: ban.text) {
                Issue.record("\(file.path):\(line) has '\(ban.text)': write \(ban.instead)")
            }
        }
    }

    @Test(arguments: Ban.ofProduct)
    func `the product does without`(ban: Ban) { hold(ban, in: Repository.product) }

    @Test(arguments: Ban.ofEverything)
    func `nothing has`(ban: Ban) { hold(ban, in: Repository.sources + Repository.tests) }

    @Test(arguments: Ban.ofTests)
    func `tests do without`(ban: Ban) { hold(ban, in: Repository.tests) }

    @Test func `an exception from a ban is still needed`() {
        for ban in Ban.ofProduct {
            for exception in ban.except {
                let needed = Repository.product.contains {
                    $0.path.hasPrefix(exception) && !$0.lines(of: ban.text).isEmpty
                }
                #expect(needed, "'\(ban.text)' no longer stands below \(exception): take the exception off")
            }
        }
    }

    @Test func `what is left to do has an issue's number`() {
        let marks = ["TO" + "DO", "FIX" + "ME", "XX" + "X:"]
        for file in Repository.sources + Repository.tests {
            for mark in marks {
                for line in Repository.File.lines(of: mark, in: Data(file.text.utf8)) {
                    let text = String(file.text.split(separator: "\n", omittingEmptySubsequences: false)[line - 1])
                    let isNumbered = mark == marks[0] && text.contains(mark + "(#")
                    #expect(isNumbered, "\(file.path):\(line): do it, or write \(marks[0])(#issue)")
                }
            }
        }
    }
}
