// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

extension StorageProvider {
    func listKeys(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        shown(try await existing(call, scope).account.keys)
    }
    /// A fresh key in the place of one of the two; what the old one signed ends with this commit.
    func regenerateKey(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        var account = try await existing(call, scope).account
        let name = try call.json()["keyName"]?.string ?? ""
        guard let index = Account.keyNames.firstIndex(of: name.lowercased()) else {
            throw .badRequest("InvalidValuesForRequestParameters", "keyName must be key1 or key2, not '\(name)'.")
        }
        account.keys[index] = Account.AccessKey(scope)
        try await scope.put(account, at: StorageKey.account(account.id))
        return shown(account.keys)
    }
    private func shown(_ keys: [Account.AccessKey]) -> Reply {
        let list = zip(Account.keyNames, keys).map { name, key in
            [
                "keyName": .string(name), "value": .string(key.secret.reveal().base64), "permissions": "FULL",
                "creationTime": .string(key.created.iso8601),
            ] as JSON
        }
        return .json(200, ["keys": .array(list)])
    }
}
