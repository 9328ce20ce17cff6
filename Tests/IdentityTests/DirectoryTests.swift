// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Identity
import Kernel
import Testing

@Suite struct UserTests {
    private let zoe: JSON = [
        "userPrincipalName": "zoe@desk.example", "displayName": "Zoé", "mailNickname": "zoe", "accountEnabled": true,
        "passwordProfile": ["password": "Str0ng-Enough-4711", "forceChangePasswordNextSignIn": false],
    ]

    @Test func `a user is created, found by every name, changed and deleted`() async throws {
        let desk = try await Desk.shared()
        let created = try await desk.graph(.post, "/users", zoe)
        #expect(created.status == 201, "\(created.text)")
        let id = try #require(created.json["id"]?.string)
        #expect(created.json["passwordProfile"] == nil)
        for path in [
            "/users/\(id)", "/users/ZOE@desk.example", "/users('zoe@desk.example')", "/directoryObjects/\(id)",
        ] { #expect(try await desk.graph(.get, path).json["displayName"] == "Zoé", "\(path)") }
        for filter in [
            "userPrincipalName%20eq%20%27zoe%40desk.example%27", "startswith(displayName,%27zO%27)",
            "displayName+eq+%27Zoé%27".percentEncoded(keeping: "%+'()"), "id%20eq%20%27\(id)%27",
            "accountEnabled%20eq%20true%20and%20mailNickname%20eq%20%27zoe%27",
        ] {
            let found = try await desk.graph(.get, "/users?$filter=\(filter)")
            #expect(found.json["value"]?.array?.map { $0["id"] } == [.string(id)], "\(filter) \(found.text)")
        }
        #expect(
            try await desk.graph(.patch, "/users/\(id)", ["displayName": "Zoë", "department": "Ledger"]).status == 204
        )
        let shown = try await desk.graph(.get, "/users/\(id)?$select=displayName,department").json
        #expect(shown["displayName"] == "Zoë")
        #expect(shown["department"] == "Ledger")
        #expect(shown["surname"] == nil)
        #expect(
            try await desk.graph(.get, "/users?$filter=displayName%20eq%20%27Zoé%27".percentEncoded(keeping: "/?$=%"))
                .json["value"] == []
        )
        #expect(try await desk.graph(.delete, "/users/\(id)").status == 204)
        let gone = try await desk.graph(.get, "/users/\(id)")
        #expect(gone.status == 404)
        #expect(gone.error?.code == "Request_ResourceNotFound")
        #expect(gone.error?.message.contains("does not exist") == true)
    }

    @Test func `names that are taken, foreign or missing are refused in Graph's words`() async throws {
        let desk = try await Desk.shared()
        func refusal(_ changes: [String: JSON]) async throws -> ServiceError? {
            guard case .object(var body) = zoe else { return nil }
            for (name, value) in changes { body[name] = value }
            let answer = try await desk.graph(.post, "/users", .object(body))
            #expect(answer.status == 400, "\(answer.text)")
            return answer.error
        }
        #expect(
            try await refusal(["userPrincipalName": "admin@desk.example"])?.message.contains("already exists") == true
        )
        #expect(
            try await refusal(["userPrincipalName": "zoe@elsewhere.example"])?.message.contains("verified domain")
                == true
        )
        #expect(try await refusal(["userPrincipalName": "no name"])?.code == "Request_BadRequest")
        #expect(try await refusal(["displayName": nil])?.message.contains("displayName") == true)
        #expect(try await refusal(["passwordProfile": ["password": "weak"]])?.message.contains("complexity") == true)
        #expect(try await refusal(["shoeSize": 42])?.message.contains("shoeSize") == true)
        #expect(try await desk.graph(.get, "/users?$filter=shoeSize%20eq%2042").status == 400)
        #expect(try await desk.graph(.get, "/users?$top=1000").status == 400)
        #expect(try await desk.graph(.get, "/users?$skiptoken=%21").status == 400)
    }

    @Test(
        "a select or skip token that means nothing is refused, not answered with little or nothing",
        arguments: [
            ("/users?$select=foo", 400), ("/users?$select=displayName,foo", 400), ("/me?$select=foo", 400),
            ("/groups?$select=userPrincipalName", 400), ("/applications?$select=foo", 400),
            ("/servicePrincipals?$select=foo", 400), ("/users/admin@desk.example?$select=foo", 400),
            ("/users/admin@desk.example/memberOf?$select=foo", 400), ("/organization?$select=foo", 400),
            ("/users?$select=displayName,signInActivity", 200), ("/users?$select=*", 200),
            ("/servicePrincipals?$select=passwordCredentials,appId", 200), ("/users?$skiptoken=abc", 400),
            ("/groups?$skiptoken=abcd", 400), ("/users?$skiptoken=abc&$orderby=displayName", 400),
            ("/users?$skiptoken=abc&$filter=userPrincipalName%20eq%20'x@desk.example'", 400),
            ("/users/admin@desk.example/memberOf?$skiptoken=abc", 400), ("/me/ownedObjects?$skiptoken=abc", 400),
            ("/organization?$skiptoken=abc", 400),
        ]
    )
    func meaningless(path: String, status: Int) async throws {
        let desk = try await Desk.shared()
        let token = try #require(await desk.signIn().json["access_token"]?.string)
        let answer = try await desk.graph(.get, path, token: token)
        #expect(answer.status == status, "\(path) \(answer.text)")
        if status == 400 { #expect(["BadRequest", "Request_BadRequest"].contains(answer.error?.code)) }
    }

    @Test func `a new password or a closed account ends what was before`() async throws {
        let desk = try await Desk.open()
        let id = try #require(try await desk.graph(.post, "/users", zoe).json["id"]?.string)
        let answer = await desk.signIn(user: "zoe@desk.example", password: "Str0ng-Enough-4711").json
        let token = try #require(answer["access_token"]?.string)
        let me = try await desk.graph(.get, "/me", token: token)
        #expect(me.json["id"] == .string(id))
        #expect(try await desk.graph(.post, "/users", zoe, token: token).status == 403)
        #expect(
            try await desk.graph(.patch, "/users/\(id)", ["passwordProfile": ["password": "An0ther-one-4711"]]).status
                == 204
        )
        let renewal = await desk.token([
            "grant_type": "refresh_token", "client_id": Desk.azureCLI,
            "refresh_token": answer["refresh_token"]?.string ?? "",
            "scope": "\(Desk.graph)/.default",
        ])
        #expect(renewal.number == 50_173)
        #expect(await desk.signIn(user: "zoe@desk.example", password: "Str0ng-Enough-4711").number == 50_126)
        #expect(try await desk.graph(.patch, "/users/\(id)", ["accountEnabled": false]).status == 204)
        #expect(await desk.signIn(user: "zoe@desk.example", password: "An0ther-one-4711").number == 50_057)
        #expect(try await desk.graph(.get, "/me", token: token).status == 401)
    }

    @Test(arguments: ["forceChangePasswordNextSignIn", "forceChangePasswordNextSignInWithMfa", "colour"])
    func `no account is made that could never sign in`(member: String) async throws {
        let desk = try await Desk.shared()
        guard case .object(var body) = zoe else { return }
        body["userPrincipalName"] = .string("locked.\(member)@desk.example")
        let profile = JSON.object(["password": "Str0ng-Enough-4711", member: true])
        let (status, code) = member == "colour" ? (400, "Request_BadRequest") : (501, "NotImplemented")
        body["passwordProfile"] = profile
        let made = try await desk.graph(.post, "/users", .object(body))
        #expect(made.status == status && made.error?.code == code, "\(made.text)")
        body["passwordProfile"] = ["password": "Str0ng-Enough-4711", "forceChangePasswordNextSignIn": false]
        let id = try #require(try await desk.graph(.post, "/users", .object(body)).json["id"]?.string)
        #expect(try await desk.graph(.patch, "/users/\(id)", ["passwordProfile": profile]).status == status)
        #expect(await desk.signIn(user: "locked.\(member)@desk.example", password: "Str0ng-Enough-4711").status == 200)
        #expect(try await desk.graph(.delete, "/users/\(id)").status == 204)
    }

    @Test func `objects asked for by no ids are told what is missing`() async throws {
        let desk = try await Desk.shared()
        for (body, word) in [([:], "'ids'"), (["ids": "x"], "'ids'"), ([], "one JSON object")] as [(JSON, String)] {
            let answer = try await desk.graph(.post, "/directoryObjects/getByIds", body)
            #expect(answer.status == 400 && answer.error?.message.contains(word) == true, "\(answer.text)")
        }
        #expect(try await desk.graph(.post, "/directoryObjects/getByIds", ["ids": []]).json["value"] == [])
    }

    @Test func `a mail alias is one`() async throws {
        let desk = try await Desk.shared()
        let group: [String: JSON] = ["displayName": "alias", "mailEnabled": false, "securityEnabled": true]
        let long = String(repeating: "a", count: 65)
        for name in ["g 1", "g@x", "é", "a;b", long, "a\\b"] {
            let made = try await desk.graph(
                .post,
                "/groups",
                .object(group.merging(["mailNickname": .string(name)]) { $1 })
            )
            #expect(made.status == 400 && made.error?.message.contains("mailNickname") == true, "\(name)")
            let changed = try await desk.graph(.patch, "/users/admin@desk.example", ["mailNickname": .string(name)])
            #expect(changed.status == 400, "\(name)")
        }
        let plain = JSON.object(group.merging(["mailNickname": "g.1-x_y"]) { $1 })
        let id = try #require(try await desk.graph(.post, "/groups", plain).json["id"]?.string)
        #expect(try await desk.graph(.delete, "/groups/\(id)").status == 204)
    }

    @Test func `the last administrator is neither deleted nor disabled`() async throws {
        let desk = try await Desk.open()
        let (user, principal) = (desk.made.administratorId.text, desk.made.servicePrincipalId.text)
        func refused(_ method: HTTPRequest.Method, _ path: String, _ body: JSON? = nil) async throws {
            let answer = try await desk.graph(method, path, body)
            #expect(answer.status == 400, "\(path)")
            #expect(answer.error?.code == "Request_BadRequest")
            #expect(answer.error?.message.contains("last administrator") == true)
        }
        // While there are two, one may be closed; a closed one does not count.
        #expect(try await desk.graph(.patch, "/users/\(user)", ["accountEnabled": false]).status == 204)
        try await refused(.patch, "/servicePrincipals/\(principal)", ["accountEnabled": false])
        try await refused(.delete, "/servicePrincipals/\(principal)")
        try await refused(.delete, "/applications/\(desk.made.applicationId.text)")
        #expect(try await desk.graph(.get, "/servicePrincipals/\(principal)").json["accountEnabled"] == true)
        #expect(try await desk.graph(.patch, "/users/\(user)", ["accountEnabled": true]).status == 204)
        #expect(try await desk.graph(.patch, "/servicePrincipals/\(principal)", ["displayName": "x"]).status == 204)
        #expect(try await desk.graph(.delete, "/users/\(user)").status == 204)
        try await refused(.delete, "/servicePrincipals/\(principal)")
    }

    @Test func `a list of any length is walked in pages`() async throws {
        let desk = try await Desk.shared()
        for number in 0..<12 {
            let body: JSON = ["displayName": "app \(number < 10 ? "0" : "")\(number)"]
            #expect(try await desk.graph(.post, "/applications", body).status == 201)
        }
        for query in [
            "$top=5", "$top=5&$orderby=displayName", "$top=5&$filter=startswith(displayName,'app')",
            "$top=4&$filter=signInAudience%20ne%20'x'",
        ] {
            var names: [String] = []
            var next: String? = "https://graph.lazuli.localhost/v1.0/applications?\(query)"
            var pages = 0
            while let url = next, pages < 10 {
                let path = String(url.dropFirst("https://graph.lazuli.localhost/v1.0".count))
                let page = try await desk.graph(.get, path)
                names += page.json["value"]?.array?.compactMap { $0["displayName"]?.string } ?? []
                next = page.json["@odata.nextLink"]?.string
                pages += 1
            }
            #expect(Set(names.filter { $0.hasPrefix("app ") }).count == 12, "\(query) \(names)")
            #expect(names.filter { $0.hasPrefix("app ") }.count == 12)
            #expect(pages > 2)
        }
    }
}

