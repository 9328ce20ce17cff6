// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

@Suite struct TableJourneyTests {
    @Test func `tables are made, listed and deleted, in any spelling`() async throws {
        let client = try await TableClient.ready()
        #expect(try await client.create("People").code == "TableAlreadyExists")
        #expect(try await client.create("a-b").code == "InvalidResourceName")
        #expect(try await client.create("ab").code == "OutOfRangeInput")
        #expect(try await client.send(.post, "/Tables", body: "{}").code == "PropertiesNeedValue")
        let made = try await client.create("Zebra")
        #expect(made.status == 201 && made.json["TableName"] == "Zebra")
        #expect(made["Location"] == "https://\(client.host):8443/Tables('Zebra')")
        #expect(try await client.send(.get, "/Tables('zebra')").json["TableName"] == "Zebra")
        let page = try await client.send(.get, "/Tables", "$top=1")
        #expect(page.json["value"]?.array?.count == 1)
        let next = try #require(page["x-ms-continuation-NextTableName"])
        let rest = try await client.send(.get, "/Tables()", "NextTableName=\(next.percentEncoded())")
        #expect(rest.json["value"]?.array?.first?["TableName"] == "Zebra")
        let found = try await client.send(.get, "/Tables", "$filter=\("TableName ge 'Z'".percentEncoded())")
        #expect(found.json["value"]?.array?.count == 2)
        #expect(try await client.send(.delete, "/Tables('ZEBRA')").status == 204)
        #expect(try await client.send(.delete, "/Tables('ZEBRA')").code == "ResourceNotFound")
        #expect(try await client.send(.get, "/zebra()").code == "TableNotFound")
    }

