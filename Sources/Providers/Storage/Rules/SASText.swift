// SPDX-License-Identifier: Apache-2.0

/// The texts that shared access signatures are made over, for every `sv` (REST "Create an account SAS", "Create a
/// service SAS" and "Create a user delegation SAS", string-to-sign by version).
///
/// Values go in as sent, decoded once.
enum SASText {
    /// The first version with a signature of this kind, and the last one a request may name.
    ///
    /// Clients sign with the version they speak, so what a header may say a signature may. One whose version signs other
    /// fields than the newest known here has another text and does not match: it opens nothing.
    static let versions = "2013-08-15"...ServiceVersion.latest.text
    /// The first version with account signatures.
    static let firstAccountVersion = "2015-04-05"
    /// The first version whose user delegation signatures can name the agent they are made for.
    static let firstAgentVersion = "2020-02-10"
    /// The first version whose user delegation signatures can be made for a user.
    static let firstUserVersion = "2025-07-05"
    /// The first version whose user delegation signatures can bind headers and parameters of the request.
    static let firstBoundVersion = "2026-04-06"
    /// Fields of user delegation signatures, and the first version that signs them.
    static let firstVersions = [
        (["saoid", "suoid", "scid"], firstAgentVersion), (["skdutid", "sduoid"], firstUserVersion),
        (["srh", "srq"], firstBoundVersion),
    ]

    /// The account's name and the fields, each ended by a newline.
    static func account(_ account: AccountName, _ field: (String) -> String, version: ServiceVersion) -> String {
        var names = ["sp", "ss", "srt", "st", "se", "sip", "spr", "sv"]
        if version.isAtLeast("2020-12-06") { names.append("ses") }
        var text = account.text + "\n"
        for name in names {
            text += field(name)
            text += "\n"
        }
        return text
    }

    /// The fields and the resource, divided by newlines.
    ///
    /// `resource` is `/account/container[/blob]`; `time` is the
    /// snapshot or version that the signature names, or empty.
    static func service(
        _ resource: String,
        _ time: String,
        _ field: (String) -> String,
        _ version: ServiceVersion
    ) -> String {
        let named = version.isAtLeast("2015-02-21") ? "/blob" + resource : resource
        var lines = [field("sp"), field("st"), field("se"), named, field("si")]
        if version.isAtLeast("2015-04-05") { lines += [field("sip"), field("spr")] }
        lines.append(field("sv"))
        if version.isAtLeast("2018-11-09") { lines += [field("sr"), time] }
        if version.isAtLeast("2020-12-06") { lines.append(field("ses")) }
        lines += overridden.map(field)
        return lines.joined(separator: "\n")
    }

    /// The same for a signature made with a user delegation key, which is named in it; `srh` and `srq` are the headers and
    /// parameters they name with what the request has in them.
    static func delegated(
        _ resource: String,
        _ time: String,
        _ field: (String) -> String,
        _ version: ServiceVersion
    ) -> String {
        var lines = [field("sp"), field("st"), field("se"), "/blob" + resource]
        lines += ["skoid", "sktid", "skt", "ske", "sks", "skv"].map(field)
        if version.isAtLeast(firstAgentVersion) { lines += ["saoid", "suoid", "scid"].map(field) }
        if version.isAtLeast(firstUserVersion) { lines += ["skdutid", "sduoid"].map(field) }
        lines += [field("sip"), field("spr"), field("sv"), field("sr"), time]
        if version.isAtLeast("2020-12-06") { lines.append(field("ses")) }
        if version.isAtLeast(firstBoundVersion) { lines += ["srh", "srq"].map(field) }
        lines += overridden.map(field)
        return lines.joined(separator: "\n")
    }
    private static let overridden = ["rscc", "rscd", "rsce", "rscl", "rsct"]
}

// MARK: - Queues and tables

extension SASText {
    /// A queue's; `resource` is `/account/queue`.
    static func queue(_ resource: String, _ field: (String) -> String, _ version: ServiceVersion) -> String {
        plain("/queue", resource, field, version).joined(separator: "\n")
    }
    /// The same for a signature made with a user delegation key (azure-storage-queue, `add_resource_signature`).
    static func delegatedQueue(_ resource: String, _ field: (String) -> String) -> String {
        let names = ["skoid", "sktid", "skt", "ske", "sks", "skv", "skdutid", "sduoid", "sip", "spr", "sv"]
        return (["sp", "st", "se"].map(field) + ["/queue" + resource] + names.map(field)).joined(separator: "\n")
    }
    /// A table's; `resource` is `/account/table` with the table in lower case.
    static func table(_ resource: String, _ field: (String) -> String, _ version: ServiceVersion) -> String {
        (plain("/table", resource, field, version) + ["spk", "srk", "epk", "erk"].map(field)).joined(separator: "\n")
    }
    private static func plain(
        _ service: String,
        _ resource: String,
        _ field: (String) -> String,
        _ version: ServiceVersion
    ) -> [String] {
        let named = version.isAtLeast("2015-02-21") ? service + resource : resource
        var lines = [field("sp"), field("st"), field("se"), named, field("si")]
        if version.isAtLeast("2015-04-05") { lines += [field("sip"), field("spr")] }
        return lines + [field("sv")]
    }
}
