// SPDX-License-Identifier: Apache-2.0

/// Bad requests to queues, tables and file systems, as they come over the wire.
extension BadRequest {
    private static let names: [(what: String, name: String, code: String)] = [
        ("a short name", "ab", "OutOfRangeInput"),
        ("a long name", String(repeating: "a", count: 64), "OutOfRangeInput"),
        ("a name with a capital", "Abc", "InvalidResourceName"),
        ("a name with two hyphens", "a--b", "InvalidResourceName"),
        ("a name that ends with a hyphen", "ab-", "InvalidResourceName"),
        ("a name with an escaped slash", "a%2Fb", "InvalidResourceName"),
        ("a name with a NUL", "a%00b", "InvalidResourceName"),
        ("a name with half a surrogate pair", "a%ED%A0%80b", "InvalidUri"),
        ("a name that is no UTF-8", "a%FFb", "InvalidUri"),
        ("an overlong slash in a name", "a%C0%AFb", "InvalidUri"),
    ]
    /// Requests that would make something of each name, at a service.
    private static func naming(_ service: String, _ query: String = "") -> [BadRequest] {
        names.map { what, name, code in
            BadRequest(
                what: what,
                method: "PUT",
                url: "<\(service)>/\(name)?\(query)<sas>",
                headers: [version],
                body: "",
                status: 400,
                code: code
            )
        }
    }
    static let queues =
        naming("queue") + [
            BadRequest(
                what: "a name with a broken escape",
                method: "PUT",
                url: "<queue>/ab%zz?<sas>",
                headers: [version],
                body: "",
                status: 400,
                code: "InvalidUri"
            ),
            BadRequest(
                what: "a message that is no XML",
                method: "POST",
                url: "<queue>/jobs/messages?<sas>",
                headers: [version],
                body: "<QueueMessage><MessageText>",
                status: 400,
                code: "InvalidXmlDocument"
            ),
            BadRequest(
                what: "a message with an entity bomb",
                method: "POST",
                url: "<queue>/jobs/messages?<sas>",
                headers: [version],
                body: "<!DOCTYPE q [<!ENTITY a \"aaaa\">]><QueueMessage><MessageText>&a;</MessageText></QueueMessage>",
                status: 400,
                code: "InvalidXmlDocument"
            ),
            BadRequest(
                what: "a message beyond all measure",
                method: "POST",
                url: "<queue>/jobs/messages?<sas>",
                headers: [version],
                body:
                    "<QueueMessage><MessageText>\(String(repeating: "x", count: 2_000_000))</MessageText></QueueMessage>",
                status: 413,
                code: "RequestBodyTooLarge"
            ),
            BadRequest(
                what: "a message shorter than it said",
                method: "POST",
                url: "<queue>/jobs/messages?<sas>",
                headers: [version, "Content-Length: 10000"],
                body: "<QueueMessage><MessageText>x</MessageText></QueueMessage>",
                options: ["--max-time", "2"],
                status: 0,
                code: ""
            ),
            BadRequest(
                what: "more messages than there may be",
                url: "<queue>/jobs/messages?numofmessages=100000&<sas>",
                headers: [version],
                status: 400,
                code: "OutOfRangeQueryParameterValue"
            ),
            BadRequest(
                what: "a list marker that is none",
                url: "<queue>/?comp=list&marker=%00%ff&<sas>",
                headers: [version],
                status: 400,
                code: "InvalidUri"
            ),
            BadRequest(
                what: "statistics of a secondary",
                url: "<queue>/?restype=service&comp=stats&<sas>",
                headers: [version],
                status: 403,
                code: "InsufficientAccountPermissions"
            ),
        ]

