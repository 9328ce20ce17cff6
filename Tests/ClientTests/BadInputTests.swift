// SPDX-License-Identifier: Apache-2.0
import Base
import Clients
import Testing

extension OtherClientTests {
    @Suite struct BadInput {
        /// Sends every case and finds the region unharmed: what was there reads as before, and nothing was made.
        @Test(arguments: BadRequest.Area.allCases)
        func `bad input gets the service's own answer and changes nothing`(area: BadRequest.Area) async throws {
            let account = try await Account.make("bad\(area.rawValue.lowercased())4711")
            let web = account.web
            let values = try await values(account)
            func url(_ text: String) -> String { Command.filled(text, values) }
            let made = try await web.send(
                "PUT",
                url("<blob>/docs?restype=container&<sas>"),
                headers: [BadRequest.version]
            )
            let put = try await web.send(
                "PUT",
                url("<blob>/docs/it?<sas>"),
                headers: [BadRequest.version, "x-ms-blob-type: BlockBlob"],
                body: Array("as it was".utf8)
            )
            try #require(made.status == 201 && put.status == 201, "\(made)\n\(put)\n\(account.home.region.log)")
            let queue = try await web.send("PUT", url("<queue>/jobs?<sas>"), headers: [BadRequest.version])
            let table = try await web.send(
                "POST",
                url("<table>/Tables?<sas>"),
                headers: ["x-ms-version: 2019-02-02", "Accept: application/json", BadRequest.json],
                body: Array(#"{"TableName":"people"}"#.utf8)
            )
            try #require(queue.status == 201 && table.status == 201, "\(queue)\n\(table)")
            for bad in area.requests {
                let reply = try await web.send(
                    bad.method,
                    url(bad.url),
                    headers: bad.headers.map(url),
                    body: bad.body.map { Array(url($0).utf8) },
                    options: bad.options
                )
                let expected = reply.status == bad.status && (reply.code ?? "") == bad.code
                #expect(expected, "\(area): \(bad.what): expected \(bad.status) \(bad.code), got \(reply)")
                let isNamed = reply.headers["x-ms-request-id"] != nil || reply.status == 0
                #expect(isNamed, "\(area): \(bad.what): the answer has no request id: \(reply)")
                let leaks = ["Swift", "Sources/", account.key, account.home.region.credentials.clientSecret].filter(
                    reply.body.contains
                )
                #expect(leaks.isEmpty, "\(area): \(bad.what): the answer tells \(leaks)")
            }
            let it = try await web.send("GET", url("<blob>/docs/it?<sas>"), headers: [BadRequest.version])
            #expect(it.status == 200 && it.body == "as it was", "\(it)\n\(account.home.region.log)")
            let people = try await web.send(
                "GET",
                url("<table>/people()?<sas>"),
                headers: ["x-ms-version: 2019-02-02", "Accept: application/json;odata=nometadata"]
            )
            #expect(people.status == 200 && people.body == #"{"value":[]}"#, "\(people)")
            let jobs = try await web.send("GET", url("<queue>/jobs/messages?<sas>"), headers: [BadRequest.version])
            #expect(jobs.status == 200 && !jobs.body.contains("<QueueMessage>"), "\(jobs)")
            let nowhere = try await web.armReply("GET", url(BadRequest.group), nil)
            #expect(nowhere.status == 404, "\(nowhere)")
            try await account.remove()
        }

        private func values(_ account: Account) async throws -> [String: String] {
            let arm = try await account.web.armToken()
            var parts = arm.split(separator: ".").map(String.init)
            try #require(parts.count == 3)
            let unsigned = "eyJhbGciOiJub25lIn0.\(parts[1])."
            parts[2] = String(parts[2].reversed())
            var values = Command.values(of: account.home.region)
            values["arm"] = arm
            values["forged"] = parts.joined(separator: ".")
            values["unsigned"] = unsigned
            values["storage"] = try await account.web.token(for: "https://storage.azure.com")
            values["graphToken"] = try await account.web.token(for: account.home.region.credentials.graph)
            values["blob"] = account.url
            for service in ["queue", "table", "dfs"] {
                values[service] = account.url.replacing(".blob.", with: ".\(service).")
            }
            values["account"] = account.name
            values["sas"] = try await account.signature()
            return values
        }

        @Test func `a device code is redeemed once, and only by who got it`() async throws {
            let home = try Home(await Region.shared())
            let web = Web(home)
            let client = "04b07795-8ddb-461a-bbee-02f9e1bf7b46"
            let asked = try await web.form(
                web.tokenEndpoint.replacing("/token", with: "/devicecode"),
                [
                    "client_id": client,
                    "scope": "\(home.region.credentials.management)//.default offline_access openid profile",
                ]
            )
            let answer = try JSON(parsing: Array(asked.body.utf8))
            let code = try #require(answer["device_code"]?.string, "\(asked)")
            func redeem(_ code: String, by client: String) async throws -> Reply {
                try await web.form(
                    web.tokenEndpoint,
                    [
                        "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": client,
                        "device_code": code, "code": code,
                    ]
                )
            }
            let early = try await redeem(code, by: client)
            #expect(early.status == 400 && early.code == "authorization_pending", "\(early)")
            let page = try await web.signIn(
                page: try #require(answer["verification_uri"]?.string),
                userCode: try #require(answer["user_code"]?.string)
            )
            #expect(page.status == 200, "\(page)")
            #expect(try await redeem(code, by: home.region.credentials.clientId).status != 200)
            let first = try await redeem(code, by: client)
            #expect(first.status == 200, "\(first)")
            let second = try await redeem(code, by: client)
            #expect(second.status == 400, "\(second)")
        }
    }
}