@Suite struct GroupTests {
    @Test func `a group is made, joined, asked about, left and deleted`() async throws {
        let desk = try await Desk.shared()
        let body: JSON = ["displayName": "crew", "mailNickname": "crew", "mailEnabled": false, "securityEnabled": true]
        let crew = try #require(try await desk.graph(.post, "/groups", body).json["id"]?.string)
        let fleet = try #require(try await desk.graph(.post, "/groups", body).json["id"]?.string)
        let member = desk.made.servicePrincipalId.text
        func reference(_ id: String) -> JSON {
            ["@odata.id": .string("https://graph.lazuli.localhost/v1.0/directoryObjects/\(id)")]
        }
        #expect(try await desk.graph(.post, "/groups/\(crew)/members/$ref", reference(member)).status == 204)
        let twice = try await desk.graph(.post, "/groups/\(crew)/members/$ref", reference(member))
        #expect(twice.error?.message.contains("already exist") == true)
        #expect(try await desk.graph(.post, "/groups/\(crew)/members/$ref", reference(crew)).status == 400)
        #expect(try await desk.graph(.post, "/groups/\(crew)/members/$ref", reference(Desk.stranger)).status == 404)
        #expect(try await desk.graph(.post, "/groups/\(fleet)/members/$ref", reference(crew)).status == 204)
        let members = try await desk.graph(.get, "/groups/\(crew)/members").json["value"]?.array
        #expect(members?.map { $0["@odata.type"] } == ["#microsoft.graph.servicePrincipal"])
        let check: JSON = ["groupIds": [.string(crew), .string(fleet), .string(Desk.stranger)]]
        let checked = try await desk.graph(.post, "/directoryObjects/\(member)/checkMemberGroups", check)
        #expect(Set(checked.json["value"]?.array?.compactMap(\.string) ?? []) == [crew, fleet])
        let twins = try await desk.graph(
            .get,
            "/groups?$filter=displayName%20eq%20'crew'%20and%20mailNickname%20eq%20'crew'"
        )
        #expect(twins.json["value"]?.array?.count == 2)
        #expect(try await desk.graph(.delete, "/groups/\(crew)/members/\(member)/$ref").status == 204)
        #expect(try await desk.graph(.delete, "/groups/\(crew)/members/\(member)/$ref").status == 404)
        #expect(try await desk.graph(.get, "/groups/\(crew)/members").json["value"] == [])
        #expect(try await desk.graph(.delete, "/groups/\(crew)").status == 204)
        #expect(try await desk.graph(.get, "/groups/\(fleet)/members").json["value"] == [])
        #expect(try await desk.graph(.get, "/groups/\(crew)").error?.code == "Request_ResourceNotFound")
    }