    private static let tableVersion = "x-ms-version: 2019-02-02"
    private static let wantsJSON = "Accept: application/json"
    private static func table(
        _ what: String,
        method: String = "GET",
        _ path: String,
        _ body: String? = nil,
        headers: [String] = [json],
        options: [String] = [],
        status: Int = 400,
        code: String
    ) -> BadRequest {
        BadRequest(
            what: what,
            method: method,
            url: "<table>\(path)\(path.contains("?") ? "&" : "?")<sas>",
            headers: [tableVersion, wantsJSON] + headers,
            body: body,
            options: options,
            status: status,
            code: code
        )
    }
    static let tables = [
        table(
            "a table's name with a hyphen",
            method: "POST",
            "/Tables",
            #"{"TableName":"a-b"}"#,
            code: "InvalidResourceName"
        ),
        table(
            "a table's name of two letters",
            method: "POST",
            "/Tables",
            #"{"TableName":"ab"}"#,
            code: "OutOfRangeInput"
        ),
        table("a table's name that is no UTF-8", "/a%FFb", code: "InvalidUri"),
        table("a table's name with a broken escape", "/abc%zz", code: "InvalidUri"),
        table("malformed JSON", method: "POST", "/people", "{\"PartitionKey\": ", code: "InvalidInput"),
        table(
            "JSON nested without end",
            method: "POST",
            "/people",
            String(repeating: "[", count: 100_000),
            code: "InvalidInput"
        ),
        table("an entity without keys", method: "POST", "/people", "{}", code: "PropertiesNeedValue"),
        table(
            "a key with half a surrogate pair",
            method: "POST",
            "/people",
            #"{"PartitionKey":"\ud800","RowKey":"b"}"#,
            code: "InvalidInput"
        ),
        table(
            "a key with a slash",
            method: "POST",
            "/people",
            #"{"PartitionKey":"a/b","RowKey":"b"}"#,
            code: "OutOfRangeInput"
        ),
        table(
            "an entity beyond all measure",
            method: "POST",
            "/people",
            #"{"PartitionKey":"a","RowKey":"b","X":""# + String(repeating: "x", count: 5_000_000) + "\"}",
            status: 413,
            code: "RequestBodyTooLarge"
        ),
        table(
            "an entity shorter than it said",
            method: "POST",
            "/people",
            #"{"PartitionKey":"a","RowKey":"b"}"#,
            headers: [json, "Content-Length: 10000"],
            options: ["--max-time", "2"],
            status: 0,
            code: ""
        ),
        table("a filter that is none", "/people()?$filter=((((", code: "InvalidInput"),
        table(
            "a filter of great depth",
            "/people()?$filter=" + String(repeating: "(", count: 3_000),
            code: "InvalidInput"
        ),
        table("a page of 100,000", "/people()?$top=100000", code: "InvalidInput"),
        table("a continuation that is none", "/people()?NextPartitionKey=%00%ff", code: "InvalidUri"),
        table("keys without an end", "/people(PartitionKey='a", code: "InvalidUri"),
        table(
            "a batch that is none",
            method: "POST",
            "/$batch",
            "{}",
            status: 415,
            code: "MediaTypeNotSupported"
        ),
        table(
            "a batch without an end",
            method: "POST",
            "/$batch",
            "--b\r\nContent-Type: application/http\r\n\r\n",
            headers: ["Content-Type: multipart/mixed; boundary=b"],
            code: "InvalidInput"
        ),
    ]

    static let files =
        naming("dfs", "resource=filesystem&") + [
            BadRequest(
                what: "a page of minus one",
                url: "<dfs>/?resource=account&maxResults=-1&<sas>",
                headers: [version],
                status: 400,
                code: "InvalidQueryParameterValue"
            ),
            BadRequest(
                what: "a continuation that is none",
                url: "<dfs>/?resource=account&continuation=%00%ff&<sas>",
                headers: [version],
                status: 400,
                code: "InvalidUri"
            ),
            BadRequest(
                what: "a path that is no UTF-8",
                method: "PUT",
                url: "<dfs>/docs/%ED%A0%80?resource=file&<sas>",
                headers: [version],
                body: "",
                status: 400,
                code: "InvalidUri"
            ),
            BadRequest(
                what: "a path where there is no hierarchy",
                method: "PUT",
                url: "<dfs>/docs/a?resource=directory&<sas>",
                headers: [version],
                body: "",
                status: 400,
                code: "HierarchicalNamespaceNotEnabled"
            ),
        ]
}
