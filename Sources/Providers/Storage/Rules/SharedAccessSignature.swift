// SPDX-License-Identifier: Apache-2.0
package import Base
import Cryptography
import HTTPTypes

/// A shared access signature in a request's query: account, service and user delegation signatures (REST "Delegate access
/// with a shared access signature").
///
/// Reading checks forms; `verify` checks the signature first and everything it binds after.
package struct SharedAccessSignature: Sendable {
    /// What the caller of `verify` knows about the request.
    package struct Circumstances: Sendable {
        /// What the request names.
        package let target: StorageTarget
        /// The address the request came from.
        package let clientAddress: String
        /// Whether it came over TLS.
        package let isSecure: Bool
        /// The time of day.
        package let now: Timestamp
        /// The request's headers and query; nil where there is no request of its own, as for the source of a copy.
        package let head: RequestHead?
        /// Who signed in by a token besides.
        package let user: (id: PrincipalID, tenant: TenantID)?
        /// Seconds a signature may last by the account's policy; nil where it may last as long as it says.
        package var secondsMax: Int?
        /// Gathers them.
        package init(
            target: StorageTarget,
            clientAddress: String,
            isSecure: Bool,
            now: Timestamp,
            head: RequestHead? = nil,
            user: (id: PrincipalID, tenant: TenantID)? = nil
        ) {
            self.target = target
            self.clientAddress = clientAddress
            self.isSecure = isSecure
            self.now = now
            self.head = head
            self.user = user
        }
    }

    private let values: QueryItems
    let version: ServiceVersion
    private let signature: [UInt8]
    /// The stored access policy the signature takes missing fields from; the caller looks it up in the container.
    package var policyIdentifier: String? { values["si"] }
    /// Whether it is an account's signature rather than one of a container or a blob.
    package var isAccountWide: Bool { values["ss"] != nil || values["srt"] != nil }
    /// Whether it was made with a user delegation key (`delegatedKey`) rather than a key of the account.
    var isDelegated: Bool { values["skoid"] != nil }

    /// Every query parameter that belongs to a signature or is bound by one.
    private static let names: Set<String> = [
        "sig", "sp", "st", "se", "sr", "si", "sip", "spr", "sv", "ses", "ss", "srt", "sdd",
        "rscc", "rscd", "rsce", "rscl", "rsct", "skoid", "sktid", "skt", "ske", "sks", "skv", "saoid", "suoid", "scid",
        "skdutid", "sduoid", "srh", "srq", "snapshot", "versionid", "tn", "spk", "srk", "epk", "erk",
    ]

    /// Reads the signature in a query; nil when there is none; a parameter given twice is refused.
    package init?(_ query: QueryItems) throws(StorageFault) {
        guard let sent = query["sig"] else { return nil }
        var bound: [QueryItems.Item] = []
        bound.reserveCapacity(query.items.count)
        for item in query.items where Self.names.contains(item.name) {
            guard !bound.contains(where: { $0.name == item.name }) else {
                throw .invalidQueryParameterValue(item.name, item.value, "The parameter is given twice.")
            }
            // A line break in a value would move the borders between the fields of the text that is signed.
            guard !item.value.utf8.contains(where: { $0 < 32 }) else {
                throw .authenticationFailed("\(item.name) holds a control character.")
            }
            bound.append(item)
        }
        values = QueryItems(bound.filter { !$0.value.isEmpty })
        guard let signature = [UInt8](base64: sent), signature.count == 32 else {
            throw .authenticationFailed("Signature size is invalid: sig is the base64 of 32 bytes, percent-encoded.")
        }
        self.signature = signature
        guard let version = ServiceVersion(values["sv"] ?? ""), SASText.versions.contains(version.text) else {
            throw .authenticationFailed(
                "sv is mandatory and must lie from \(SASText.versions.lowerBound) to \(SASText.versions.upperBound)."
            )
        }
        self.version = version
    }

    /// Checks signature, times, address and protocol.
    ///
    /// `keys` are the account's, or the value of `delegatedKey` alone when there is one; `policy` is the one
    /// `policyIdentifier` names, nil when the container has none of that name.
    package func verify(_ now: Circumstances, keys: [Secret], policy: StoredPolicy? = nil) throws(StorageFault)
        -> SASGrant
    {
        let text = try textToSign(now)
        let bytes = Array(text.utf8)
        guard let index = keys.firstIndex(where: { isValidHMAC(signature, of: bytes, key: $0) }) else {
            throw .authenticationFailed("Signature did not match. String to sign used was \(text)")
        }
        if let key = try delegatedKey {
            try key.check(now.now)
            try checkUser(now.user, of: key)
        }
        let merged = try terms(policy, of: now.target.service)
        guard now.now >= merged.start, now.now < merged.expiry else {
            throw .authenticationFailed(
                "Signature not valid in the specified time frame: Start [\(merged.start.httpDate)] - Expiry "
                    + "[\(merged.expiry.httpDate)] - Current [\(now.now.httpDate)]"
            )
        }
        try checkPeriod(merged, now.secondsMax)
        try checkOrigin(now)
        return SASGrant(
            scope: try scope(now.target),
            permissions: merged.permissions,
            encryptionScope: values["ses"].flatMap { $0.isEmpty ? nil : $0 },
            overrides: try overrides(),
            keyIndex: index
        )
    }
}

