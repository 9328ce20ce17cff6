// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

extension AzTests {
    @Suite struct Login {
        @Test func `the metadata document teaches az every address`() async throws {
            let session = try await Az.signedOut()
            #expect(session.region.credentials.armEndpoint == session.region.credentials.management)
            try await session.walk([
                az("cloud show --query isActive", prints: "true"),
                az("cloud show --query endpoints.resourceManager", prints: "<management>"),
                az("cloud show --query endpoints.activeDirectory", prints: "<login>/adfs"),
                az("cloud show --query endpoints.microsoftGraphResourceId", prints: "<graph>/"),
                az("cloud show --query suffixes.storageEndpoint", prints: "<storageSuffix>"),
            ])
        }

        @Test func `a service principal signs in with its secret and sees its subscription`() async throws {
            let session = try await Az.servicePrincipal()
            try await session.walk([
                az(
                    "account show --query [id,user.name,user.type,state]",
                    prints: "<subscriptionId> <clientId> servicePrincipal Enabled"
                ),
                az("account list --query length(@)", prints: "1"),
                az("account list-locations --query [].name", contains: "francecentral", "francesouth"),
                az("account list-locations --query \"[?name=='francecentral'].displayName\"", prints: "France Centre"),
                az("account get-access-token --query tokenType", prints: "Bearer"),
                az("account clear"),
                az("group list", fails: "az login"),
                az("login --service-principal -u <clientId> --password=<clientSecret> --tenant <domain>"),
                az("account show --query tenantId", prints: "<tenantId>"),
            ])
        }

        @Test func `a user signs in with a password and is known to Graph`() async throws {
            let session = try await Az.administrator()
            try await session.walk([
                az("account show --query [user.name,user.type]", prints: "<administrator> user"),
                az("ad signed-in-user show --query userPrincipalName", prints: "<administrator>"),
                az("logout"),
                az("account show", fails: "az login"),
            ])
        }

        @Test func `a user signs in through the sign-in page with a device code`() async throws {
            let session = try await Az.signedOut()
            try await signInWithDeviceCode(session, "login --use-device-code")
            try await session.walk([
                az("account show --query user.name", prints: "<administrator>"),
                az("group list"),
            ])
        }

        @Test func `with the tenant's own authority instance discovery is switched off and all else stays`()
            async throws
        {
            let session = try await rooted(Az.signedOut())
            try await session.walk([
                az("login --service-principal -u <clientId> --password=<clientSecret> --tenant <tenantId>"),
                az(
                    "account show --query [id,tenantId,user.type]",
                    prints: "<subscriptionId> <tenantId> servicePrincipal"
                ),
                az("group list"),
                az("account clear"),
            ])
            try await signInWithDeviceCode(session, "login --use-device-code --tenant <tenantId>")
            try await session.walk([
                az("account show --query [tenantId,user.name]", prints: "<tenantId> <administrator>")
            ])
        }

        /// MSAL asks port 443 for the user's realm whatever the authority's port: only a region on 443 can answer.
        @Test(.enabled(if: Port.mayBind443(), "port 443 is not ours to bind"))
        func `on port 443 a password works with the tenant's own authority`() async throws {
            let region = try await Region.start(port: 443)
            var session = Az(home: try Home(region))
            for command in Az.registration { try await session.must(command) }
            session = try await rooted(session)
            try await session.walk([
                az("login -u <administrator> --password=<password> --tenant <tenantId>"),
                az(
                    "account show --query [id,tenantId,user.name]",
                    prints: "<subscriptionId> <tenantId> <administrator>"
                ),
                az("group list"),
            ])
            try await region.remove()
        }

        @Test func `who is not who they claim to be is told so`() async throws {
            let session = try await rooted(Az.signedOut())
            try await session.walk([
                az("login --service-principal -u <clientId> -p wrong --tenant <tenantId>", fails: "AADSTS7000215"),
                az(
                    "login --service-principal -u 11111111-2222-4333-8444-555555555555 -p x --tenant <tenantId>",
                    fails: "AADSTS700016"
                ),
                az(
                    "login --service-principal -u <clientId> --password=<clientSecret> --tenant "
                        + "99999999-2222-4333-8444-555555555555",
                    fails: "AADSTS90002",
                    "Unable to get authority configuration"
                ),
            ])
            let fromMetadata = try await Az.signedOut()
            try await fromMetadata.walk([
                az("login -u <administrator> -p wrong", fails: "AADSTS50126"),
                az("login -u nobody@<domain> -p wrong", fails: "AADSTS50034", "AADSTS50126"),
                az("group list", fails: "az login"),
            ])
        }

        /// The same az with the authority at the root, which many tenants can share.
        private func rooted(_ session: Az) async throws -> Az {
            var session = session
            session.home.environment["AZURE_CORE_INSTANCE_DISCOVERY"] = "false"
            try await session.must("cloud update -n Lazuli --endpoint-active-directory <login>")
            return session
        }

        private func signInWithDeviceCode(_ session: Az, _ command: String) async throws {
            let words = Command.words(command, values: Command.values(of: session.region))
            let login = try Tool.start("az", words, environment: session.home.environment, timeoutSeconds: 180)
            let complaint = try await Tool.offPool {
                Tool.poll(seconds: 60) { login.status != nil || login.stderr.contains("code") ? login.stderr : nil }
            }
            let prompt = (complaint ?? "").firstMatch(of: /(https:\/\/\S+).*?code ([A-Z0-9-]+)/)
            guard let prompt else { throw ClientError("az shows no code: \(login.stderr)\n\(session.region.log)") }
            let page = try await Web(session.home).signIn(page: String(prompt.1), userCode: String(prompt.2))
            #expect(page.status == 200, "\(page)")
            let output = try await login.output()
            #expect(output.status == 0, "\(output.report)\n\(session.region.log)")
        }
    }
}
