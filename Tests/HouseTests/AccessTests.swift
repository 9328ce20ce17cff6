// SPDX-License-Identifier: Apache-2.0
import Assembly
import Kernel
import Testing

/// A denied case for every operation of the region, made from its row.
@Suite struct AccessTests {
    private func deny(_ sender: HouseRegion.Sender, _ isAsked: (BoundOperation) -> Bool) async throws {
        let house = try await SharedHouse.one.opened()
        var asked = 0
        for operation in house.parts.catalogue.operations where isAsked(operation) {
            let before = try await house.version()
            let answer = try await house.send(operation.name, as: sender)
            asked += 1
            #expect(answer.operation == operation.name, "a request for \(operation.name) means another operation")
            let status = answer.reply.status
            #expect([401, 403, 404].contains(status), "\(operation.name) answers \(sender) with \(status)")
            #expect(try await house.version() == before, "\(operation.name) changed the store for \(sender)")
        }
        #expect(asked > 20)
    }
    private func needsRole(_ operation: BoundOperation) -> Bool { !operation.access.actions.isEmpty }

    @Test func `nobody does anything that is not open to anyone`() async throws {
        try await deny(.nobody) { $0.access != .anyone }
    }
    @Test func `a member without roles does nothing that asks for one`() async throws {
        try await deny(.stranger, needsRole)
    }
    @Test func `the owner of one tenant does nothing in another`() async throws {
        try await deny(.foreigner) { operation in
            needsRole(operation) && (operation.surface == .blob || operation.route.names("subscription", "scope"))
        }
    }
    @Test func `a member without roles looks and changes nothing`() async throws {
        let house = try await SharedHouse.one.opened()
        for operation in house.parts.catalogue.operations where operation.access == .member && !operation.changes {
            let before = try await house.version()
            let answer = try await house.send(operation.name, as: .stranger)
            #expect(answer.reply.status != 500, "\(operation.name): \(answer.error.map { "\($0)" } ?? "")")
            #expect(try await house.version() == before, "\(operation.name) changed the store")
        }
    }
    @Test func `an owner of another tenant is not told of a subscription, not even as a member`() async throws {
        let house = try await SharedHouse.one.opened()
        for operation in house.parts.catalogue.operations
        where operation.access == .member && operation.route.names("subscription") {
            let answer = try await house.send(operation.name, as: .foreigner)
            #expect(answer.error?.code == "SubscriptionNotFound", "\(operation.name): \(answer.reply.status)")
        }
    }
    @Test func `what is not built says so to the owner`() async throws {
        let house = try await SharedHouse.one.opened()
        for operation in house.parts.catalogue.operations where operation.isUnbuilt {
            let before = try await house.version()
            let answer = try await house.send(operation.name, as: .owner)
            #expect(answer.reply.status == 501, "\(operation.name): \(answer.error.map { "\($0)" } ?? "no error")")
            #expect(try await house.version() == before, "\(operation.name) changed the store")
        }
    }
}

extension Route {
    /// Whether the path has one of these parameters.
    fileprivate func names(_ names: String...) -> Bool {
        segments.contains { segment in
            switch segment {
            case .literal: false
            case .parameter(let name), .rest(let name): names.contains(name)
            }
        }
    }
}
