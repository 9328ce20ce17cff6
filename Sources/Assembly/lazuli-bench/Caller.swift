// SPDX-License-Identifier: Apache-2.0
import Base

/// Single requests through curl, for what a measurement needs before and between its loads.
struct Caller {
    let scratch: Scratch

    /// An answer; header names in lower case.
    struct Answer {
        var status: Int
        var headers: [String: String]
        var body: String
        var seconds: Double
        var json: JSON { (try? JSON(parsing: Array(body.utf8))) ?? .null }
    }

    /// Sends a request; throws when the status is none of those expected.
    @discardableResult
    func send(
        _ method: String,
        _ url: String,
        _ headers: [String] = [],
        body: String? = nil,
        file: String? = nil,
        expecting: [Int]
    ) throws -> Answer {
        var arguments = ["--silent", "--show-error", "--insecure", "--http1.1", "--include", "--request", method]
        // No answer is waited for before the body: it would be measured with it.
        for header in headers + ["Expect:"] { arguments += ["--header", header] }
        if let body { arguments += ["--data-binary", body] }
        if let file { arguments += ["--upload-file", file] }
        arguments += ["--write-out", "\nCURL %{http_code} %{time_total}", url]
        let answer = Self.parse(try scratch.run("curl", arguments))
        guard expecting.contains(answer.status) else {
            throw Failure("\(method) \(url.prefix { $0 != "?" }): \(answer.status), \(answer.body.prefix(600))")
        }
        return answer
    }

    private static func parse(_ printed: String) -> Answer {
        // A carriage return and a line feed are one Character.
        let lines = printed.replacing("\r\n", with: "\n").split(separator: "\n", omittingEmptySubsequences: false)
        let end = lines.firstIndex { $0.isEmpty } ?? lines.endIndex
        let headers = lines[..<end].dropFirst().compactMap { line -> (String, String)? in
            guard let colon = line.firstIndex(of: ":") else { return nil }
            return (line[..<colon].lowercased(), String(line[colon...].dropFirst(2)))
        }
        let verdict = lines.last?.split(separator: " ") ?? []
        return Answer(
            status: verdict.count == 3 ? Int(verdict[1]) ?? 0 : 0,
            headers: Dictionary(headers, uniquingKeysWith: { $1 }),
            body: lines[end...].dropFirst().dropLast().joined(separator: "\n"),
            seconds: verdict.count == 3 ? Double(verdict[2]) ?? 0 : 0
        )
    }
}
