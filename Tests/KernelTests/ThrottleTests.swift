// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Simulation
import Testing

@Suite struct ThrottleTests {
    /// Takes whoever is named for who it is.
    private struct NamedCallers: Doorkeeper {
        struct NoGrant: Grant {
            func permit(operation: String, access: Access, call: Call) throws(ServiceError) {}
        }
        func admit(
            _ request: Request,
            label: String?,
            access: Access,
            _ scope: ReadScope
        ) async throws(ServiceError) -> Admission {
            let name = request.header("authorization") ?? "nobody"
            return Admission(tenant: TestRegion.tenant, caller: .holder(name: name, grant: NoGrant()))
        }
    }
    private func statuses(_ count: Int, of caller: String, _ dispatcher: Dispatcher) async -> [Int] {
        var statuses: [Int] = []
        for _ in 0..<count {
            let request = ProbedRegion.request(.get, "/things/a", headers: [.authorization: caller])
            statuses.append(await dispatcher.respond(to: request).reply.status)
        }
        return statuses
    }

    @Test func `a caller has a burst and a rate, and no other caller's`() async throws {
        let region = try await ProbedRegion()
        var catalogue = Catalogue()
        catalogue.add(Probe())
        let dispatcher = Dispatcher(
            hostPlan: ProbedRegion.plan,
            journal: region.journal,
            catalogue: catalogue,
            authorizer: Authorizer(),
            doorkeepers: [.management: NamedCallers()],
            sagas: SagaWorker(region.journal, []),
            limits: RequestLimits(perSecond: 2, burst: 3)
        )
        #expect(await statuses(5, of: "one", dispatcher) == [200, 200, 200, 429, 429])
        #expect(await statuses(1, of: "two", dispatcher) == [200])
        region.clock.pass(.milliseconds(500))
        #expect(await statuses(2, of: "one", dispatcher) == [200, 429])
        region.clock.pass(.seconds(3600))
        #expect(await statuses(4, of: "one", dispatcher) == [200, 200, 200, 429])
        // A clock that is set back fills no bucket and empties none.
        region.clock.pass(.seconds(-1800))
        #expect(await statuses(1, of: "one", dispatcher) == [429])
    }
}
