// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel

/// One call on the queue surface, read: what it names and where that lies.
struct QueueCall {
    let call: Call
    let head: RequestHead
    let target: QueueTarget
    let version: ServiceVersion
    let place: AccountPlace
    /// A moment before the version this call sees; see `QueueLane.scanned`.
    let tick: Int
    var domain: Domain { place.domain }

    /// The queue the path names; the route sees to it that there is one.
    var name: QueueName {
        get throws(ServiceError) {
            guard let name = target.queue else { throw ServiceError(.invalidURI) }
            return name
        }
    }
    /// The queue, or 404.
    func queue(_ scope: some Scope) async throws(ServiceError) -> Queue {
        guard let queue = try await scope.get(Queue.self, in: domain, at: StorageKey.queue(try name)) else {
            throw ServiceError(.queueNotFound)
        }
        return queue
    }

    /// An answer of the Queue service.
    func reply(_ status: Int, _ fields: KeyValuePairs<String, String> = [:]) -> Reply {
        var reply = Reply(status)
        for (name, value) in fields { reply.set(name, value) }
        reply.headers[StorageHeader.version] = version.text
        return reply
    }
    /// An XML answer; HEAD is answered with its length alone.
    func xml(_ status: Int = 200, _ body: () throws(StorageFault) -> [UInt8]) throws(ServiceError) -> Reply {
        let bytes = try checked(body)
        var reply = reply(status, ["Content-Type": "application/xml"])
        reply.content = call.request.method == .head ? .length(Int64(bytes.count)) : .bytes(bytes)
        return reply
    }
    /// The account's address as the client came by it, with its slash at the end.
    func endpoint(_ host: AccountName?) -> String {
        let request = call.request
        let name = request.port.map { "\(request.host):\($0)" } ?? request.host
        return host == nil ? "https://\(name)/\(target.account)-queue/" : "https://\(name)/"
    }
}

extension StorageProvider {
    /// Reads a call of the queue surface, beginning with what the doorkeeper read.
    func openQueue(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> QueueCall {
        guard let opened = call.opened as? OpenedRequest, case .queue(let target) = opened.target else {
            throw .unavailable("\(call.operation) came past the doorkeeper")
        }
        let version = try checked { () throws(StorageFault) in try ServiceVersion(head: opened.head) }
        // A reader looks at the version the doorkeeper saw; a change must notice an account that went meanwhile.
        if !(scope is ReadScope) {
            let place = try await place(opened.target.account, scope)
            guard place?.id == opened.place.id else { throw ServiceError(.resourceNotFound) }
        }
        return QueueCall(
            call: call,
            head: opened.head,
            target: target,
            version: version,
            place: opened.place,
            tick: opened.tick
        )
    }
    /// Reads a call that carries no `comp`: an unknown one must not be taken for a plain read or write.
    func openPlainQueue(_ call: Call, _ scope: some Scope) async throws(ServiceError) -> QueueCall {
        let queue = try await openQueue(call, scope)
        if let comp = queue.head.query["comp"], !comp.isEmpty {
            throw ServiceError(.invalidQueryParameterValue("comp", comp))
        }
        return queue
    }
}
