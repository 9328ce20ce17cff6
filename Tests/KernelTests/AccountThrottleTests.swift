// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Simulation
import Synchronization
import Testing

@Suite struct AccountThrottleTests {
    /// Addresses the account that is named, for whoever is named.
    private struct Door: Doorkeeper {
        struct NoGrant: Grant {
            func permit(operation: String, access: Access, call: Call) throws(ServiceError) {}
        }
        func admit(
            _ request: Request,
            label: String?,
            access: Access,
            _ scope: ReadScope
        ) async throws(ServiceError) -> Admission {
            Admission(
                tenant: TestRegion.tenant,
                caller: .holder(name: request.header("authorization") ?? "nobody", grant: NoGrant()),
                account: request.header("x-account")
            )
        }
    }
    private let region: ProbedRegion
    private let dispatcher: Dispatcher

    init() async throws {
        region = try await ProbedRegion()
        var catalogue = Catalogue()
        catalogue.add(Probe())
        dispatcher = Dispatcher(
            hostPlan: ProbedRegion.plan,
            journal: region.journal,
            catalogue: catalogue,
            authorizer: Authorizer(),
            doorkeepers: [.management: Door()],
            sagas: SagaWorker(region.journal, []),
            limits: RequestLimits(perSecond: 1_000, burst: 1_000),
            accountLimits: AccountLimits(
                requestsPerSecond: 4,
                ingressBytesPerSecond: 1_000,
                egressBytesPerSecond: 80
            )
        )
    }
    private func ask(
        _ account: String?,
        of caller: String = "one",
        body: Int = 0,
        _ method: HTTPRequest.Method = .put
    ) async throws -> Answer {
        var headers: HTTPFields = [.authorization: caller]
        if let account { headers[try #require(HTTPField.Name("x-account"))] = account }
        var request = ProbedRegion.request(method, method == .get ? "/things/a" : "/notes/a", headers: headers)
        if body > 0 { request.body = .bytes([UInt8](repeating: 1, count: body)) }
        return await dispatcher.respond(to: request)
    }
    private func expectBusy(_ answer: Answer, _ what: String, after seconds: String = "1") {
        #expect(answer.reply.status == 503)
        #expect(answer.error?.code == "ServerBusy")
        #expect(answer.error?.message == "\(what) is over the account limit.")
        #expect(answer.error?.headers[.retryAfter] == seconds)
    }

    @Test func `all callers of an account share its requests, and no other account's`() async throws {
        for caller in ["one", "two", "three", "four"] {
            #expect(try await ask("a", of: caller).reply.status == 201)
        }
        expectBusy(try await ask("a", of: "five"), "Operations per second")
        #expect(try await ask("b", of: "one").reply.status == 201)
        #expect(try await ask(nil, of: "one").reply.status == 201)
        region.clock.pass(.milliseconds(250))
        #expect(try await ask("a").reply.status == 201)
        expectBusy(try await ask("a"), "Operations per second")
    }

    @Test func `a body over the limit is taken, and the next one waits until it is made up for`() async throws {
        #expect(try await ask("a", body: 3_500).reply.status == 201)
        expectBusy(try await ask("a", body: 1), "Ingress", after: "3")
        #expect(try await ask("a").reply.status == 201)
        #expect(try await ask("b", body: 1).reply.status == 201)
        region.clock.pass(.milliseconds(2_501))
        #expect(try await ask("a", body: 1).reply.status == 201)
    }

    @Test func `what was fetched counts against fetching alone`() async throws {
        // An answer of the probe is between 40 and 80 bytes long.
        #expect(try await ask("a", .get).reply.status == 200)
        #expect(try await ask("a", .get).reply.status == 200)
        expectBusy(try await ask("a", .get), "Egress")
        #expect(try await ask("a", body: 10).reply.status == 201)
        region.clock.pass(.seconds(2))
        #expect(try await ask("a", .get).reply.status == 200)
    }

    @Test func `who announces no body is not refused for the bodies of others`() async throws {
        #expect(try await ask("a", body: 3_000).reply.status == 201)
        for (method, isRefused) in [(HTTPRequest.Method.get, false), (.put, true)] {
            var request = ProbedRegion.request(method, method == .get ? "/things/a" : "/notes/a")
            request.headers[try #require(HTTPField.Name("x-account"))] = "a"
            // As the gateway hands on what came without a Content-Length.
            request.body = Body(length: nil) { () throws(ServiceError) in nil }
            let answer = await dispatcher.respond(to: request)
            #expect((answer.reply.status == 503) == isRefused, "\(method)")
        }
    }

    @Test func `an answer says whose load it was`() async throws {
        #expect(try await ask("a").party == .account("a"))
        #expect(try await ask(nil).party == .tenant(TestRegion.tenant))
        #expect(await region.send(.get, "/things/a").party == .newcomers)
    }

    /// What the turns of a thread hear of a request.
    private final class Heard: TurnTaking {
        private let told = Mutex<[String]>([])
        var lines: [String] { told.withLock { $0 } }
        func serve(_ party: Party) -> Bool {
            told.withLock { $0.append("\(party)") }
            return true
        }
        let isLate = true
        func begin() async { told.withLock { $0.append("its turn") } }
        func giveWay() async {}
    }
    @Test func `a request waits for a turn of its account before it does more than say who it is`() async throws {
        let heard = Heard()
        let answer = try await Turn.$current.withValue(heard) { try await ask("a") }
        #expect(answer.reply.status == 201)
        #expect(heard.lines == ["\(Party.account("a"))", "its turn"])
    }
    @Test func `who is not admitted spends nobody's turns`() async {
        let heard = Heard()
        let answer = await Turn.$current.withValue(heard) { await region.send(.get, "/nowhere") }
        #expect(answer.error?.status == 404)
        #expect(heard.lines == [])
    }
}
