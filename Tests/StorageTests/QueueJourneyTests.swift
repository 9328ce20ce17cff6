// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Queues and their administration, through the dispatcher against memory engines.
@Suite struct QueueJourneyTests {
    @Test func `a queue is created once, found again with the same metadata and refused with other`() async throws {
        let client = try await QueueClient.ready()
        #expect(try await client.send(.put, "/jobs").status == 204)
        let other = try await client.send(.put, "/jobs", headers: ["x-ms-meta-a": "1"])
        #expect(other.status == 409 && other.code == "QueueAlreadyExists")
        #expect(try await client.code(.delete, "/jobs") == "204 -")
        #expect(try await client.code(.delete, "/jobs") == "404 QueueNotFound")
        #expect(try await client.send(.put, "/jobs", headers: ["x-ms-meta-a": "1"]).status == 201)
        #expect(try await client.send(.put, "/jobs", headers: ["x-ms-meta-A": "1"]).status == 204)
    }

    @Test(arguments: [
        ("/ab", "400 OutOfRangeInput"), ("/Jobs", "400 InvalidResourceName"), ("/a--b", "400 InvalidResourceName"),
        ("/-ab", "400 InvalidResourceName"), ("/a_b", "400 InvalidResourceName"),
        ("/\(String(repeating: "a", count: 64))", "400 OutOfRangeInput"),
    ])
    func `a name that is none is refused`(path: String, code: String) async throws {
        let client = try await QueueClient.ready()
        #expect(try await client.code(.put, path) == code)
    }

    @Test func `metadata are set as a whole and shown with the number of messages`() async throws {
        let client = try await QueueClient.ready()
        #expect(try await client.count() == "0")
        for text in ["a", "b", "c"] { try await client.put(text) }
        let set = try await client.send(.put, "/jobs", "comp=metadata", headers: ["x-ms-meta-Colour": "red"])
        #expect(set.status == 204)
        let shown = try await client.send(.get, "/jobs", "comp=metadata")
        #expect(shown["x-ms-meta-colour"] == "red")
        #expect(shown["x-ms-approximate-messages-count"] == "3")
        #expect(shown.body.isEmpty)
        #expect(try await client.send(.put, "/jobs", "comp=metadata").status == 204)
        #expect(try await client.send(.head, "/jobs", "comp=metadata")["x-ms-meta-colour"] == nil)
        #expect(try await client.code(.get, "/none", "comp=metadata") == "404 QueueNotFound")
    }

    @Test func `queues are listed by name, page after page, with prefix and metadata`() async throws {
        let client = try await QueueClient.ready()
        for name in ["alpha", "beta-1", "beta-2", "beta-3"] {
            #expect(try await client.send(.put, "/\(name)", headers: ["x-ms-meta-n": name]).status == 201)
        }
        var marker = ""
        var names: [String] = []
        repeat {
            let page = try await client.send(.get, "/", "comp=list&maxresults=2\(marker)")
            names += QueueClient.elements("Name", page.text)
            marker = QueueClient.elements("NextMarker", page.text).first.map { "&marker=\($0.percentEncoded())" } ?? ""
        } while !marker.isEmpty
        #expect(names == ["alpha", "beta-1", "beta-2", "beta-3", "jobs"])
        let some = try await client.send(.get, "/", "comp=list&prefix=beta&include=metadata").text
        #expect(QueueClient.elements("Name", some) == ["beta-1", "beta-2", "beta-3"])
        #expect(QueueClient.elements("n", some) == ["beta-1", "beta-2", "beta-3"])
        #expect(try await client.code(.get, "/", "comp=list&maxresults=0") == "400 OutOfRangeQueryParameterValue")
        #expect(try await client.code(.get, "/", "comp=list&include=snapshots") == "400 InvalidQueryParameterValue")
        #expect(try await client.code(.get, "/", "comp=list&marker=x") == "400 InvalidQueryParameterValue")
    }