// MARK: - What is signed

extension SharedAccessSignature {
    func value(_ name: String) -> String { values[name] ?? "" }

    /// The text the signature must be made over for the resource the request names.
    private func textToSign(_ now: Circumstances) throws(StorageFault) -> String {
        let target = now.target
        if isAccountWide {
            guard version.isAtLeast(SASText.firstAccountVersion) else {
                throw .authenticationFailed("An account signature needs sv \(SASText.firstAccountVersion) or later.")
            }
            return SASText.account(target.account, value, version: version)
        }
        switch target {
        case .blob(let blob): return try blobText(blob, now.head)
        case .queue(let queue):
            guard queue.queue != nil else {
                throw .authenticationFailed("A service signature is made for a queue; this request names none.")
            }
            guard !isDelegated else { return SASText.delegatedQueue(queue.canonicalPath, value) }
            return SASText.queue(queue.canonicalPath, value, version)
        case .table: return SASText.table("/\(target.account)/\(try bounds(target).table)", value, version)
        }
    }
    private func blobText(_ target: BlobTarget, _ head: RequestHead?) throws(StorageFault) -> String {
        guard let container = target.container else {
            throw .authenticationFailed(
                "A service signature is made for a container or a blob; this request names none."
            )
        }
        let whole = "/\(target.account)/\(container)"
        let kind = value("sr")
        if let first = Self.firstVersionOfKind[kind], !version.isAtLeast(first) {
            throw .authenticationFailed("sr=\(kind) needs sv \(first) or later.")
        }
        switch kind {
        case "c": return try text(of: whole, head)
        case "d":
            return try text(of: whole + "/" + (try directory(target)), head)
        case "b", "bs", "bv":
            guard target.blob != nil else {
                throw .authenticationFailed("The signature is made for a blob; this request names a container.")
            }
            // The time of a snapshot is signed whatever `sr` says, so a blob's signature does not open its snapshots. It does
            // open its versions: Microsoft's own test DeleteAsync_VersionBlobSAS (azure-sdk-for-net) deletes one by it.
            let time = kind == "bv" ? target.version : target.snapshot
            guard kind == "b" || time != nil else {
                throw .authenticationFailed("The signature is made for a snapshot or version; this request names none.")
            }
            return try text(of: target.canonicalPath, time: time ?? "", head)
        default: throw .authenticationFailed("sr is mandatory: b, bs, bv, c or d.")
        }
    }
    private func text(of resource: String, time: String = "", _ head: RequestHead?) throws(StorageFault) -> String {
        guard isDelegated else { return SASText.service(resource, time, value, version) }
        let bound = ["srh": try boundHeaders(head), "srq": try boundParameters(head)]
        return SASText.delegated(resource, time, { bound[$0] ?? value($0) }, version)
    }
    /// The headers a signature binds, as they are signed: each `name:value` on a line, and a line's end behind the last
    /// (azure-storage-blob, `add_request_headers`).
    private func boundHeaders(_ head: RequestHead?) throws(StorageFault) -> String {
        try bound("srh") { name in HTTPField.Name(name).flatMap { head?.signed($0) } ?? "" }.map { $0 + "\n" }.joined()
    }
    /// The parameters a signature binds: the same, with the lines' ends before.
    private func boundParameters(_ head: RequestHead?) throws(StorageFault) -> String {
        try bound("srq") { head?.query[$0.lowercased()] ?? "" }.map { "\n" + $0 }.joined()
    }
    private func bound(_ list: String, _ find: (String) -> String) throws(StorageFault) -> [String] {
        var lines: [String] = []
        for name in value(list).split(separator: ",") {
            let line = "\(name):\(find(String(name)))"
            guard !line.utf8.contains(where: { $0 < 32 }) else {
                throw .authenticationFailed("\(name), which \(list) names, holds a control character.")
            }
            lines.append(line)
        }
        return lines
    }
    private static let firstVersionOfKind = ["bs": "2018-11-09", "bv": "2019-12-12", "d": "2020-02-10"]

