// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

/// Every test that drives `az`: one at a time, since each command already keeps a core busy.
@Suite(.serialized) struct AzTests {}

/// The unmodified az command line in a home of its own.
struct Az: Sendable {
    var home: Home
    var region: Region { home.region }

    /// How az learns of the region: the lines that `lazuli up` prints.
    static let registration = [
        "cloud register -n Lazuli --endpoint-resource-manager <management>", "cloud set -n Lazuli",
    ]

    /// An az that knows the shared region and is signed in as nobody.
    static func signedOut() async throws -> Az {
        Az(home: try Home(copying: try await Tool.offPool { try template.get() }))
    }

    /// Registered once, since az then indexes its commands for many seconds; every other home starts as its copy.
    private static let template = Result {
        let home = try Home(Region.sharedNow())
        for command in registration {
            let words = Command.words(command, values: Command.values(of: home.region))
            let running = try Tool.start("az", words, environment: home.environment, timeoutSeconds: 180)
            guard running.wait(seconds: 190) == 0 else {
                throw ClientError("az \(command) failed: \(running.stderr)\n\(home.region.log)")
            }
        }
        return home
    }

    /// An az signed in as the region's service principal.
    static func servicePrincipal() async throws -> Az {
        let session = try await signedOut()
        try await session.must("login --service-principal -u <clientId> --password=<clientSecret> --tenant <tenantId>")
        return session
    }

    /// An az signed in as the region's administrator.
    static func administrator() async throws -> Az {
        let session = try await signedOut()
        try await session.must("login -u <administrator> --password=<password>")
        return session
    }

    /// Runs one command, written as in a shell; `<name>` stands for a value, and is one word whatever it holds.
    func run(_ command: String, values: [String: String] = [:], timeoutSeconds: Int = 180) async throws -> Output {
        let all = Command.values(of: region).merging(values) { $1 }
        return try await home.run("az", Command.words(command, values: all), timeoutSeconds: timeoutSeconds)
    }

    /// Runs one command that has to succeed.
    @discardableResult
    func must(_ command: String, values: [String: String] = [:]) async throws -> Output {
        let output = try await run(command, values: values)
        guard output.status == 0 else { throw ClientError("az \(command) failed: \(output.report)\n\(region.log)") }
        return output
    }
}

/// A command line as one writes it in a shell.
enum Command {
    /// What every command may name.
    static func values(of region: Region) -> [String: String] {
        let it = region.credentials
        return [
            "management": it.management, "login": it.login, "graph": it.graph, "storageSuffix": it.storageSuffix,
            "tenantId": it.tenantId, "subscriptionId": it.subscriptionId, "subscription": it.subscription,
            "clientId": it.clientId, "clientSecret": it.clientSecret, "objectId": it.objectId,
            "administrator": it.userPrincipalName, "password": it.password,
            "domain": it.userPrincipalName.split(separator: "@").last.map(String.init) ?? "",
        ]
    }

    /// Splits at spaces outside quotes, then puts the values in.
    static func words(_ command: String, values: [String: String]) -> [String] {
        var words: [String] = []
        var (word, quote, started) = ("", Character?.none, false)
        for character in command {
            if character == quote {
                quote = nil
            } else if quote == nil, character == "'" || character == "\"" {
                (quote, started) = (character, true)
            } else if quote == nil, character == " " {
                if started { words.append(word) }
                (word, started) = ("", false)
            } else {
                word.append(character)
                started = true
            }
        }
        if started { words.append(word) }
        return words.map { filled($0, values) }
    }

    /// Puts the values in for their names.
    static func filled(_ text: String, _ values: [String: String]) -> String {
        var filled = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "<") {
            let after = rest[rest.index(after: open)...]
            guard let close = after.firstIndex(of: ">"), let value = values[String(after[..<close])] else {
                filled += rest[...open]
                rest = after
                continue
            }
            filled += rest[..<open] + value
            rest = after[after.index(after: close)...]
        }
        return filled + rest
    }
}
