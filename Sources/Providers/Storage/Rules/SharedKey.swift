// SPDX-License-Identifier: Apache-2.0
package import Base
import Cryptography
import HTTPTypes

/// The `SharedKey` and `SharedKeyLite` schemes of the Authorization header (REST "Authorize with Shared Key").
package struct SharedKey: Equatable, Sendable {
    /// Which of the two texts was signed.
    package enum Scheme: Equatable, Sendable {
        case full
        case lite
    }
    /// How far a request's date may lie from the server's, either way.
    package static let skewMax = Duration.seconds(15 * 60)

    /// Which of the two texts was signed.
    package let scheme: Scheme
    /// The account the signer claims.
    package let account: AccountName
    private let signature: [UInt8]

    /// Reads an Authorization header; nil when it uses another scheme, such as Bearer.
    package init?(authorization: String) throws(StorageFault) {
        let halves = authorization.split(separator: " ", maxSplits: 1)
        guard let first = halves.first else { throw .invalidAuthenticationInfo }
        switch first.lowercased() {
        case "sharedkey": scheme = .full
        case "sharedkeylite": scheme = .lite
        default: return nil
        }
        let parts = halves.count == 2 ? halves[1].split(separator: ":", omittingEmptySubsequences: false) : []
        guard parts.count == 2, let name = AccountName(parts[0]), let bytes = [UInt8](base64: parts[1]) else {
            throw .invalidAuthenticationInfo
        }
        account = name
        signature = bytes
    }

    /// Checks the date and the signature of a request to `account`; answers which of `keys` signed it.
    package func verify(
        _ head: RequestHead,
        account: AccountName,
        of service: StorageService = .blob,
        keys: [Secret],
        now: Timestamp
    ) throws(StorageFault) -> Int {
        guard account == self.account else {
            throw .authenticationFailed("The signature is of account \(self.account), the request is for \(account).")
        }
        let date = head.headers[StorageHeader.date] ?? head.headers[.date] ?? ""
        guard let sent = Timestamp(httpDate: date) else {
            throw .authenticationFailed("The request needs a Date or x-ms-date header such as '\(now.httpDate)'.")
        }
        guard now <= sent + Self.skewMax, sent <= now + Self.skewMax else {
            throw .authenticationFailed(
                "Request date header too old or too new: '\(date)'; the server has \(now.httpDate)."
            )
        }
        let texts = Self.textsToSign(head, account: account, of: service, scheme: scheme)
        for (index, key) in keys.enumerated() {
            for text in texts where isValidHMAC(signature, of: Array(text.utf8), key: key) {
                return index
            }
        }
        throw .authenticationFailed(
            "The MAC signature found in the HTTP request is not the same as any computed "
                + "signature. Server used following string to sign: '\(Self.shown(texts[0]))'."
        )
    }

    /// The texts a client may have signed for this request, the documented one first: one for each order of headers
    /// that makes a difference.
    package static func textsToSign(
        _ head: RequestHead,
        account: AccountName,
        of service: StorageService = .blob,
        scheme: Scheme
    ) -> [String] {
        if service == .table { return [tableText(head, account: account, scheme: scheme)] }
        var texts: [String] = []
        for order in HeaderOrder.allCases {
            let headers = canonicalHeaders(head, order: order)
            let text =
                switch scheme {
                case .full: fullPrefix(head) + headers + fullResource(head, account: account)
                case .lite: litePrefix(head) + headers + liteResource(head, account: account)
                }
            if !texts.contains(text) { texts.append(text) }
        }
        return texts
    }

    /// The Table service's text: no other headers than these, and the date whichever header brings it (REST "Authorize
    /// with Shared Key", Table service).
    private static func tableText(_ head: RequestHead, account: AccountName, scheme: Scheme) -> String {
        let date = head.headers[StorageHeader.date] ?? head.signed(.date)
        let resource = liteResource(head, account: account)
        guard scheme == .full else { return date + "\n" + resource }
        let lines = [
            head.method.rawValue, head.signed(StorageHeader.contentMD5), head.signed(.contentType), date, resource,
        ]
        return lines.joined(separator: "\n")
    }

    /// The text for the caller, who needs it to find the difference, without the secrets a header may hold.
    private static func shown(_ text: String) -> String {
        let secret = ["x-ms-encryption-key:", "x-ms-copy-source:", "x-ms-copy-source-authorization:"]
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        return lines.map { line in secret.first { line.hasPrefix($0) }.map { $0 + "•••" } ?? String(line) }
            .joined(separator: "\n")
    }

    private static func fullPrefix(_ head: RequestHead) -> String {
        var length = head.signed(.contentLength)
        // Until 2015-02-21 a length of zero was signed as "0" (REST "Authorize with Shared Key", Content-Length).
        let version = head.headers[StorageHeader.version] ?? ServiceVersion.newest.text
        if length == "0", version >= "2015-02-21" { length = "" }
        let lines = [
            head.method.rawValue, head.signed(.contentEncoding), head.signed(.contentLanguage), length,
            head.signed(StorageHeader.contentMD5), head.signed(.contentType), date(head),
            head.signed(.ifModifiedSince), head.signed(.ifMatch), head.signed(.ifNoneMatch),
            head.signed(.ifUnmodifiedSince), head.signed(.range),
        ]
        return lines.joined(separator: "\n") + "\n"
    }
    private static func litePrefix(_ head: RequestHead) -> String {
        let lines = [
            head.method.rawValue, head.signed(StorageHeader.contentMD5), head.signed(.contentType), date(head),
        ]
        return lines.joined(separator: "\n") + "\n"
    }
    private static func date(_ head: RequestHead) -> String {
        head.headers.contains(StorageHeader.date) ? "" : head.signed(.date)
    }

    /// `name:value\n` of every `x-ms-` header; inner runs of spaces stay, because clients sign them as sent.
    private static func canonicalHeaders(_ head: RequestHead, order: HeaderOrder) -> String {
        var values: [String: [String]] = [:]
        for field in head.headers where field.name.canonicalName.hasPrefix("x-ms-") {
            values[field.name.canonicalName, default: []].append(field.value)
        }
        let names = values.keys.sorted(by: order.precedes)
        return names.map { "\($0):\(values[$0, default: []].joined(separator: ","))\n" }.joined()
    }

    /// The path as sent after the account (so path style names the account twice), and the query, decoded and sorted.
    private static func fullResource(_ head: RequestHead, account: AccountName) -> String {
        let names = Set(head.query.items.map(\.name)).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
        let lines = names.map { name in
            let values = head.query.values(name).sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            return "\n\(name):\(values.joined(separator: ","))"
        }
        return "/\(account)\(head.path)\(lines.joined())"
    }
    private static func liteResource(_ head: RequestHead, account: AccountName) -> String {
        "/\(account)\(head.path)" + (head.query["comp"].map { "?comp=\($0)" } ?? "")
    }
}
