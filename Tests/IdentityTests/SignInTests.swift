// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Identity
import Kernel
import Synchronization
import Testing

@Suite struct SignInTests {
    @Test func `discovery leads to the tenant whatever the address says`() async throws {
        let desk = try await Desk.shared()
        let login = "https://login.lazuli.localhost"
        for name in [desk.tenant.text, "organizations", "common", "DESK.example"] {
            let document = await desk.send(.get, "\(login)/\(name)/v2.0/.well-known/openid-configuration").json
            #expect(document["issuer"] == .string("\(login)/\(desk.tenant.text)/v2.0"), "\(name)")
            #expect(document["token_endpoint"] == .string("\(login)/\(desk.tenant.text)/oauth2/v2.0/token"), "\(name)")
        }
        let adfs = await desk.send(.get, "\(login)/adfs/.well-known/openid-configuration").json
        #expect(adfs["token_endpoint"] == .string("\(login)/adfs/oauth2/token"))
        #expect(adfs["device_authorization_endpoint"] == .string("\(login)/adfs/oauth2/devicecode"))
        // az reads the id of a tenant that is named by its domain out of the issuer.
        for name in ["desk.example/", desk.tenant.text + "/", "organizations/", ""] {
            let document = await desk.send(.get, "\(login)/adfs/\(name)v2.0/.well-known/openid-configuration").json
            #expect(document["issuer"] == .string("\(login)/\(desk.tenant.text)/v2.0"), "\(name)")
            #expect(document["token_endpoint"] == .string("\(login)/adfs/oauth2/v2.0/token"), "\(name)")
        }
        for name in ["elsewhere.example", Desk.stranger] {
            let path = "\(login)/adfs/\(name)/v2.0/.well-known/openid-configuration"
            #expect(await desk.send(.get, path).number == 90_002, "\(name)")
        }
        let keys = await desk.send(.get, "\(login)/\(desk.tenant.text)/discovery/v2.0/keys").json
        #expect(keys["keys"]?.array?.first?["kty"] == "RSA")
        #expect(
            await desk.send(.get, "\(login)/elsewhere.example/v2.0/.well-known/openid-configuration").number == 90_002
        )
        let local = await desk.send(.get, "https://localhost/common/v2.0/.well-known/openid-configuration").json
        #expect(local["token_endpoint"] == .string("https://localhost/\(desk.tenant.text)/oauth2/v2.0/token"))
    }

    @Test func `a user gets every token az wants, in the words it asked with`() async throws {
        let desk = try await Desk.shared()
        let answer = await desk.signIn(resource: Desk.arm)
        #expect(answer.status == 200, "\(answer.text)")
        #expect(
            answer.json["scope"]?.string?.split(separator: " ").first == "https://management.lazuli.localhost//.default"
        )
        #expect(answer.json["expires_in"] == 3_599)
        #expect(answer.json["foci"] == "1")
        let access = try claims(answer.json["access_token"]?.string)
        #expect(access["aud"] == .string(Desk.arm))
        #expect(access["tid"] == .string(desk.tenant.text))
        #expect(access["oid"] == .string(desk.made.administratorId.text))
        #expect(access["upn"] == "admin@desk.example")
        #expect(access["idtyp"] == "user")
        let id = try claims(answer.json["id_token"]?.string)
        #expect(id["preferred_username"] == "admin@desk.example")
        #expect(id["tid"] == .string(desk.tenant.text))
        #expect(id["aud"] == .string(Desk.azureCLI))
        let info = try JSON(parsing: try #require([UInt8](base64URL: answer.json["client_info"]?.string ?? "")))
        #expect(info["uid"] == .string(desk.made.administratorId.text))
    }

    @Test func `a service principal signs in at every address`() async throws {
        let desk = try await Desk.shared()
        let client = desk.made.clientId.lowercaseText
        for path in [desk.tenant.text, "desk.example", "adfs", "common", "adfs/\(desk.tenant.text)"] {
            for style in ["oauth2/token", "oauth2/v2.0/token"] {
                let answer = await desk.form(
                    "/\(path)/\(style)",
                    [
                        "grant_type": "client_credentials", "client_id": client, "client_secret": Desk.secret,
                        "scope": "https://storage.azure.com/.default",
                    ]
                )
                #expect(answer.status == 200, "\(path)/\(style): \(answer.text)")
                let token = try claims(answer.json["access_token"]?.string)
                #expect(token["oid"] == .string(desk.made.servicePrincipalId.text))
                #expect(token["aud"] == "https://storage.azure.com")
                #expect(answer.json["refresh_token"] == nil)
            }
        }
        let old = await desk.form(
            "/\(desk.tenant.text)/oauth2/token",
            [
                "grant_type": "client_credentials", "client_id": client, "client_secret": Desk.secret,
                "resource": "https://management.azure.com/",
            ]
        )
        #expect(old.json["resource"] == "https://management.azure.com/")
        #expect(old.json["expires_in"] == "3599")
    }

    @Test func `wrong clients, secrets and resources are told apart`() async throws {
        let desk = try await Desk.shared()
        let client = desk.made.clientId.lowercaseText
        #expect(await desk.signIn(client: client, secret: "wrong").number == 7_000_215)
        #expect(await desk.signIn(client: client, secret: "wrong").status == 401)
        #expect(await desk.signIn(client: Desk.stranger, secret: Desk.secret).number == 700_016)
        let foreign = await desk.signIn(client: client, secret: Desk.secret, resource: "https://evil.example")
        #expect(foreign.number == 500_011)
        #expect(foreign.error?.code == "invalid_resource")
        let elsewhere = await desk.form(
            "/\(Desk.stranger)/oauth2/v2.0/token",
            [
                "grant_type": "client_credentials", "client_id": client, "client_secret": Desk.secret,
                "scope": "\(Desk.arm)/.default",
            ]
        )
        #expect(elsewhere.number == 90_002)
    }

    @Test func `an unknown user and a wrong password read the same`() async throws {
        let desk = try await Desk.open()
        let wrong = await desk.signIn(password: "no")
        let nobody = await desk.signIn(user: "nobody@desk.example")
        let nowhere = await desk.form(
            "/common/oauth2/v2.0/token",
            [
                "grant_type": "password", "client_id": Desk.azureCLI, "username": "x@y.example", "password": "z",
                "scope": "openid",
            ]
        )
        #expect(wrong.number == 50_126)
        #expect(nobody.error?.message == wrong.error?.message)
        #expect(nowhere.error?.message == wrong.error?.message)
    }

    @Test func `ten wrong passwords lock the account for a minute, and a right one forgets them`() async throws {
        let desk = try await Desk.open()
        #expect(await desk.signIn(password: "no").number == 50_126)
        #expect(await desk.signIn().status == 200)
        for _ in 1...10 { #expect(await desk.signIn(password: "no").number == 50_126) }
        #expect(await desk.signIn().number == 50_053)
        desk.clock.pass(.seconds(61))
        #expect(await desk.signIn().status == 200)
    }

    @Test func `many guesses at once do not open the account that the tenth one locked`() async throws {
        let desk = try await Desk.open()
        let numbers = await withTaskGroup(of: Int?.self) { group in
            for _ in 1...25 { group.addTask { await desk.signIn(password: "no").number } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        #expect(numbers.filter { $0 == 50_126 }.count == 10)
        #expect(numbers.filter { $0 == 50_053 }.count == 15)
        #expect(await desk.signIn().number == 50_053)
    }

    @Test func `a guess that was held back by its body meets the lock all the same`() async throws {
        let desk = try await Desk.open()
        let form =
            "grant_type=password&client_id=\(Desk.azureCLI)&username=admin@desk.example&password=\(Desk.password)"
            + "&scope=openid"
        let isSent = Mutex(false)
        // The form comes only after the account was locked.
        let body = Body(length: Int64(form.utf8.count)) { () async throws(ServiceError) in
            let isFirst = isSent.withLock { sent in
                defer { sent = true }
                return !sent
            }
            guard isFirst else { return nil }
            for _ in 1...10 { _ = await desk.signIn(password: "no") }
            return Array(form.utf8)
        }
        let answer = await desk.dispatcher.respond(
            to: Request(
                method: .post,
                host: "login.lazuli.localhost",
                path: "/\(desk.tenant.text)/oauth2/v2.0/token",
                body: body,
                id: desk.journal.world.entropy.uuid(),
                received: desk.clock.now
            )
        )
        #expect(answer.number == 50_053)
    }

    @Test func `wrong passwords that cannot be counted are no faster to try than those that are`() async throws {
        let isFull = Mutex(false)
        let desk = try await Desk.open { FullDisk(signIns: JournaledSignIns($0)) { isFull.withLock { $0 } } }
        isFull.withLock { $0 = true }
        #expect(await desk.signIn(password: "no").status == 503)
        #expect(await desk.signIn().number == 50_053)
        desk.clock.pass(.seconds(6))
        #expect(await desk.signIn().status == 200)
    }

    @Test func `whoever mistyped once gets in although the disk is full`() async throws {
        let isFull = Mutex(false)
        let desk = try await Desk.open { FullDisk(signIns: JournaledSignIns($0)) { isFull.withLock { $0 } } }
        #expect(await desk.signIn(password: "no").number == 50_126)
        isFull.withLock { $0 = true }
        #expect(await desk.signIn().status == 200)
    }

    @Test func `a wrong password on its way when the account was locked leaves it locked`() {
        let now = Timestamp(seconds: 1_800_000_000)
        var attempts = SignInAttempts()
        for _ in 1...10 { attempts = attempts.afterFailure(at: now) }
        #expect(attempts.isLocked(at: now))
        #expect(attempts.afterFailure(at: now + .seconds(1)) == attempts)
        #expect(!attempts.afterFailure(at: now + .seconds(61)).isLocked(at: now + .seconds(61)))
    }

    @Test func `one network leaves others room to wait for a password check`() {
        var queue = PasswordQueue()
        func joins(_ network: String?) -> Bool { queue.join(from: network) }
        for _ in 1...32 { #expect(joins("192.0.2.1")) }
        #expect(!joins("192.0.2.1"))
        #expect(joins("192.0.2.2"))
        #expect(joins(nil))
        queue.leave(from: "192.0.2.1")
        #expect(joins("192.0.2.1"))
        // One runs and 128 wait, whoever they are.
        for number in 0..<95 { #expect(joins("198.51.100.\(number)")) }
        #expect(!joins("203.0.113.1"))
        #expect(!joins(nil))
    }

    @Test func `a refresh token serves other resources until sessions are revoked`() async throws {
        let desk = try await Desk.open()
        let answer = await desk.signIn().json
        let token = try #require(answer["refresh_token"]?.string)
        func renew(_ token: String, client: String = Desk.azureCLI) async -> Answer {
            await desk.token([
                "grant_type": "refresh_token", "client_id": client, "refresh_token": token,
                "scope": "https://storage.azure.com/.default openid profile",
            ])
        }
        let renewed = await renew(token)
        #expect(try claims(renewed.json["access_token"]?.string)["aud"] == "https://storage.azure.com")
        #expect(renewed.json["refresh_token"] != nil)
        #expect(await renew(token, client: "1950a258-227b-4e31-a9cf-717495945fc2").status == 200)
        #expect(await renew(token, client: desk.made.clientId.lowercaseText).number == 70_000)
        #expect(await renew(token + "A").number == 70_000)
        #expect(
            try await desk.graph(.post, "/me/revokeSignInSessions", token: answer["access_token"]?.string).status == 200
        )
        #expect(await renew(token).number == 50_173)
        let later = try #require(await desk.signIn().json["refresh_token"]?.string)
        desk.clock.pass(.seconds(91 * 86_400))
        #expect(await renew(later).number == 700_082)
    }

    @Test func `a device code is approved on the page and redeemed once`() async throws {
        let desk = try await Desk.open()
        let begun = await desk.form(
            "/organizations/oauth2/v2.0/devicecode",
            ["client_id": Desk.azureCLI, "scope": "\(Desk.arm)/.default openid offline_access profile"]
        ).json
        let code = try #require(begun["device_code"]?.string)
        let userCode = try #require(begun["user_code"]?.string)
        #expect(begun["message"]?.string?.contains(userCode) == true)
        func poll() async -> Answer {
            await desk.token([
                "grant_type": "urn:ietf:params:oauth:grant-type:device_code", "client_id": Desk.azureCLI, "code": code,
                "device_code": code,
            ])
        }
        #expect(await poll().error?.code == "authorization_pending")
        let page = try #require(begun["verification_uri"]?.string)
        let shown = await desk.send(.get, page)
        #expect(shown.reply.headers[.contentType] == "text/html; charset=utf-8")
        #expect(shown.header("Content-Security-Policy")?.contains("default-src 'none'") == true)
        let form = try #require(shown.text.firstMatch(of: /name="form" value="([^"]+)"/)?.1).description
        let path = String(page.dropFirst("https://login.lazuli.localhost".count))
        func submit(_ password: String, code: String, form: String, site: String = "same-origin") async -> Answer {
            await desk.form(
                path,
                ["form": form, "user_code": code, "username": "admin@desk.example", "password": password],
                header: ("Sec-Fetch-Site", site)
            )
        }
        #expect(await submit("no", code: userCode, form: form).status == 401)
        #expect(await submit(Desk.password, code: "BBBBBBBBB", form: form).status == 400)
        #expect(await submit(Desk.password, code: userCode, form: "AAAA").status == 400)
        #expect(await submit(Desk.password, code: userCode, form: form, site: "cross-site").status == 400)
        #expect(await poll().error?.code == "authorization_pending")
        #expect(await submit(Desk.password, code: userCode.lowercased(), form: form).status == 200)
        let tokens = await poll()
        #expect(try claims(tokens.json["access_token"]?.string)["aud"] == .string(Desk.arm))
        #expect(tokens.json["refresh_token"] != nil)
        let replay = await poll()
        #expect(replay.number == 54_005)
        #expect(replay.error?.code == "invalid_grant")
    }

    @Test func `a device code dies after a quarter of an hour, and unknown ones are refused`() async throws {
        let desk = try await Desk.open()
        let begun = await desk.form("/adfs/oauth2/v2.0/devicecode", ["client_id": Desk.azureCLI, "scope": "openid"])
            .json
        desk.clock.pass(.seconds(900))
        let fields = ["grant_type": "device_code", "client_id": Desk.azureCLI]
        let expired = await desk.token(fields.merging(["code": begun["device_code"]?.string ?? ""]) { $1 })
        #expect(expired.error?.code == "expired_token")
        #expect(await desk.token(fields.merging(["code": "made-up"]) { $1 }).error?.code == "bad_verification_code")
        let stranger = await desk.form(
            "/common/oauth2/v2.0/devicecode",
            ["client_id": Desk.stranger, "scope": "openid"]
        )
        #expect(stranger.number == 700_016)
        #expect(stranger.error?.message.contains("in any directory of this region.") == true, "\(stranger.text)")
    }

    @Test func `the page shows what was typed as text, never as markup`() async throws {
        let desk = try await Desk.shared()
        let page = await desk.send(
            .get,
            "https://login.lazuli.localhost/common/oauth2/deviceauth?user_code=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
        )
        #expect(!page.text.contains("<script"))
        #expect(page.text.contains("&lt;script"))
    }
}

/// Sign-ins over a store that now and then takes no change.
private struct FullDisk: SignInChanges {
    let signIns: JournaledSignIns
    let isFull: @Sendable () -> Bool

    func commit(
        _ operation: String,
        of tenant: TenantID,
        _ change: @escaping @Sendable (WriteScope) async throws(ServiceError) -> Void
    ) async throws(ServiceError) {
        guard !isFull() else { throw .unavailable("free space is below the reserve") }
        try await signIns.commit(operation, of: tenant, change)
    }
    func look(at tenant: TenantID) async throws(ServiceError) -> ReadScope { try await signIns.look(at: tenant) }
}

@Suite struct BearerTokenTests {
    private func status(_ desk: Desk, _ token: String, audiences: [String] = [Desk.arm]) async -> String {
        do throws(ServiceError) {
            _ = try await desk.principal(token, audiences: audiences)
            return "admitted"
        } catch {
            #expect(error.status == 401)
            #expect(
                error.headers[.wwwAuthenticate]?.hasPrefix("Bearer authorization_uri=\"https://login.lazuli.localhost/")
                    == true
            )
            return error.code
        }
    }

    @Test func `a token admits its principal to its own audience, with or without the slash`() async throws {
        let desk = try await Desk.shared()
        let token = try #require(await desk.signIn(resource: Desk.arm).json["access_token"]?.string)
        let principal = try await desk.principal(token, audiences: ["https://management.lazuli.localhost"])
        #expect(principal.id == desk.made.administratorId)
        #expect(principal.userPrincipalName == "admin@desk.example")
        #expect(principal.application?.lowercaseText == Desk.azureCLI)
        #expect(await status(desk, token, audiences: [Desk.graph]) == "InvalidAuthenticationTokenAudience")
    }

    @Test func `altered, foreign, empty and identity tokens are refused`() async throws {
        let desk = try await Desk.shared()
        let other = try await Desk.open()
        let answer = await desk.signIn(resource: Desk.arm).json
        let token = try #require(answer["access_token"]?.string)
        #expect(await status(desk, token) == "admitted")
        var parts = token.split(separator: ".").map(String.init)
        parts[1] = Array(try claims(token).bytes).base64URL.replacing("a", with: "b")
        for bad in [
            "", "x.y.z", parts.joined(separator: "."), String(token.dropLast(8)), answer["id_token"]?.string ?? "",
        ] {
            #expect(await status(desk, bad) == "InvalidAuthenticationToken")
        }
        #expect(await status(other, token) == "InvalidAuthenticationToken")
    }

    @Test func `a token ends after an hour and five minutes' grace`() async throws {
        let desk = try await Desk.open()
        let token = try #require(await desk.signIn(resource: Desk.arm).json["access_token"]?.string)
        desk.clock.pass(.seconds(3_600 + 299))
        #expect(await status(desk, token) == "admitted")
        desk.clock.pass(.seconds(1))
        #expect(await status(desk, token) == "ExpiredAuthenticationToken")
    }

    @Test func `tokens outlive a rotation of keys, and new ones are signed by the new key`() async throws {
        let desk = try await Desk.open()
        let old = try #require(await desk.signIn(resource: Desk.arm).json["access_token"]?.string)
        func rotate() async throws -> Bool {
            let note = ChangeNote(actor: "region:test", action: "rotate", operation: "rotate")
            return try await desk.journal.change(note, IdentityProvider.namespace, KeyRing.regionTenant) {
                scope async throws(ServiceError) in try await desk.provider.rotateSigningKeys(scope)
            }.result
        }
        #expect(try await !rotate())
        desk.clock.pass(.seconds(90 * 86_400 - 1_000))
        let late = try #require(await desk.signIn(resource: Desk.arm).json["access_token"]?.string)
        desk.clock.pass(.seconds(1_000))
        #expect(try await rotate())
        #expect(await status(desk, late) == "admitted")
        #expect(await status(desk, old) == "ExpiredAuthenticationToken")
        let fresh = try #require(await desk.signIn(resource: Desk.arm).json["access_token"]?.string)
        #expect(fresh.split(separator: ".")[0] != late.split(separator: ".")[0])
        #expect(await status(desk, fresh) == "admitted")
        let keys = await desk.send(.get, "https://login.lazuli.localhost/common/discovery/keys").json
        #expect(keys["keys"]?.array?.count == 2)
        desk.clock.pass(.seconds(3_600 + 86_400))
        #expect(try await rotate())
        #expect(
            await desk.send(.get, "https://login.lazuli.localhost/common/discovery/keys").json["keys"]?.array?.count
                == 1
        )
    }
}