    @Test func `settings of the service are set, shown and kept apart from those of blobs`() async throws {
        let client = try await QueueClient.ready()
        let cors =
            "<Cors><CorsRule><AllowedOrigins>https://a.example</AllowedOrigins><AllowedMethods>GET</AllowedMethods>"
            + "<AllowedHeaders>*</AllowedHeaders><ExposedHeaders>*</ExposedHeaders><MaxAgeInSeconds>5</MaxAgeInSeconds>"
            + "</CorsRule></Cors>"
        let query = "restype=service&comp=properties"
        let body = "<StorageServiceProperties>\(cors)</StorageServiceProperties>"
        #expect(try await client.code(.put, "/", query, body: body) == "202 -")
        #expect(try await client.send(.get, "/", query).text.contains("https://a.example"))
        #expect(try await client.send(.get, "/", query).text.contains("StaticWebsite") == false)
        #expect(try await client.storage.send(.get, "/", query).text.contains("https://a.example") == false)
        let website = "<StorageServiceProperties><StaticWebsite/></StorageServiceProperties>"
        #expect(try await client.code(.put, "/", query, body: website) == "400 InvalidXmlDocument")
        let logging =
            "<StorageServiceProperties><Logging><Version>1.0</Version><Delete>true</Delete><Read>false</Read>"
            + "<Write>false</Write><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></Logging>"
            + "</StorageServiceProperties>"
        #expect(try await client.code(.put, "/", query, body: logging) == "501 NotImplemented")
    }

    @Test func `stored policies are set and shown and hold letters of queues only`() async throws {
        let client = try await QueueClient.ready()
        func policy(_ letters: String) -> String {
            "<SignedIdentifiers><SignedIdentifier><Id>p</Id><AccessPolicy><Expiry>2100-01-01</Expiry>"
                + "<Permission>\(letters)</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>"
        }
        #expect(try await client.code(.put, "/jobs", "comp=acl", body: policy("raup")) == "204 -")
        #expect(try await client.send(.get, "/jobs", "comp=acl").text.contains("<Permission>raup</Permission>"))
        #expect(try await client.code(.put, "/jobs", "comp=acl", body: policy("rw")) == "400 InvalidXmlNodeValue")
        #expect(try await client.code(.put, "/jobs", "comp=acl") == "204 -")
        #expect(try await client.send(.get, "/jobs", "comp=acl").text.contains("SignedIdentifier>") == false)
    }

    @Test func `a role opens what Azure says it opens`() async throws {
        var client = try await QueueClient.ready()
        let message = try await client.put("a")
        client.storage.identity = .bearer
        #expect(try await client.code(.get, "/jobs/messages") == "403 AuthorizationPermissionMismatch")
        #expect(try await client.send(.get, "/", "comp=list").status == 200)
        let calls: [(HTTPRequest.Method, String, String, String)] = [
            (.post, "/jobs/messages", "", QueueClient.body("b")), (.get, "/jobs/messages", "peekonly=true", ""),
            (.get, "/jobs/messages", "", ""),
            (.put, "/jobs/messages/\(message.id)", "popreceipt=\(message.receipt)&visibilitytimeout=0", ""),
            (.delete, "/jobs/messages", "", ""),
        ]
        let roles: [(String, [Bool])] = [
            ("Storage Queue Data Message Sender", [true, false, false, false, false]),
            ("Storage Queue Data Reader", [false, true, false, false, false]),
            ("Storage Queue Data Message Processor", [false, true, true, false, false]),
            ("Storage Queue Data Contributor", [true, true, true, true, true]),
        ]
        for (role, open) in roles {
            try await client.storage.region.assign(role)
            for (call, isOpen) in zip(calls, open) {
                let answer = try await client.send(call.0, call.1, call.2, body: call.3)
                #expect((answer.status != 403) == isOpen, "\(role): \(call.0) \(call.1) \(call.2)")
            }
            try await client.storage.region.unassign(role)
        }
    }

