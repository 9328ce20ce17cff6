// SPDX-License-Identifier: Apache-2.0
// Foundation: folders are made and copied.
import Foundation

/// A client's own home: nothing it remembers, and no setting of this machine, reaches another client.
package struct Home: Sendable {
    /// The region its clients talk to.
    package let region: Region
    /// Where the clients keep what they remember.
    package let folder: String
    /// The clients' whole environment.
    package var environment: [String: String]

    /// What every program gets: where programs are, and a fixed language.
    package static var bare: [String: String] {
        ["PATH": "/usr/local/bin:/usr/bin:/bin:/usr/sbin:/sbin", "LANG": "C.UTF-8", "TMPDIR": NSTemporaryDirectory()]
    }

    /// A fresh home.
    ///
    /// The region's certificate authority is the only one its clients trust, so none can reach beyond the region.
    package init(_ region: Region) throws {
        self.region = region
        folder = "\(region.folder)/home-\(UUID().uuidString.prefix(8))"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        environment = Self.environment(of: region, folder: folder)
    }

    /// A home that starts with what `other` remembers.
    package init(copying other: Home) throws {
        region = other.region
        folder = "\(region.folder)/home-\(UUID().uuidString.prefix(8))"
        try FileManager.default.copyItem(atPath: other.folder, toPath: folder)
        environment = Self.environment(of: region, folder: folder)
    }

    private static func environment(of region: Region, folder: String) -> [String: String] {
        let ca = region.credentials.caCertificate
        return bare.merging(
            [
                "HOME": folder, "AZURE_CONFIG_DIR": "\(folder)/.azure",
                "REQUESTS_CA_BUNDLE": ca, "SSL_CERT_FILE": ca, "CURL_CA_BUNDLE": ca, "RCLONE_CA_CERT": ca,
                "AZURE_CORE_COLLECT_TELEMETRY": "0", "AZURE_CORE_NO_COLOR": "1", "AZURE_CORE_LOGIN_EXPERIENCE_V2": "0",
                "AZURE_EXTENSION_USE_DYNAMIC_INSTALL": "no", "AZURE_CORE_DISABLE_CONFIRM_PROMPT": "1",
                "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUTF8": "1", "LAZULI_CREDENTIALS": region.credentials.file,
            ],
            uniquingKeysWith: { $1 }
        )
    }

    /// Runs a program in this home.
    package func run(
        _ tool: String,
        _ arguments: [String],
        with extra: [String: String] = [:],
        input: [UInt8] = [],
        timeoutSeconds: Int = 120
    ) async throws -> Output {
        try await Tool.run(
            tool,
            arguments,
            environment: environment.merging(extra) { $1 },
            input: input,
            timeoutSeconds: timeoutSeconds
        )
    }

    /// Runs a program in this home; throws with all it printed when it fails.
    @discardableResult
    package func must(
        _ tool: String,
        _ arguments: [String],
        with extra: [String: String] = [:],
        input: [UInt8] = [],
        timeoutSeconds: Int = 120
    ) async throws -> Output {
        let output = try await run(tool, arguments, with: extra, input: input, timeoutSeconds: timeoutSeconds)
        guard output.status == 0 else {
            throw ClientError("\(tool) \(arguments.joined(separator: " ")) failed: \(output.report)\n\(region.log)")
        }
        return output
    }

    /// Writes a file into this home and gives its path; folders on the way are made.
    package func file(_ name: String, _ bytes: [UInt8]) throws -> String {
        let url = URL(fileURLWithPath: "\(folder)/\(name)")
        try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: url)
        return url.path
    }
}
