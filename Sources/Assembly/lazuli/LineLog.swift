// SPDX-License-Identifier: Apache-2.0
import Base
// Glibc for write(2): one call for each line, so that lines of several threads never mix.
import Glibc
import Logging

/// Writes log lines to the standard error stream: `time level message name=value …`, times in UTC.
///
/// Every request writes one, so it costs little: no time zone is looked up, and nothing is held back in a buffer
/// that a crash would lose.
struct LineLog: LogHandler {
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?
    var logLevel: Logger.Level = .info

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        var line = "\(SystemClock().now.iso8601) \(event.level.rawValue) \(event.message)"
        append(metadata, to: &line)
        append(metadataProvider?.get() ?? [:], to: &line)
        append(event.metadata ?? [:], to: &line)
        if let error = event.error { line += " error=\(error)" }
        line += "\n"
        let bytes = Array(line.utf8)
        // A log nobody can write to must not stop the region.
        _ = unsafe write(STDERR_FILENO, bytes, bytes.count)
    }
    private func append(_ metadata: Logger.Metadata, to line: inout String) {
        for (name, value) in metadata.sorted(by: { $0.key < $1.key }) { line += " \(name)=\(value)" }
    }
}