    /// The first `sdd` segments of the blob's name: the directory the signature is made for.
    private func directory(_ target: BlobTarget) throws(StorageFault) -> String {
        let segments = (target.blob?.text ?? "").split(separator: "/", omittingEmptySubsequences: false)
        guard let depth = Int(value("sdd")), depth > 0, depth <= segments.count else {
            throw .authenticationFailed("sdd must be the depth of a directory that holds the blob this request names.")
        }
        return segments.prefix(depth).joined(separator: "/")
    }
}

// MARK: - What the signature binds

extension SharedAccessSignature {
    private struct Terms {
        var start: Timestamp
        var expiry: Timestamp
        var permissions: SASPermissions
    }

    /// The times and permissions: each from the signature or from its policy, never from both.
    private func terms(_ policy: StoredPolicy?, of service: StorageService) throws(StorageFault) -> Terms {
        var stored: StoredPolicy?
        if let identifier = policyIdentifier {
            guard !isAccountWide else {
                throw .authenticationFailed("An account signature cannot name a stored policy.")
            }
            guard let policy, policy.identifier == identifier else {
                throw .authenticationFailed("The \(service.noun) has no stored access policy named in si.")
            }
            stored = policy
        }
        let twice: [(String, Bool)] = [
            ("st", stored?.start != nil), ("se", stored?.expiry != nil), ("sp", stored?.permissions != nil),
        ]
        if let (name, _) = twice.first(where: { values[$0.0] != nil && $0.1 }) {
            throw .authenticationFailed("\(name) is given by the signature and by its stored access policy.")
        }
        guard let expiry = try time("se") ?? stored?.expiry else {
            throw .authenticationFailed("se is mandatory. Cannot be empty")
        }
        let start = try time("st") ?? stored?.start ?? Timestamp(seconds: 0)
        guard start < expiry else { throw .authenticationFailed("se must be after st.") }
        guard let letters = values["sp"] ?? stored?.permissions else {
            throw .authenticationFailed("sp is mandatory. Cannot be empty")
        }
        guard let permissions = SASPermissions(letters, allowed: isAccountWide ? .account : service.permissions) else {
            throw .authenticationFailed("sp is not well formed: \(letters)")
        }
        return Terms(start: start, expiry: expiry, permissions: permissions)
    }

    /// What an account's policy for signatures blocks ("Configure an expiration policy for shared access signatures"): it
    /// counts from the start, which must be said.
    private func checkPeriod(_ terms: Terms, _ secondsMax: Int?) throws(StorageFault) {
        guard let secondsMax else { return }
        guard terms.start > Timestamp(seconds: 0), terms.expiry - terms.start <= .seconds(secondsMax) else {
            throw .authenticationFailed(
                "The account's SAS expiration policy allows signatures with a start that last \(secondsMax) seconds at most."
            )
        }
    }

