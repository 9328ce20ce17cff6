// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Storage
import Testing

/// The tables of REST "Lease Blob" and "Lease Container".
struct LeaseTests {
    static let now = Timestamp(seconds: 1_767_225_600)
    static let a = UUID(uuid: (10, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    static let b = UUID(uuid: (11, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    static let c = UUID(uuid: (12, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))
    static let fresh = UUID(uuid: (15, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0))

    /// What is leased under `a`, in each state.
    static let leases: [LeaseState: Lease?] = [
        .available: nil, .leased: Lease(id: a, duration: .seconds(30), from: now),
        .expired: Lease(id: a, duration: .seconds(30), from: Timestamp(seconds: now.seconds - 30)),
        .breaking: Lease(id: a, phase: .breaking, seconds: nil, until: now + .seconds(20)),
        .broken: Lease(id: a, phase: .breaking, seconds: nil, until: now),
    ]
    static let states: [LeaseState] = [.available, .leased, .breaking, .broken, .expired]

    static func outcome(_ request: LeaseRequest, _ state: LeaseState) -> String {
        do throws(StorageFault) {
            let lease = leases[state] ?? nil
            let outcome = try request.outcome(on: lease, at: now, fresh: fresh)
            let holder = outcome.lease.map { [a: "A", b: "B", c: "C", fresh: "X"][$0.id] ?? "?" } ?? ""
            return "\(outcome.status) \(outcome.lease.state(at: now).rawValue)\(holder)"
        } catch {
            return error.line
        }
    }

    @Test func `each fixture is in the state it stands for`() {
        for state in Self.states { #expect((Self.leases[state] ?? nil).state(at: Self.now) == state) }
    }

    static let mismatch = "409 LeaseIdMismatchWithLeaseOperation"
    static let absent = "409 LeaseNotPresentWithLeaseOperation"
    static let present = "409 LeaseAlreadyPresent"
    /// A request, and its outcome on what is available, leased, breaking, broken, expired.
    static let table: [(LeaseRequest, [String])] = [
        (
            .acquire(duration: nil, proposed: nil),
            ["201 leasedX", present, present, "201 leasedX", "201 leasedX"]
        ),
        (
            .acquire(duration: .seconds(15), proposed: a),
            ["201 leasedA", "201 leasedA", "409 LeaseIsBreakingAndCannotBeAcquired", "201 leasedA", "201 leasedA"]
        ),
        (
            .acquire(duration: .seconds(60), proposed: b),
            ["201 leasedB", present, present, "201 leasedB", "201 leasedB"]
        ),
        (.break(period: .zero), [absent, "202 brokenA", "202 brokenA", "202 brokenA", "202 brokenA"]),
        (
            .break(period: .seconds(10)),
            [absent, "202 breakingA", "202 breakingA", "202 brokenA", "202 brokenA"]
        ),
        (.break(period: nil), [absent, "202 breakingA", "202 breakingA", "202 brokenA", "202 brokenA"]),
        (
            .change(a, to: b),
            [absent, "200 leasedB", "409 LeaseIsBreakingAndCannotBeChanged", absent, absent]
        ),
        (.change(b, to: a), [absent, "200 leasedA", mismatch, absent, absent]),
        (.change(b, to: c), [absent, mismatch, mismatch, absent, absent]),
        (
            .renew(a),
            [
                mismatch, "200 leasedA", "409 LeaseIsBrokenAndCannotBeRenewed",
                "409 LeaseIsBrokenAndCannotBeRenewed", "200 leasedA",
            ]
        ),
        (.renew(b), [mismatch, mismatch, mismatch, mismatch, mismatch]),
        (.release(a), [mismatch, "200 available", "200 available", "200 available", "200 available"]),
        (.release(b), [mismatch, mismatch, mismatch, mismatch, mismatch]),
    ]
    @Test(arguments: table.indices)
    func `a lease operation's outcome goes by the state`(_ row: Int) {
        let (request, expected) = Self.table[row]
        for (state, outcome) in zip(Self.states, expected) {
            #expect(Self.outcome(request, state) == outcome, "\(request) on what is \(state.rawValue)")
        }
    }

    @Test func `a renewal begins the time anew, a lease without end has none`() throws {
        let old = Lease(id: Self.a, duration: .seconds(15), from: Timestamp(seconds: Self.now.seconds - 10))
        let renewed = try LeaseRequest.renew(Self.a).outcome(on: old, at: Self.now, fresh: Self.fresh).lease
        #expect(renewed?.until == Self.now + .seconds(15))
        let endless = Lease(id: Self.a, duration: nil, from: Self.now)
        let again = try LeaseRequest.renew(Self.a).outcome(on: endless, at: Self.now, fresh: Self.fresh).lease
        #expect(again.state(at: Self.now + .seconds(1_000_000)) == .leased)
    }

    /// Seconds until the break takes effect, for a lease with 30 seconds left.
    @Test(arguments: [(nil, 30), (0, 0), (10, 10), (30, 30), (60, 30)] as [(Int?, Int)])
    func `a break never prolongs a lease that ends by itself`(_ period: Int?, _ left: Int) throws {
        let lease = Lease(id: Self.a, duration: .seconds(30), from: Self.now)
        let request = LeaseRequest.break(period: period.map { .seconds($0) })
        let outcome = try request.outcome(on: lease, at: Self.now, fresh: Self.fresh)
        #expect(outcome.secondsLeft == left)
        #expect(outcome.lease.state(at: Self.now + .seconds(left)) == .broken)
    }
    @Test func `a lease without end breaks at once or after the period asked for`() throws {
        let lease = Lease(id: Self.a, duration: nil, from: Self.now)
        let atOnce = try LeaseRequest.break(period: nil).outcome(on: lease, at: Self.now, fresh: Self.fresh)
        #expect(atOnce.secondsLeft == 0 && atOnce.lease.state(at: Self.now) == .broken)
        let later = try LeaseRequest.break(period: .seconds(60)).outcome(on: lease, at: Self.now, fresh: Self.fresh)
        #expect(later.secondsLeft == 60 && later.lease.state(at: Self.now) == .breaking)
    }
    @Test func `a second break can only hasten the first`() throws {
        let lease = Lease(id: Self.a, phase: .breaking, seconds: nil, until: Self.now + .seconds(20))
        for (period, left) in [(nil, 20), (40, 20), (5, 5)] as [(Int?, Int)] {
            let request = LeaseRequest.break(period: period.map { .seconds($0) })
            #expect(try request.outcome(on: lease, at: Self.now, fresh: Self.fresh).secondsLeft == left)
        }
    }

    static func use(_ use: LeaseUse, _ sent: UUID?, _ state: LeaseState, _ subject: LeaseSubject = .blob) -> String {
        do throws(StorageFault) {
            try use.check(leases[state] ?? nil, sent: sent, on: subject, at: now)
            return "passes"
        } catch { return error.line }
    }
    static let none = "412 LeaseNotPresentWithBlobOperation"
    static let other = "412 LeaseIdMismatchWithBlobOperation"
    static let lost = "412 LeaseLost"
    static let missing = "412 LeaseIdMissing"
    /// What is sent, and its outcome on what is available, leased, breaking, broken, expired.
    static let uses: [(LeaseUse, UUID?, [String])] = [
        (.change, a, [none, "passes", "passes", lost, lost]), (.change, b, [none, other, other, none, none]),
        (.change, nil, ["passes", missing, missing, "passes", "passes"]),
        (.look, a, [none, "passes", "passes", lost, lost]), (.look, b, [none, other, other, none, none]),
        (.look, nil, ["passes", "passes", "passes", "passes", "passes"]),
    ]
    @Test(arguments: uses.indices)
    func `use of what is leased goes by the state`(_ row: Int) {
        let (use, sent, expected) = Self.uses[row]
        for (state, outcome) in zip(Self.states, expected) {
            #expect(Self.use(use, sent, state) == outcome, "\(use) of what is \(state.rawValue)")
        }
    }
    @Test func `a container's errors have names of their own`() {
        #expect(Self.use(.look, Self.b, .leased, .container) == "412 LeaseIdMismatchWithContainerOperation")
        #expect(Self.use(.change, Self.a, .available, .container) == "412 LeaseNotPresentWithContainerOperation")
        #expect(Self.use(.change, nil, .leased, .container) == "412 LeaseIdMissing")
    }
    @Test func `the first write after a lease ended forgets it, a held one stays`() {
        for state in Self.states {
            let left = (Self.leases[state] ?? nil).afterWrite(at: Self.now)
            #expect((left == nil) == (state == .available || state == .broken || state == .expired))
        }
    }

    @Test(arguments: [
        (["x-ms-lease-action": "acquire", "x-ms-lease-duration": "15"], "passes"),
        (["x-ms-lease-action": "Acquire", "x-ms-lease-duration": "-1"], "passes"),
        (["x-ms-lease-action": "acquire", "x-ms-lease-duration": "14"], "400 InvalidHeaderValue"),
        (["x-ms-lease-action": "acquire", "x-ms-lease-duration": "61"], "400 InvalidHeaderValue"),
        (["x-ms-lease-action": "acquire", "x-ms-lease-duration": "0"], "400 InvalidHeaderValue"),
        (["x-ms-lease-action": "acquire", "x-ms-lease-duration": "long"], "400 InvalidHeaderValue"),
        (["x-ms-lease-action": "acquire"], "400 MissingRequiredHeader"), ([:], "400 MissingRequiredHeader"),
        (["x-ms-lease-action": "steal"], "400 InvalidHeaderValue"),
        (
            ["x-ms-lease-action": "acquire", "x-ms-lease-duration": "15", "x-ms-proposed-lease-id": "mine"],
            "400 InvalidHeaderValue"
        ),
        (["x-ms-lease-action": "renew"], "400 MissingRequiredHeader"),
        (["x-ms-lease-action": "renew", "x-ms-lease-id": "7"], "400 InvalidHeaderValue"),
        (["x-ms-lease-action": "release"], "400 MissingRequiredHeader"),
        (["x-ms-lease-action": "change", "x-ms-lease-id": a.uuidString], "400 MissingRequiredHeader"),
        (["x-ms-lease-action": "break"], "passes"),
        (["x-ms-lease-action": "break", "x-ms-lease-break-period": "60"], "passes"),
        (["x-ms-lease-action": "break", "x-ms-lease-break-period": "61"], "400 InvalidHeaderValue"),
        (["x-ms-lease-action": "break", "x-ms-lease-break-period": "-1"], "400 InvalidHeaderValue"),
    ])
    func `a lease request is read strictly`(_ headers: [String: String], _ expected: String) throws {
        let fault = Fixture.fault {
            _ = try LeaseRequest(try Fixture.head(.put, "/c/b", headers.map { ($0.key, $0.value) }))
        }
        #expect((fault?.line ?? "passes") == expected)
    }

    @Test(arguments: [
        "0a000000-0000-0000-0000-000000000000", "{0A000000-0000-0000-0000-000000000000}",
        "(0a000000-0000-0000-0000-000000000000)", "0a000000000000000000000000000000",
    ])
    func `an id may come in any form of a GUID`(_ text: String) throws {
        let head = try Fixture.head(.put, "/c/b", [("x-ms-lease-action", "renew"), ("x-ms-lease-id", text)])
        #expect(try LeaseRequest(head) == .renew(Self.a))
    }
    @Test(arguments: ["'0a000000-0000-0000-0000-000000000000'", "0a-0", "{0a000000000000000000000000000000", "x"])
    func `what is no GUID is no id`(_ text: String) throws {
        let head = try Fixture.head(.put, "/c/b", [("x-ms-lease-id", text)])
        #expect(Fixture.fault { _ = try LeaseID(head) }?.line == "400 InvalidHeaderValue")
    }
}