    @Test func `an entity of every type comes back as it was sent`() async throws {
        let client = try await TableClient.ready()
        let more =
            #","T":"é\"x","I":5,"L@odata.type":"Edm.Int64","L":"-5","D":1.0,"N@odata.type":"Edm.Double","N":"NaN","#
            + #""B":true,"X@odata.type":"Edm.Binary","X":"AQI=","G@odata.type":"Edm.Guid","#
            + #""G":"C9DA6455-213D-42C9-9A79-3E9149A57833","W@odata.type":"Edm.DateTime","W":"2008-07-10T00:00:00.1234567""#
        let made = try await client.insert("a", "b", more)
        #expect(made.status == 201)
        #expect(made["Location"] == "https://\(client.host):8443/people(PartitionKey='a',RowKey='b')")
        let got = try await client.get("a", "b")
        #expect(got.status == 200 && got["ETag"] == made["ETag"])
        #expect(got["Content-Type"] == "application/json;odata=minimalmetadata;streaming=true;charset=utf-8")
        for piece in [
            #""T":"é\"x""#, #""I":5,"#, #""L@odata.type":"Edm.Int64","L":"-5""#, #""D":1.0,"#,
            #""N@odata.type":"Edm.Double","N":"NaN""#, #""B":true"#, #""X@odata.type":"Edm.Binary","X":"AQI=""#,
            #""G@odata.type":"Edm.Guid","G":"c9da6455-213d-42c9-9a79-3e9149a57833""#,
            #""W@odata.type":"Edm.DateTime","W":"2008-07-10T00:00:00.1234567Z""#, #""odata.etag":"W/\"datetime'"#,
            "$metadata#people/@Element",
        ] { #expect(got.text.contains(piece), "\(piece) in \(got.text)") }
        let plain = try await client.send(
            .get,
            TableClient.path("a", "b"),
            headers: ["Accept": "application/json;odata=nometadata"]
        )
        #expect(!plain.text.contains("odata") && plain.text.contains(#""L":"-5""#))
        let full = try await client.send(
            .get,
            TableClient.path("a", "b"),
            "$format=application/json;odata=fullmetadata"
        )
        for piece in [
            #""odata.type":"lazulitest.people""#, #""odata.editLink":"people(PartitionKey='a',RowKey='b')""#,
            #""Timestamp@odata.type":"Edm.DateTime""#,
        ] { #expect(full.text.contains(piece), "\(piece) in \(full.text)") }
        let selected = try await client.send(.get, TableClient.path("a", "b"), "$select=I,Missing")
        #expect(selected.json["I"] == 5 && selected.json["T"] == nil && selected.text.contains(#""Missing":null"#))
        let atom = ["Accept": "application/atom+xml"]
        #expect(try await client.send(.get, TableClient.path("a", "b"), headers: atom).code == "AtomFormatNotSupported")
    }

    @Test func `each way of writing does what it says`() async throws {
        let client = try await TableClient.ready()
        let path = TableClient.path("a", "b")
        let quiet = try await client.send(
            .post,
            "/people",
            headers: ["Prefer": "return-no-content"],
            body: #"{"PartitionKey":"a","RowKey":"b","A":1,"B":2}"#
        )
        #expect(quiet.status == 204 && quiet["Preference-Applied"] == "return-no-content" && quiet["ETag"] != nil)
        #expect(try await client.insert("a", "b").code == "EntityAlreadyExists")
        let tag = try #require(quiet["ETag"])
        let merged = try await client.send(.patch, path, headers: ["If-Match": tag], body: #"{"B":3,"C":4,"A":null}"#)
        #expect(merged.status == 204 && merged["ETag"] != tag)
        var now = try await client.get("a", "b").json
        #expect(now["A"] == 1 && now["B"] == 3 && now["C"] == 4)
        let stale = try await client.send(.put, path, headers: ["If-Match": tag], body: #"{"Z":1}"#)
        #expect(stale.status == 412 && stale.code == "UpdateConditionNotSatisfied")
        #expect(try await client.send(.put, path, headers: ["If-Match": "*"], body: #"{"Z":1}"#).status == 204)
        now = try await client.get("a", "b").json
        #expect(now["A"] == nil && now["Z"] == 1)
        let merge = try #require(HTTPRequest.Method("MERGE"))
        #expect(try await client.send(merge, path, body: #"{"Y":1}"#).status == 204)
        let tunnel = ["X-HTTP-Method": "MERGE", "If-Match": "*"]
        #expect(try await client.send(.post, path, headers: tunnel, body: #"{"X":1}"#).status == 204)
        #expect(
            try await client.send(.post, path, headers: ["X-HTTP-Method": "GET"]).code == "XMethodIncorrectValue"
        )
        now = try await client.get("a", "b").json
        #expect(now["Z"] == 1 && now["Y"] == 1 && now["X"] == 1)
        #expect(try await client.send(.delete, path).code == "MissingRequiredHeader")
        #expect(try await client.send(.delete, path, headers: ["If-Match": tag]).status == 412)
        #expect(try await client.send(.delete, path, headers: ["If-Match": "*"]).status == 204)
        #expect(try await client.send(.delete, path, headers: ["If-Match": "*"]).code == "ResourceNotFound")
        #expect(try await client.get("a", "b").code == "ResourceNotFound")
        #expect(try await client.send(.put, path, headers: ["If-Match": "*"], body: "{}").code == "ResourceNotFound")
        #expect(try await client.send(.put, path, body: #"{"Q":1}"#).status == 204)
        #expect(try await client.get("a", "b").json["Q"] == 1)
        let other = try await client.send(.put, path, body: #"{"PartitionKey":"x","RowKey":"b"}"#)
        #expect(other.code == "InvalidInput")
        #expect(try await client.send(.post, "/people", body: #"{"RowKey":"b"}"#).code == "PropertiesNeedValue")
        #expect(
            try await client.send(.post, "/nobody", body: #"{"PartitionKey":"a","RowKey":"b"}"#).code == "TableNotFound"
        )
    }

    @Test func `keys with any character lead to their entity`() async throws {
        let client = try await TableClient.ready()
        for text in ["it's", "é 😀", "%2525+&=()", "a,b", "", "x)('"] {
            let body = JSON.object(["PartitionKey": .string(text), "RowKey": .string("r" + text)])
            let made = try await client.send(.post, "/people", body: String(decoding: body.bytes, as: UTF8.self))
            #expect(made.status == 201, "\(text): \(made.text)")
            #expect(try await client.get(text, "r" + text).json["RowKey"] == .string("r" + text))
        }
        let escaped = "/people%28PartitionKey=%27it%27%27s%27,RowKey=%27rit%27%27s%27%29"
        #expect(try await client.send(.get, escaped).status == 200)
        #expect(try await client.insert("a/b", "c").code == "OutOfRangeInput")
    }

    @Test func `a query reads its ranges in order, page by page`() async throws {
        let client = try await TableClient.ready()
        for partition in ["a", "b", "c"] {
            for row in 0..<8 { _ = try await client.insert(partition, "r\(row)", #","N":\#(row)"#) }
        }
        #expect(try await client.query("").found.count == 24)
        let range = try await client.query("PartitionKey eq 'b' and RowKey ge 'r2' and RowKey lt 'r5'")
        #expect(range.found == ["b/r2", "b/r3", "b/r4"] && range.pages == 1)
        let paged = try await client.query("N ge 6", "&$top=2")
        #expect(paged.found == ["a/r6", "a/r7", "b/r6", "b/r7", "c/r6", "c/r7"] && paged.pages >= 3)
        let points = try await client.query(
            "(PartitionKey eq 'c' and RowKey eq 'r1') or (PartitionKey eq 'a' and RowKey eq 'r0')"
        )
        #expect(points.found == ["a/r0", "c/r1"])
        #expect(try await client.query("PartitionKey eq 'd'").found.isEmpty)
        #expect(try await client.send(.get, "/people()", "$top=0").code == "InvalidInput")
        #expect(try await client.send(.get, "/people()", "$top=1001").code == "InvalidInput")
        #expect(try await client.send(.get, "/people()", "$orderby=N").status == 501)
        #expect(try await client.send(.get, "/people()", "$filter=N%20eq").code == "InvalidInput")
        #expect(try await client.send(.get, "/people()", "NextPartitionKey=x").code == "InvalidInput")
    }

    @Test func `a page has a thousand entities, and what is deleted with its table is gone`() async throws {
        let client = try await TableClient.ready()
        for chunk in 0..<11 {
            let requests =
                (0..<100).map { number in
                    ("POST", "/people", [:], #"{"PartitionKey":"p","RowKey":"\#(chunk * 100 + number + 10_000)"}"#)
                } as [(String, String, [String: String], String)]
            #expect(try await client.batch(requests).status == 202)
        }
        let all = try await client.query("")
        #expect(all.found.count == 1100 && all.pages == 2)
        let before = try await client.storage.storedKeys()
        #expect(try await client.send(.delete, "/Tables('people')").status == 204)
        #expect(try await client.create("people").status == 201)
        #expect(try await client.query("").found.isEmpty)
        try await client.storage.settle()
        #expect(try await client.storage.storedKeys() == before - 1100)
    }

    @Test func `settings and policies are kept, analytics answer 501`() async throws {
        let client = try await TableClient.ready()
        let service = "restype=service&comp=properties"
        let rule =
            "<CorsRule><AllowedOrigins>*</AllowedOrigins><AllowedMethods>GET</AllowedMethods><AllowedHeaders>x</AllowedHeaders>"
            + "<ExposedHeaders>y</ExposedHeaders><MaxAgeInSeconds>5</MaxAgeInSeconds></CorsRule>"
        let body = "<StorageServiceProperties><Cors>\(rule)</Cors></StorageServiceProperties>"
        #expect(try await client.send(.put, "/", service, body: body).status == 202)
        let shown = try await client.send(.get, "/", service).text
        #expect(shown.contains("<MaxAgeInSeconds>5</MaxAgeInSeconds>") && !shown.contains("StaticWebsite"))
        let metrics =
            "<StorageServiceProperties><HourMetrics><Version>1.0</Version><Enabled>true</Enabled><IncludeAPIs>true"
            + "</IncludeAPIs><RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></HourMetrics></StorageServiceProperties>"
        #expect(try await client.send(.put, "/", service, body: metrics).status == 501)
        let acl =
            "<SignedIdentifiers><SignedIdentifier><Id>p</Id><AccessPolicy><Expiry>2030-01-01T00:00:00Z</Expiry>"
            + "<Permission>r</Permission></AccessPolicy></SignedIdentifier></SignedIdentifiers>"
        #expect(try await client.send(.put, "/people", "comp=acl", body: acl).status == 204)
        #expect(try await client.send(.get, "/people", "comp=acl").text.contains("<Permission>r</Permission>"))
        #expect(try await client.send(.get, "/nobody", "comp=acl").code == "TableNotFound")
        _ = try await client.insert("a", "b")
        var bearer = client
        bearer.signature = try client.signature("", policy: "p")
        #expect(try await bearer.get("a", "b").status == 200)
        #expect(try await client.send(.put, "/people", "comp=acl").status == 204)
        #expect(try await bearer.get("a", "b").status == 403)
    }

    @Test func `Resource Manager sees the same tables`() async throws {
        let client = try await TableClient.ready()
        let tables = "/tableServices/default/tables"
        let made = try await client.storage.manage(.put, tables + "/Managed", [:])
        #expect(made.status == 200 && made.json["properties"]?["tableName"] == "Managed")
        #expect(try await client.send(.get, "/Tables('managed')").status == 200)
        let policy: JSON = [
            "properties": ["signedIdentifiers": [["id": "p", "accessPolicy": ["permission": "raud"]]]]
        ]
        #expect(try await client.storage.manage(.patch, tables + "/managed", policy).status == 200)
        let got = try await client.storage.manage(.get, tables + "/managed", nil).json
        #expect(got["properties"]?["signedIdentifiers"]?.array?.count == 1)
        #expect(try await client.storage.manage(.get, tables, nil).json["value"]?.array?.count == 2)
        #expect(try await client.storage.manage(.delete, tables + "/managed", nil).status == 204)
        #expect(try await client.storage.manage(.get, tables + "/managed", nil).code == "TableNotFound")
        let cors: JSON = [
            "properties": [
                "cors": ["corsRules": [["allowedOrigins": ["*"], "allowedMethods": ["GET"], "maxAgeInSeconds": 1]]]
            ]
        ]
        #expect(try await client.storage.manage(.put, "/tableServices/default", cors).status == 200)
        let service = try await client.storage.manage(.get, "/tableServices/default", nil).json
        #expect(service["properties"]?["cors"]?["corsRules"]?.array?.count == 1)
        #expect(try await client.storage.manage(.get, "/tableServices", nil).json["value"]?.array?.count == 1)
    }

    @Test func `an account that is deleted takes its tables along`() async throws {
        let client = try await TableClient.ready()
        for row in 0..<5 { _ = try await client.insert("a", "\(row)") }
        #expect(try await client.storage.manage(.delete, "", nil).status == 200)
        #expect(try await client.get("a", "0").status == 404)
        try await client.storage.settle()
        #expect(try await client.storage.storedKeys() == 0)
    }
}
