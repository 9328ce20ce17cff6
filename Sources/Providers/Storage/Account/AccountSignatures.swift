// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import Kernel

extension StorageProvider {
    /// The newest version whose signatures are made here.
    private static let signedVersion = "2022-11-02"

    /// List Account SAS: signs what the body asks for with one of the account's keys.
    func listAccountSas(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let account = try await existing(call, scope).account
        let body = try call.json()
        let fields = try fields(
            body,
            [
                ("ss", "signedServices", true), ("srt", "signedResourceTypes", true), ("sp", "signedPermission", true),
                ("se", "signedExpiry", true), ("st", "signedStart", false), ("sip", "signedIp", false),
                ("spr", "signedProtocol", false),
            ]
        )
        guard let name = AccountName(account.name), let version = ServiceVersion(Self.signedVersion) else {
            throw Self.invalidName(account.name)
        }
        let text = SASText.account(name, { fields[$0] ?? "" }, version: version)
        return .json(200, ["accountSasToken": .string(try token(fields, text, account, body))])
    }

    /// List Service SAS.
    func listServiceSas(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let account = try await existing(call, scope).account
        let body = try call.json()
        let fields = try fields(
            body,
            [
                ("sr", "signedResource", true), ("sp", "signedPermission", false), ("se", "signedExpiry", false),
                ("st", "signedStart", false), ("sip", "signedIp", false), ("spr", "signedProtocol", false),
                ("si", "signedIdentifier", false), ("rscc", "rscc", false), ("rscd", "rscd", false),
                ("rsce", "rsce", false), ("rscl", "rscl", false), ("rsct", "rsct", false),
            ]
        )
        let resource = body["canonicalizedResource"]?.string ?? ""
        guard resource.hasPrefix("/blob/\(account.name)/"), ["b", "c"].contains(fields["sr"]) else {
            throw .badRequest(
                "InvalidValuesForRequestParameters",
                "canonicalizedResource must begin with /blob/\(account.name)/, and signedResource must be b or c."
            )
        }
        guard let version = ServiceVersion(Self.signedVersion) else { throw Self.invalidName(account.name) }
        let text = SASText.service(
            String(resource.dropFirst(5)),
            "",
            { fields[$0] ?? "" },
            version
        )
        return .json(200, ["serviceSasToken": .string(try token(fields, text, account, body))])
    }

    private func fields(
        _ body: JSON,
        _ members: [(String, String, Bool)]
    ) throws(ServiceError) -> [String: String] {
        var fields = ["sv": Self.signedVersion]
        for (field, member, isRequired) in members {
            guard let text = body[member]?.string ?? body[field]?.string, !text.isEmpty else {
                guard isRequired else { continue }
                throw .badRequest("InvalidValuesForRequestParameters", "The body needs \(member).")
            }
            guard !text.utf8.contains(where: { $0 < 32 }) else {
                throw .badRequest("InvalidValuesForRequestParameters", "\(member) holds a control character.")
            }
            fields[field] = text
        }
        return fields
    }
    private func token(
        _ fields: [String: String],
        _ text: String,
        _ account: Account,
        _ body: JSON
    ) throws(ServiceError) -> String {
        let name = body["keyToSign"]?.string ?? "key1"
        guard let index = Account.keyNames.firstIndex(of: name.lowercased()) else {
            throw .badRequest("InvalidValuesForRequestParameters", "keyToSign must be key1 or key2, not '\(name)'.")
        }
        let signature = hmacSHA256(Array(text.utf8), key: account.keys[index].secret).base64
        let items = fields.sorted { $0.key < $1.key } + [("sig", signature)]
        return items.map { "\($0.key)=\($0.value.percentEncoded())" }.joined(separator: "&")
    }
}
