// SPDX-License-Identifier: Apache-2.0
import Base
import Cryptography
import HTTPTypes
import Kernel
import Storage
import Testing

/// What a stranger tries against the region's doors: altered and outlived signatures, clocks that are off, markers made
/// up, pages without end.
struct HostileRequestTests {
    /// The queries a signature becomes by altering or taking away each of its fields.
    static func altered(_ signature: String) -> [(name: String, query: String)] {
        let pairs = signature.split(separator: "&").map(String.init)
        let other = [
            "sp": "rwdlacup", "sr": "b", "ss": "bqtf", "srt": "so", "sv": "2020-02-10", "spr": "http",
            "sip": "10.0.0.0-10.0.0.9",
            "sig": [UInt8](repeating: 1, count: 32).base64.percentEncoded(), "tn": "others",
            "st": "2001-01-01T00:00:00Z",
            "spk": "A", "srk": "B", "epk": "Z", "erk": "Y",
        ]
        return pairs.enumerated().flatMap { index, pair -> [(String, String)] in
            let name = String(pair.prefix { $0 != "=" })
            var changed = pairs
            changed[index] = "\(name)=\(other[name] ?? "2099-12-31")"
            var emptied = pairs
            emptied[index] = "\(name)="
            var shorter = pairs
            shorter.remove(at: index)
            return [changed, emptied, shorter].filter { $0 != pairs }.map { (name, $0.joined(separator: "&")) }
        }
    }
    @Test func `no field of a signature can be altered, emptied or taken away at any door`() async throws {
        var client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        var queues = QueueClient(storage: client)
        #expect(try await queues.send(.put, "/jobs").status == 201)
        var tables = TableClient(storage: client)
        #expect(try await tables.create("people").status == 201)
        #expect(try await tables.insert("a", "b").status == 201)
        let container = try await client.signature(container: "docs", permissions: "r")
        let account = try await client.accountSignature(services: "bqt")
        let table = try tables.signature("r", [("spk", "a"), ("srk", "a"), ("epk", "b"), ("erk", "c")])
        client.identity = .nobody
        queues.storage.identity = .nobody
        for signature in [container, account] { #expect(try await client.send(.get, "/docs/x", signature).body == [1]) }
        #expect(try await queues.send(.get, "/jobs", "comp=metadata&\(account)").status == 200)
        for signature in [table, account] {
            tables.signature = signature
            #expect(try await tables.get("a", "b").status == 200)
        }
        for (name, query) in Self.altered(container) + Self.altered(account) {
            let status = try await client.send(.get, "/docs/x", query).status
            #expect([400, 401, 403].contains(status), "\(name): \(status)")
        }
        for (name, query) in Self.altered(account) {
            let status = try await queues.send(.get, "/jobs", "comp=metadata&\(query)").status
            #expect([400, 401, 403].contains(status), "\(name): \(status)")
        }
        for (name, query) in Self.altered(table) + Self.altered(account) {
            tables.signature = query
            let status = try await tables.get("a", "b").status
            #expect([400, 401, 403].contains(status), "\(name): \(status)")
        }
    }

    @Test func `a signature ends with the key that made it, at every door`() async throws {
        var client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        var queues = QueueClient(storage: client)
        #expect(try await queues.send(.put, "/jobs").status == 201)
        var tables = TableClient(storage: client)
        #expect(try await tables.create("people").status == 201)
        #expect(try await tables.insert("a", "b").status == 201)
        let container = try await client.signature(container: "docs", permissions: "r")
        let first = try await client.accountSignature(services: "bqt")
        let second = try await client.accountSignature(services: "bqt", key: "key2")
        let table = try tables.signature("r")
        #expect(try await client.manage(.post, "/regenerateKey", ["keyName": "key1"]).status == 200)
        client.identity = .nobody
        queues.storage.identity = .nobody
        for signature in [container, first] {
            #expect(try await client.send(.get, "/docs/x", signature).code == "AuthenticationFailed")
        }
        #expect(try await queues.send(.get, "/jobs", "comp=metadata&\(first)").code == "AuthenticationFailed")
        for signature in [table, first] {
            tables.signature = signature
            #expect(try await tables.get("a", "b").code == "AuthenticationFailed")
        }
        #expect(try await client.send(.get, "/docs/x", second).body == [1])
        #expect(try await queues.send(.get, "/jobs", "comp=metadata&\(second)").status == 200)
        tables.signature = second
        #expect(try await tables.get("a", "b").status == 200)
        #expect(try await client.manage(.post, "/regenerateKey", ["keyName": "key2"]).status == 200)
        #expect(try await client.send(.get, "/docs/x", second).code == "AuthenticationFailed")
    }

    @Test(arguments: [-16, 16]) func `a request signed by a clock that is off is refused at every door`(_ minutes: Int)
        async throws
    {
        let client = try await StorageClient.ready()
        #expect(try await client.upload("/docs/x", [1]).status == 201)
        #expect(try await QueueClient(storage: client).send(.put, "/jobs").status == 201)
        let name = try #require(AccountName(client.account))
        let doors: [(StorageService, String, String)] = [
            (.blob, "/docs/x", ""), (.queue, "/jobs", "comp=metadata"), (.table, "/Tables", ""),
        ]
        for (service, path, query) in doors {
            for (offset, isTaken) in [(Int64(minutes), false), (Int64(minutes) * 14 / 16, true)] {
                let time = Timestamp(seconds: client.region.clock.now.seconds + offset * 60)
                var fields: HTTPFields = [.accept: "application/json"]
                fields[StorageHeader.version] = "2019-02-02"
                fields[StorageHeader.date] = time.httpDate
                let head = try RequestHead(
                    method: .get,
                    target: query.isEmpty ? path : path + "?" + query,
                    headers: fields
                )
                let text = SharedKey.textsToSign(head, account: name, of: service, scheme: .full)[0]
                let mac = hmacSHA256(Array(text.utf8), key: client.key).base64
                fields[.authorization] = "SharedKey \(client.account):\(mac)"
                let host = client.host(of: client.account).replacing(".blob.", with: ".\(service.rawValue).")
                let answer = try await client.region.send(.get, host, path, query, fields, [])
                #expect(isTaken ? answer.status == 200 : answer.code == "AuthenticationFailed", "\(service) \(offset)")
            }
        }
    }

    @Test func `pages of 100,000 entries are cut to the service's size or refused, in every list`() async throws {
        let client = try await StorageClient.ready()
        for number in 0..<3 { #expect(try await client.upload("/docs/\(number)", [1]).status == 201) }
        let lists = [("/", "comp=list"), ("/docs", "restype=container&comp=list")]
        for (path, list) in lists {
            for size in ["5001", "100000", "2147483647"] {
                let answer = try await client.send(.get, path, "\(list)&maxresults=\(size)")
                #expect(answer.status == 200 && !answer.text.contains("<NextMarker>"), "\(list) \(size)")
            }
            for size in ["0", "-1", "9223372036854775808", "many", "1e5"] {
                #expect(
                    try await client.send(.get, path, "\(list)&maxresults=\(size)").status == 400,
                    "\(list) \(size)"
                )
            }
        }
        #expect(try ListQuery(QueryItems("maxresults=100000"), for: .blobs).pageSize == 5_000)
        #expect(try ListQuery(QueryItems("maxresults=100000"), for: .queues).pageSize == 5_000)
        let found = try await client.send(.get, "/", "comp=blobs&where=a%3D%271%27&maxresults=100000")
        #expect([200, 400].contains(found.status))
        let tables = TableClient(storage: client)
        #expect(try await tables.create("people").status == 201)
        for top in ["1001", "100000", "0", "-1", "many"] {
            #expect(try await tables.send(.get, "/people()", "$top=\(top)").status == 400, "\(top)")
        }
        let queues = QueueClient(storage: client)
        #expect(try await queues.send(.put, "/jobs").status == 201)
        for count in ["33", "100000", "0", "-1"] {
            #expect(try await queues.send(.get, "/jobs/messages", "numofmessages=\(count)").status == 400, "\(count)")
        }
    }

    @Test func `a marker with any character changed opens no list`() async throws {
        let client = try await StorageClient.ready()
        let queues = QueueClient(storage: client)
        for number in 0..<3 {
            #expect(try await client.upload("/docs/\(number)", [1]).status == 201)
            #expect(try await client.send(.put, "/more\(number)", "restype=container").status == 201)
            #expect(try await queues.send(.put, "/jobs\(number)").status == 201)
        }
        func marker(_ answer: StorageAnswer) throws -> String {
            try #require(QueueClient.elements("NextMarker", answer.text).first)
        }
        let blobs = try marker(try await client.send(.get, "/docs", "restype=container&comp=list&maxresults=1"))
        let containers = try marker(try await client.send(.get, "/", "comp=list&maxresults=1"))
        let jobs = try marker(try await queues.send(.get, "/", "comp=list&maxresults=1"))
        func statuses(_ marker: String) async throws -> [Int] {
            let query = "comp=list&marker=\(marker.percentEncoded())"
            return [
                try await client.send(.get, "/docs", "restype=container&" + query).status,
                try await client.send(.get, "/", query).status, try await queues.send(.get, "/", query).status,
            ]
        }
        #expect(try await statuses(blobs) == [200, 400, 400])
        #expect(try await statuses(containers) == [400, 200, 400])
        #expect(try await statuses(jobs) == [400, 400, 200])
        for text in [blobs, containers, jobs] {
            // The last character of base64 may hold spare bits.
            for at in stride(from: 0, to: text.count - 1, by: 3) {
                var letters = Array(text)
                letters[at] = letters[at] == "A" ? "B" : "A"
                #expect(try await statuses(String(letters)) == [400, 400, 400], "character \(at) of \(text)")
            }
            #expect(try await statuses(text + "AAAA") == [400, 400, 400])
            #expect(try await statuses(String(text.dropLast(4))) == [400, 400, 400])
        }
    }

    @Test func `a copy reads no other account's blob without a right of its own`() async throws {
        let client = try await StorageClient.ready()
        let other = try await client.neighbour()
        #expect(try await other.upload("/docs/secret", [7]).status == 201)
        let address = client.region.plan.address(client.host(of: other.account)) + "/docs/secret"
        let own = try await client.signature(container: "docs", permissions: "racwdl")
        let writes = try await other.signature(container: "docs", permissions: "cwd")
        let sources = [
            address, "\(address)?\(own)", "\(address)?\(writes)", address.replacing("/docs/", with: "/%64ocs/"),
        ]
        let requests: [(String, [String: String])] = [
            ("", [:]), ("", ["x-ms-requires-sync": "true"]), ("", ["x-ms-blob-type": "BlockBlob"]),
            ("comp=block&blockid=MDAwMQ%3D%3D", [:]),
        ]
        for source in sources {
            for (query, headers) in requests {
                let all = headers.merging(["x-ms-copy-source": source]) { own, _ in own }
                let answer = try await client.send(.put, "/docs/y", query, headers: all)
                #expect(
                    [401, 403, 404, 409].contains(answer.status),
                    "\(source) \(query) \(headers): \(answer.status)"
                )
            }
        }
        #expect(try await client.send(.head, "/docs/y").status == 404)
        let reads = try await other.signature(container: "docs", permissions: "r")
        #expect(
            try await client.send(.put, "/docs/y", headers: ["x-ms-copy-source": "\(address)?\(reads)"]).status == 202
        )
    }
}
