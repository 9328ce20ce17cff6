// SPDX-License-Identifier: Apache-2.0
import Markup

/// The body of Put Message and Update Message: `<QueueMessage><MessageText>…</MessageText></QueueMessage>`.
package enum MessageBody {
    /// The text of a message, as UTF-8.
    package static func parse(_ body: [UInt8]) throws(StorageFault) -> [UInt8] {
        let tooLarge = StorageFault.requestBodyTooLarge(limit: QueueLimits.textBytesMax)
        let text: [UInt8]
        if let plain = plainText(body) {
            text = plain
        } else {
            let limits = XMLLimits(bytesMax: QueueLimits.bodyBytesMax, elementsMax: 8, depthMax: 4)
            let root = try XMLBody.parse(body, root: "QueueMessage", limits: limits, tooLarge: tooLarge)
            try root.allowOnly(["MessageText"])
            text = Array(try root.required("MessageText").text.utf8)
        }
        guard text.count <= QueueLimits.textBytesMax else { throw tooLarge }
        return text
    }

    private static let start = Array("<QueueMessage><MessageText>".utf8)
    private static let end = Array("</MessageText></QueueMessage>".utf8)
    private static let declaration = Array("<?xml version=\"1.0\" encoding=\"utf-8\"?>".utf8)

    /// The text when the body is the very one that SDKs send and the text is printable ASCII without markup: base64, mostly.
    ///
    /// Anything else takes the parser, which costs many times as much.
    private static func plainText(_ body: [UInt8]) -> [UInt8]? {
        var rest = body[...]
        if rest.starts(with: Array("<?xml ".utf8)) {
            guard rest.count >= declaration.count else { return nil }
            for (sent, known) in zip(rest, declaration) where sent != known {
                // Python writes the declaration with single quotes.
                guard known == UInt8(ascii: "\""), sent == UInt8(ascii: "'") else { return nil }
            }
            rest = rest.dropFirst(declaration.count).drop { $0 == 10 || $0 == 13 }
        }
        rest = rest.prefix(rest.count)
        while let last = rest.last, last == 10 || last == 13 { rest = rest.dropLast() }
        guard rest.starts(with: start), rest.count >= start.count + end.count, rest.suffix(end.count).elementsEqual(end)
        else { return nil }
        let text = rest.dropFirst(start.count).dropLast(end.count)
        let isPlain = text.allSatisfy {
            (0x20...0x7E).contains($0) && $0 != UInt8(ascii: "<") && $0 != UInt8(ascii: "&") && $0 != UInt8(ascii: ">")
        }
        return isPlain ? Array(text) : nil
    }
}
