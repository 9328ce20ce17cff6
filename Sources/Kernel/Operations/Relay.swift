// SPDX-License-Identifier: Apache-2.0
import Base
package import HTTPTypes

/// Asks the region for the parts of a request that carries several (Blob Batch).
///
/// Each part is signed in, authorized, run and committed with its ledger entry as if it had come by itself; nothing of
/// the request around it opens anything for it.
package struct Relay: Sendable {
    private let dispatcher: Dispatcher
    private let outer: Request

    init(_ dispatcher: Dispatcher, _ outer: Request) {
        self.dispatcher = dispatcher
        self.outer = outer
    }
    /// Answers one part, which has no body; never throws.
    ///
    /// It goes to the host and comes from the address of the request around it. What is not one of `operations` is
    /// refused, so that a part never carries parts of its own.
    package func ask(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ query: String,
        _ headers: HTTPFields,
        operations: Set<String>
    ) async -> (answer: Answer, request: Request) {
        let world = dispatcher.journal.world
        let request = Request(
            method: method,
            host: outer.host,
            port: outer.port,
            path: path,
            query: Query(query),
            headers: headers,
            remoteAddress: outer.remoteAddress,
            body: .empty,
            id: world.entropy.uuid(),
            received: world.clock.now
        )
        return (await dispatcher.respond(to: request, within: operations), request)
    }
}
