// SPDX-License-Identifier: Apache-2.0

/// Bad requests to queues, tables and file systems, as they come over the wire.
extension BadRequest {
    private static let names: [(what: String, name: String, codes: [String])] = [
        ("a short name", "ab", ["OutOfRangeInput", "InvalidResourceName"]),
        ("a long name", String(repeating: "a", count: 64), ["OutOfRangeInput", "InvalidResourceName"]),
        ("a name with a capital", "Abc", ["InvalidResourceName"]),
        ("a name with two hyphens", "a--b", ["InvalidResourceName"]),
        ("a name that ends with a hyphen", "ab-", ["InvalidResourceName"]),
        ("a name with an escaped slash", "a%2Fb", []), ("a name with a NUL", "a%00b", []),
        ("a name with half a surrogate pair", "a%ED%A0%80b", []), ("a name that is no UTF-8", "a%FFb", []),
        ("an overlong slash in a name", "a%C0%AFb", []),
    ]
    static let queues =
        names.map { what, name, codes in
            BadRequest(
                what: what,
                method: "PUT",
                url: "<queue>/\(name)?<sas>",
                headers: [version],
                body: "",
                statuses: [400],
                codes: codes
            )
        } + [
            BadRequest(
                what: "a name with a broken escape",
                method: "PUT",
                url: "<queue>/ab%zz?<sas>",
                headers: [version],
                body: "",
                statuses: [400]
            ),
            BadRequest(
                what: "a message that is no XML",
                method: "POST",
                url: "<queue>/jobs/messages?<sas>",
                headers: [version],
                body: "<QueueMessage><MessageText>",
                statuses: [400],
                codes: ["InvalidXmlDocument"]
            ),
            BadRequest(
                what: "a message with an entity bomb",
                method: "POST",
                url: "<queue>/jobs/messages?<sas>",
                headers: [version],
                body: "<!DOCTYPE q [<!ENTITY a \"aaaa\">]><QueueMessage><MessageText>&a;</MessageText></QueueMessage>",
                statuses: [400],
                codes: ["InvalidXmlDocument"]
            ),
            BadRequest(
                what: "a message beyond all measure",
                method: "POST",
                url: "<queue>/jobs/messages?<sas>",
                headers: [version],
                body:
                    "<QueueMessage><MessageText>\(String(repeating: "x", count: 2_000_000))</MessageText></QueueMessage>",
                statuses: [413, 0]
            ),
            BadRequest(
                what: "a message shorter than it said",
                method: "POST",
                url: "<queue>/jobs/messages?<sas>",
                headers: [version, "Content-Length: 10000"],
                body: "<QueueMessage><MessageText>x</MessageText></QueueMessage>",
                options: ["--max-time", "2"],
                statuses: [0, 400, 408]
            ),
            BadRequest(
                what: "more messages than there may be",
                url: "<queue>/jobs/messages?numofmessages=100000&<sas>",
                headers: [version],
                statuses: [400],
                codes: ["OutOfRangeQueryParameterValue"]
            ),
            BadRequest(
                what: "a list marker that is none",
                url: "<queue>/?comp=list&marker=%00%ff&<sas>",
                headers: [version],
                statuses: [400]
            ),
            BadRequest(
                what: "statistics of a secondary",
                url: "<queue>/?restype=service&comp=stats&<sas>",
                headers: [version],
                statuses: [403],
                codes: ["InsufficientAccountPermissions"]
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
        statuses: [Int] = [400],
        codes: [String] = []
    ) -> BadRequest {
        BadRequest(
            what: what,
            method: method,
            url: "<table>\(path)\(path.contains("?") ? "&" : "?")<sas>",
            headers: [tableVersion, wantsJSON] + headers,
            body: body,
            options: options,
            statuses: statuses,
            codes: codes
        )
    }
    static let tables = [
        table(
            "a table's name with a hyphen",
            method: "POST",
            "/Tables",
            #"{"TableName":"a-b"}"#,
            codes: ["InvalidResourceName"]
        ),
        table(
            "a table's name of two letters",
            method: "POST",
            "/Tables",
            #"{"TableName":"ab"}"#,
            codes: ["OutOfRangeInput"]
        ),
        table("a table's name that is no UTF-8", "/a%FFb"), table("a table's name with a broken escape", "/abc%zz"),
        table("malformed JSON", method: "POST", "/people", "{\"PartitionKey\": ", codes: ["InvalidInput"]),
        table("JSON nested without end", method: "POST", "/people", String(repeating: "[", count: 100_000)),
        table("an entity without keys", method: "POST", "/people", "{}", codes: ["PropertiesNeedValue"]),
        table(
            "a key with half a surrogate pair",
            method: "POST",
            "/people",
            #"{"PartitionKey":"\ud800","RowKey":"b"}"#
        ),
        table("a key with a slash", method: "POST", "/people", #"{"PartitionKey":"a/b","RowKey":"b"}"#),
        table(
            "an entity beyond all measure",
            method: "POST",
            "/people",
            #"{"PartitionKey":"a","RowKey":"b","X":""# + String(repeating: "x", count: 5_000_000) + "\"}",
            statuses: [413, 0]
        ),
        table(
            "an entity shorter than it said",
            method: "POST",
            "/people",
            #"{"PartitionKey":"a","RowKey":"b"}"#,
            headers: [json, "Content-Length: 10000"],
            options: ["--max-time", "2"],
            statuses: [0, 400, 408]
        ),
        table("a filter that is none", "/people()?$filter=((((", codes: ["InvalidInput"]),
        table("a filter of great depth", "/people()?$filter=" + String(repeating: "(", count: 3_000)),
        table("a page of 100,000", "/people()?$top=100000", codes: ["InvalidInput"]),
        table("a continuation that is none", "/people()?NextPartitionKey=%00%ff"),
        table("keys without an end", "/people(PartitionKey='a"),
        table(
            "a batch that is none",
            method: "POST",
            "/$batch",
            "{}",
            statuses: [415],
            codes: ["MediaTypeNotSupported"]
        ),
        table(
            "a batch without an end",
            method: "POST",
            "/$batch",
            "--b\r\nContent-Type: application/http\r\n\r\n",
            headers: ["Content-Type: multipart/mixed; boundary=b"],
            codes: ["InvalidInput"]
        ),
    ]

    static let files =
        names.map { what, name, _ in
            // Data Lake's codes for names are its own.
            BadRequest(
                what: what,
                method: "PUT",
                url: "<dfs>/\(name)?resource=filesystem&<sas>",
                headers: [version],
                body: "",
                statuses: [400]
            )
        } + [
            BadRequest(
                what: "a page of minus one",
                url: "<dfs>/?resource=account&maxResults=-1&<sas>",
                headers: [version],
                statuses: [400]
            ),
            BadRequest(
                what: "a continuation that is none",
                url: "<dfs>/?resource=account&continuation=%00%ff&<sas>",
                headers: [version],
                statuses: [400]
            ),
            BadRequest(
                what: "a path that is no UTF-8",
                method: "PUT",
                url: "<dfs>/docs/%ED%A0%80?resource=file&<sas>",
                headers: [version],
                body: "",
                statuses: [400]
            ),
            BadRequest(
                what: "a path where there is no hierarchy",
                method: "PUT",
                url: "<dfs>/docs/a?resource=directory&<sas>",
                headers: [version],
                body: "",
                statuses: [400, 409],
                codes: ["HierarchicalNamespaceNotEnabled"]
            ),
        ]
}