    @Test func `nobody and another service's signature are turned away`() async throws {
        var client = try await QueueClient.ready()
        let signature = try await client.storage.signature(container: "jobs", permissions: "r")
        client.storage.identity = .nobody
        let stranger = try await client.send(.get, "/jobs/messages", "peekonly=true")
        #expect(stranger.status == 401 && stranger.code == "NoAuthenticationInformation")
        #expect(stranger["www-authenticate"]?.hasPrefix("Bearer authorization_uri=") == true)
        #expect(
            try await client.code(.get, "/jobs/messages", "peekonly=true&\(signature)") == "403 AuthenticationFailed"
        )
    }

    @Test func `a queue that is deleted or cleared leaves nothing behind, and neither does its account`() async throws {
        let client = try await QueueClient.ready()
        let before = try await client.storage.storedKeys()
        #expect(try await client.send(.put, "/more").status == 201)
        for number in 0..<700 {
            try await client.put(number == 3 ? String(repeating: "x", count: 5000) : "m", queue: "more")
        }
        #expect(try await client.code(.delete, "/more/messages") == "204 -")
        #expect(try await client.peek(queue: "more") == [])
        #expect(try await client.count(queue: "more") == "0")
        #expect(try await client.put("new", queue: "more").id != "")
        #expect(try await client.peek(queue: "more") == ["new"])
        #expect(try await client.code(.delete, "/more") == "204 -")
        try await client.storage.settle()
        #expect(try await client.storage.storedKeys() == before)
        try await client.put("last")
        #expect(try await client.storage.manage(.delete, "").status == 200)
        try await client.storage.settle()
        #expect(try await client.storage.storedKeys() == 0)
    }

    @Test func `an account that goes right after its queues takes their messages along`() async throws {
        let client = try await QueueClient.ready()
        // Each has a purge of its own; the account's comes before some of them.
        for number in 0..<16 {
            #expect(try await client.send(.put, "/queue\(number)").status == 201)
            try await client.put("m", queue: "queue\(number)")
            #expect(try await client.code(.delete, "/queue\(number)") == "204 -")
        }
        #expect(try await client.storage.manage(.delete, "").status == 200)
        try await client.storage.settle()
        #expect(try await client.storage.storedKeys() == 0)
    }

    @Test func `queues are resources too`() async throws {
        let client = try await QueueClient.ready()
        let path = "/queueServices/default/queues"
        let made = try await client.storage.manage(.put, path + "/orders", ["properties": ["metadata": ["a": "1"]]])
        #expect(made.status == 200 && made.json["properties"]?["metadata"]?["a"]?.string == "1")
        try await client.put("m", queue: "orders")
        let shown = try await client.storage.manage(.get, path + "/orders").json
        #expect(shown["properties"]?["approximateMessageCount"]?.integer == 1)
        #expect(try await client.storage.manage(.get, path).json["value"]?.array?.count == 2)
        #expect(try await client.storage.manage(.patch, path + "/none", [:]).code == "QueueNotFound")
        #expect(try await client.storage.manage(.delete, path + "/orders").status == 204)
        #expect(try await client.storage.manage(.get, path + "/orders").status == 404)
        let service = try await client.storage.manage(.get, "/queueServices/default").json
        #expect(service["type"]?.string == "Microsoft.Storage/storageAccounts/queueServices")
        let cors: JSON = [
            "properties": [
                "cors": [
                    "corsRules": [
                        [
                            "allowedOrigins": ["*"], "allowedMethods": ["GET"], "allowedHeaders": [],
                            "exposedHeaders": [], "maxAgeInSeconds": 1,
                        ]
                    ]
                ]
            ]
        ]
        #expect(try await client.storage.manage(.put, "/queueServices/default", cors).status == 200)
        let properties = try await client.send(.get, "/", "restype=service&comp=properties").text
        #expect(properties.contains("<MaxAgeInSeconds>1</MaxAgeInSeconds>"))
    }
}