    @Test func `a group with many members is gone at once and its edges soon after`() async throws {
        let desk = try await Desk.shared()
        let body: JSON = [
            "displayName": "crowd", "mailNickname": "crowd", "mailEnabled": false, "securityEnabled": true,
        ]
        let crowd = try #require(try await desk.graph(.post, "/groups", body).json["id"]?.string)
        var last = ""
        for number in 0..<45 {
            let made: JSON = [
                "displayName": "g\(number)", "mailNickname": "g", "mailEnabled": false, "securityEnabled": true,
            ]
            last = try #require(try await desk.graph(.post, "/groups", made).json["id"]?.string)
            let reference: JSON = ["@odata.id": .string("x/\(last)")]
            #expect(try await desk.graph(.post, "/groups/\(crowd)/members/$ref", reference).status == 204)
        }
        #expect(try await desk.graph(.delete, "/groups/\(crowd)").status == 204)
        #expect(try await desk.graph(.get, "/groups/\(crowd)").status == 404)
        while try await desk.sagas.round(report: { _ in }) {}
        let scope = try await desk.journal.reader(IdentityProvider.namespace, desk.tenant)
        let id = try #require(PrincipalID(text: crowd))
        #expect(try await scope.members(of: id, limit: 1).isEmpty)
        #expect(try await scope.groups(of: try #require(PrincipalID(text: last)), limit: 1).isEmpty)
    }

