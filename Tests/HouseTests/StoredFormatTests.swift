// SPDX-License-Identifier: Apache-2.0
import Base
import Identity
import Kernel
import Resources
import Storage
import Testing

/// Whatever a region of an earlier release has stored, this one reads (invariant 10).
@Suite struct StoredFormatTests {
    private static let formats =
        StoredFormat.kernel + IdentityProvider.storedFormats + ResourcesProvider.storedFormats
        + StorageProvider.storedFormats

    @Test func `every stored type is listed with its provider`() {
        let listed = Self.formats.map(\.name)
        #expect(Set(listed).count == listed.count)
        var found: Set<String> = []
        for file in Repository.product {
            for line in file.lines(of: "struct ") + file.lines(of: "enum ") + file.lines(of: "class ") {
                let words = file.codeLine(line).split { " :,{".contains($0) }.map(String.init)
                guard let at = words.firstIndex(where: { ["struct", "enum", "class"].contains($0) }),
                    words.dropFirst(at + 2).contains(where: { $0 == "Stored" || $0 == "DirectoryObject" }),
                    !words[at + 1].contains("<")
                else { continue }
                found.insert(words[at + 1])
            }
        }
        #expect(
            found == Set(listed),
            "not listed: \(found.subtracting(listed)); not found: \(Set(listed).subtracting(found))"
        )
    }

    @Test func `every stored type has a record of every format it ever had`() {
        for format in Self.formats {
            let kept = StoredFixtures.rows.filter { $0.type == format.name }.map(\.format)
            #expect(kept == Array(1...format.format), "\(format.name): keep a record of each format in StoredFixtures")
        }
    }

    @Test func `every record is read, and written again as this release writes it`() throws {
        for row in StoredFixtures.rows {
            let format = try #require(Self.formats.first { $0.name == row.type }, "no stored type is named \(row.type)")
            let body: [UInt8]
            switch row.body {
            case .json(let text): body = Array(text.utf8)
            case .hex(let text): body = try #require([UInt8](hex: text))
            }
            let written: [UInt8]
            do { written = try format.rewritten([row.format] + body) } catch {
                Issue.record("\(row.type) of format \(row.format) is no longer read: \(error)")
                continue
            }
            guard row.format == format.format else { continue }
            let same = written == [row.format] + body
            #expect(same, "\(row.type) writes \(String(decoding: written, as: UTF8.self)) under an old number")
        }
    }

    @Test func `a record of a later format is refused, and so is none`() {
        for format in Self.formats {
            #expect(throws: (any Error).self, "\(format.name)") { try format.rewritten([format.format + 1]) }
            #expect(throws: (any Error).self, "\(format.name)") { try format.rewritten([]) }
            #expect(throws: (any Error).self, "\(format.name)") { try format.rewritten([0, 1, 2]) }
        }
    }
}