    func time(_ name: String) throws(StorageFault) -> Timestamp? {
        guard let text = values[name] else { return nil }
        guard let time = Self.moment(text) else { throw .authenticationFailed("\(name) is not a valid time: \(text)") }
        return time
    }
    /// A date, or a date with minutes, seconds or fractions in a time zone (REST "Formatting DateTime values").
    static func moment(_ text: String) -> Timestamp? {
        let isWhole = text.utf8.count == 10 || (text.utf8.count >= 17 && text.utf8.dropFirst(10).first == 84)
        let hasZone = text.utf8.count == 10 || text.hasSuffix("Z") || text.dropFirst(11).contains { "+-".contains($0) }
        let isPlain = text.utf8.allSatisfy { (43...90).contains($0) }
        return isWhole && hasZone && isPlain ? Timestamp(iso8601: text) : nil
    }

    private func checkOrigin(_ now: Circumstances) throws(StorageFault) {
        switch value("spr") {
        case "", "https,http", "http,https": break
        case "https": guard now.isSecure else { throw .authorizationProtocolMismatch }
        case let other: throw .authenticationFailed("spr is not well formed: \(other)")
        }
        guard let text = values["sip"] else { return }
        guard let range = NetworkAddressRange(text) else {
            throw .authenticationFailed("sip is not well formed: \(text)")
        }
        guard let address = NetworkAddress(now.clientAddress), range.contains(address) else {
            throw .authorizationSourceIPMismatch(now.clientAddress)
        }
    }

    private func scope(_ target: StorageTarget) throws(StorageFault) -> SASGrant.Scope {
        guard isAccountWide else {
            switch target {
            case .blob: return value("sr") == "c" ? .container : .blob
            case .queue: return .queue
            case .table: return .table(try bounds(target))
            }
        }
        guard let services = SASPermissions(value("ss"), allowed: "bqtf"), !services.isEmpty else {
            throw .authenticationFailed("ss is not well formed: \(value("ss"))")
        }
        guard let types = SASPermissions(value("srt"), allowed: "sco"), !types.isEmpty else {
            throw .authenticationFailed("srt is not well formed: \(value("srt"))")
        }
        return .account(services: services, types: types)
    }

    private static let overridden: [(String, HTTPField.Name)] = [
        ("rscc", .cacheControl), ("rscd", .contentDisposition), ("rsce", .contentEncoding),
        ("rscl", .contentLanguage), ("rsct", .contentType),
    ]
    /// The headers a service signature sets; an account signature does not sign them, so they have no say there.
    private func overrides() throws(StorageFault) -> HTTPFields {
        var fields = HTTPFields()
        guard !isAccountWide else { return fields }
        for (parameter, header) in Self.overridden {
            guard let text = values[parameter] else { continue }
            guard HTTPField.isValidValue(text) else { throw .invalidQueryParameterValue(parameter, text) }
            fields[header] = text
        }
        return fields
    }
}

// MARK: - Tables

extension SharedAccessSignature {
    /// The table and the part of it the signature is made for; a batch (`$batch`) names its table inside.
    private func bounds(_ target: StorageTarget) throws(StorageFault) -> TableBounds {
        guard case .table(let asked) = target, let name = values["tn"] else {
            throw .authenticationFailed("tn is mandatory: the table the signature is made for.")
        }
        if let table = asked.table, table.lowercased() != name.lowercased() {
            throw .authenticationFailed("The signature is made for the table \(name), the request is for \(table).")
        }
        guard values["srk"] == nil || values["spk"] != nil, values["erk"] == nil || values["epk"] != nil else {
            throw .authenticationFailed("srk needs spk, and erk needs epk.")
        }
        return TableBounds(
            table: name,
            startPartition: values["spk"],
            startRow: values["srk"],
            endPartition: values["epk"],
            endRow: values["erk"]
        )
    }
}
