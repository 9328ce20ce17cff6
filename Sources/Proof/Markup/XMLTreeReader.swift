// SPDX-License-Identifier: Apache-2.0

// Foundation, because XMLParser reports to an NSObject and lives in FoundationXML only.
import Foundation
import FoundationXML

/// Builds elements from the library's events and stops the library at the first limit.
final class XMLTreeReader: NSObject, XMLParserDelegate {
    private let limits: XMLLimits
    private var open: [XMLElement] = []
    private var root: XMLElement?
    private var count = 0
    private var failure: MarkupError?

    init(limits: XMLLimits) { self.limits = limits }

    func read(_ body: ArraySlice<UInt8>) throws(MarkupError) -> XMLElement {
        let parser = XMLParser(data: Data(body))
        parser.shouldResolveExternalEntities = false
        parser.shouldProcessNamespaces = false
        parser.delegate = self
        let isWellFormed = parser.parse()
        if let failure { throw failure }
        guard isWellFormed, !hasFailed(parser), open.isEmpty, let root else {
            throw .malformed("not well-formed XML at line \(parser.lineNumber), column \(parser.columnNumber)")
        }
        return root
    }

    /// `parse()` answers true for content behind the root; only the error tells.
    ///
    /// Undeclared prefixes (libxml2's codes 200 to 205)
    /// are not against XML 1.0, and prefixes stay part of names here.
    private func hasFailed(_ parser: XMLParser) -> Bool {
        guard let error = parser.parserError else { return false }
        return !(200...205).contains((error as NSError).code)
    }

    func parser(
        _ parser: XMLParser,
        didStartElement elementName: String,
        namespaceURI: String?,
        qualifiedName: String?,
        attributes: [String: String]
    ) {
        count += 1
        guard count <= limits.elementsMax else { return stop(parser, "more than \(limits.elementsMax) elements") }
        guard open.count < limits.depthMax else { return stop(parser, "nested deeper than \(limits.depthMax)") }
        open.append(XMLElement(name: elementName, attributes: attributes))
    }

    func parser(_ parser: XMLParser, foundCharacters string: String) {
        guard let innermost = open.indices.last else { return }
        open[innermost].text += string
    }

    func parser(_ parser: XMLParser, foundCDATA block: Data) {
        guard let innermost = open.indices.last else { return }
        open[innermost].text += String(decoding: block, as: UTF8.self)
    }

    func parser(
        _ parser: XMLParser,
        didEndElement elementName: String,
        namespaceURI: String?,
        qualifiedName: String?
    ) {
        guard let closed = open.popLast() else { return }
        if let outer = open.indices.last { open[outer].children.append(closed) } else { root = closed }
    }

    private func stop(_ parser: XMLParser, _ why: String) {
        failure = failure ?? .tooLarge(why)
        parser.abortParsing()
    }
}