    @Test func `kinds of groups that are not built answer 501`() async throws {
        let desk = try await Desk.shared()
        let body: JSON = [
            "displayName": "m", "mailNickname": "m", "mailEnabled": true, "securityEnabled": false,
            "groupTypes": ["Unified"],
        ]
        #expect(try await desk.graph(.post, "/groups", body).status == 501)
    }
}

@Suite struct ApplicationTests {
    @Test func `an application gets a service principal and a secret, signs in, and is gone when deleted`() async throws
    {
        let desk = try await Desk.open()
        let made = try await desk.graph(.post, "/applications", ["displayName": "ledger reader", "keyCredentials": []])
        #expect(made.status == 201, "\(made.text)")
        let id = try #require(made.json["id"]?.string)
        let appId = try #require(made.json["appId"]?.string)
        let added = try await desk.graph(
            .post,
            "/applications/\(id)/addPassword",
            [
                "passwordCredential": [
                    "displayName": "rbac", "startDateTime": "2027-01-15T08:00:00Z",
                    "endDateTime": "2028-01-15T08:00:00Z",
                ]
            ]
        )
        let secret = try #require(added.json["secretText"]?.string)
        #expect(secret.count == 40)
        #expect(await desk.signIn(client: appId, secret: secret).number == 7_000_229)
        let principal = try await desk.graph(
            .post,
            "/servicePrincipals",
            ["appId": .string(appId), "accountEnabled": true]
        )
        #expect(principal.status == 201)
        #expect(await desk.signIn(client: appId, secret: secret).status == 200)
        #expect(try await desk.graph(.post, "/servicePrincipals", ["appId": .string(appId)]).status == 409)
        let shown = try await desk.graph(.get, "/applications/\(id)").json
        #expect(shown["passwordCredentials"]?.array?.first?["hint"] == .string(String(secret.prefix(3))))
        #expect(shown["passwordCredentials"]?.array?.first?["secretText"] == nil)
        for filter in [
            "servicePrincipalNames/any(c:c eq '\(appId)')", "displayName eq 'ledger reader'", "appId eq '\(appId)'",
        ] {
            let found = try await desk.graph(.get, "/servicePrincipals?$filter=\(filter.percentEncoded())")
            #expect(found.json["value"]?.array?.map { $0["id"] } == [principal.json["id"]], "\(filter)")
        }
        #expect(try await desk.graph(.get, "/applications(appId='\(appId)')").json["id"] == .string(id))
        #expect(try await desk.graph(.get, "/servicePrincipals(appId='\(appId)')").json["id"] == principal.json["id"])
        desk.clock.pass(.seconds(366 * 86_400))
        #expect(await desk.signIn(client: appId, secret: secret).number == 7_000_222)
        #expect(
            try await desk.graph(.post, "/applications/\(id)/removePassword", ["keyId": added.json["keyId"] ?? .null])
                .status == 204
        )
        #expect(await desk.signIn(client: appId, secret: secret).number == 7_000_215)
        #expect(try await desk.graph(.delete, "/applications/\(id)").status == 204)
        #expect(await desk.signIn(client: appId, secret: secret).number == 700_016)
        #expect(try await desk.graph(.get, "/servicePrincipals/\(principal.json["id"]?.string ?? "")").status == 404)
    }

    @Test func `an application's address is a resource tokens are minted for, for as long as it has it`() async throws {
        let desk = try await Desk.shared()
        let made = try await desk.graph(
            .post,
            "/applications",
            ["displayName": "api", "identifierUris": ["api://ledger"], "web": ["redirectUris": ["https://x.example/"]]]
        ).json
        let appId = try #require(made["appId"]?.string)
        #expect(made["web"]?["redirectUris"] == ["https://x.example/"])
        let client = desk.made.clientId.lowercaseText
        #expect(await desk.signIn(client: client, secret: Desk.secret, resource: "api://ledger").number == 500_011)
        #expect(try await desk.graph(.post, "/servicePrincipals", ["appId": .string(appId)]).status == 201)
        for resource in ["api://ledger", "api://\(appId)", appId] {
            #expect(
                await desk.signIn(client: client, secret: Desk.secret, resource: resource).status == 200,
                "\(resource)"
            )
        }
        #expect(
            try await desk.graph(.post, "/applications", ["displayName": "x", "identifierUris": ["api://LEDGER"]])
                .status == 400
        )
        #expect(
            try await desk.graph(
                .patch,
                "/applications/\(made["id"]?.string ?? "")",
                ["identifierUris": ["api://books"]]
            ).status == 204
        )
        #expect(await desk.signIn(client: client, secret: Desk.secret, resource: "api://ledger").number == 500_011)
        #expect(await desk.signIn(client: client, secret: Desk.secret, resource: "api://books").status == 200)
    }

    @Test func `a disabled service principal is turned away with the tokens it holds`() async throws {
        let desk = try await Desk.open()
        let administrator = try #require(await desk.signIn().json["access_token"]?.string)
        let client = desk.made.clientId.lowercaseText
        let token = try #require(await desk.signIn(client: client, secret: Desk.secret).json["access_token"]?.string)
        #expect(try await desk.graph(.get, "/organization", token: token).status == 200)
        let path = "/servicePrincipals/\(desk.made.servicePrincipalId.text)"
        let answer = await desk.send(
            .patch,
            "https://graph.lazuli.localhost/v1.0\(path)",
            token: administrator,
            body: JSON.object(["accountEnabled": false]).bytes
        )
        #expect(answer.status == 204)
        #expect(await desk.signIn(client: client, secret: Desk.secret).number == 7_000_112)
        #expect(try await desk.graph(.get, "/organization", token: token).status == 401)
    }

    @Test func `only who may assign roles may change the directory`() async throws {
        let desk = try await Desk.open()
        let made = try await desk.graph(.post, "/applications", ["displayName": "climber"]).json
        let (id, appId) = (try #require(made["id"]?.string), try #require(made["appId"]?.string))
        let principal = try await desk.graph(.post, "/servicePrincipals", ["appId": .string(appId)]).json["id"]?.string
        let climber = try #require(principal.flatMap { PrincipalID(text: $0) })
        let secret = try await desk.graph(.post, "/applications/\(id)/addPassword", ["passwordCredential": nil]).json[
            "secretText"
        ]
        let token = try #require(
            await desk.signIn(client: appId, secret: secret?.string ?? "").json["access_token"]?.string
        )
        let owner = "/applications/\(desk.made.applicationId.text)/addPassword"
        for role in ["Reader", "Contributor"] {
            try await desk.give(role, to: climber)
            let answer = try await desk.graph(.post, owner, [:], token: token)
            #expect(answer.status == 403, "\(role)")
            #expect(answer.error?.code == "Authorization_RequestDenied")
        }
        try await desk.give("User Access Administrator", to: climber)
        #expect(try await desk.graph(.post, owner, [:], token: token).status == 200)
        #expect(try await desk.graph(.get, "/oauth2PermissionGrants", token: token).status == 501)
    }

    @Test func `objects of every kind are found by their ids`() async throws {
        let desk = try await Desk.shared()
        let ids = [desk.made.administratorId, desk.made.servicePrincipalId, desk.made.applicationId].map {
            JSON.string($0.text)
        }
        let all = try await desk.graph(
            .post,
            "/directoryObjects/getByIds",
            ["ids": .array(ids + [.string(Desk.stranger)])]
        )
        #expect(
            all.json["value"]?.array?.map { $0["@odata.type"] } == [
                "#microsoft.graph.user", "#microsoft.graph.servicePrincipal", "#microsoft.graph.application",
            ]
        )
        let users = try await desk.graph(.post, "/directoryObjects/getByIds", ["ids": .array(ids), "types": ["user"]])
        #expect(users.json["value"]?.array?.count == 1)
        #expect(try await desk.graph(.post, "/directoryObjects/getByIds", ["ids": ["x"]]).status == 400)
    }
}
