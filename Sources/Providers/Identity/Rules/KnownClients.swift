// SPDX-License-Identifier: Apache-2.0
import FoundationEssentials

/// Applications every Azure directory knows without registering them: public clients that keep no secret.
enum KnownClients {
    /// Their ids and names.
    static let names: [UUID: String] = [
        "04b07795-8ddb-461a-bbee-02f9e1bf7b46": "Microsoft Azure CLI",
        "1950a258-227b-4e31-a9cf-717495945fc2": "Microsoft Azure PowerShell",
        "14d82eec-204b-4c2f-b7e8-296a70dab67e": "Microsoft Graph Command Line Tools",
        "872cd9fa-d31f-45e0-9eab-6e460a02d1f1": "Visual Studio",
        "aebc6443-996d-45c2-90f0-388ff96faa56": "Visual Studio Code",
    ].reduce(into: [:]) { names, pair in
        if let id = UUID(uuidString: pair.key) { names[id] = pair.value }
    }
    /// Whether a refresh token of one serves the other: Entra's family of client ids, `foci` in its answers.
    static func isFamily(_ client: UUID) -> Bool { names[client] != nil }
}
