// SPDX-License-Identifier: Apache-2.0
import Base
import FoundationEssentials
import HTTPTypes
import Kernel
import Store

extension StorageProvider {
    /// Put Message (`POST /{queue}/messages`).
    func putMessage(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let at = try await openPlainQueue(call, scope)
        let (terms, text) = try checked { () throws(StorageFault) in
            (try MessageTerms.put(at.head.query, at.version), try MessageBody.parse(call.body))
        }
        let queue = QueueData(try await at.queue(scope).id, at.place.id, scope, lanes)
        let expires = terms.life.map { scope.now + .seconds($0) }
        let id = MessageID(expires: expires, scope.entropy)
        var message = QueuedMessage(scope, expires: expires, visible: scope.now + .seconds(terms.visibility))
        try await queue.counted(more: 1, inserting: [ReadyMessage(message.visible, id)])
        try await queue.set(text, of: &message, id)
        try await queue.put(message, id)
        try await queue.noteExpiry(expires)
        var entry = message.entry(id)
        entry.receipt = message.receipt
        entry.nextVisible = message.visible
        return try at.xml(201) { () throws(StorageFault) in try MessageEntry.body([entry]) }
    }

    /// Peek Messages (`GET /{queue}/messages?peekonly=true`).
    func peekMessages(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let at = try await openPlainQueue(call, scope)
        let count = try checked { () throws(StorageFault) in try MessageTerms.count(at.head.query) }
        let queue = try await at.queue(scope)
        var range = KeyRange(
            from: StorageKey.ready(queue.id).children.from,
            to: StorageKey.ready(queue.id).appending(scope.now).afterChildren
        )
        if let lowest = lanes.with(queue.id, { $0.lowest }) {
            range.from = StorageKey.ready(queue.id, lowest)
        }
        var entries: [MessageEntry] = []
        // Expired messages in front are passed over, but not without end: the reconciler removes them.
        let marks = try await scope.list(
            ReadyMark.self,
            in: at.domain,
            keys: range,
            limit: count + QueueData.expiredAtOnce
        )
        for mark in marks where entries.count < count {
            guard let ready = ReadyMessage(mark.key, of: queue.id),
                let message = try await scope.get(
                    QueuedMessage.self,
                    in: at.domain,
                    at: StorageKey.message(queue.id, ready.id)
                ), !message.isExpired(scope.now)
            else { continue }
            var entry = message.entry(ready.id)
            entry.dequeueCount = message.dequeueCount
            entry.text = try await QueueData.text(of: message, ready.id, queue.id, at.place.id, scope)
            entries.append(entry)
        }
        return try at.xml { () throws(StorageFault) in try MessageEntry.body(entries) }
    }

    /// Clear Messages (`DELETE /{queue}/messages`): the queue goes on under another id; a saga removes what it held.
    func clearMessages(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let at = try await openPlainQueue(call, scope)
        var queue = try await at.queue(scope)
        try await discard(queue.id, of: at.place, scope, caller: call.caller)
        queue.id = scope.entropy.uuid()
        try await scope.put(queue, in: at.domain, at: StorageKey.queue(try at.name))
        return at.reply(204)
    }

    /// Delete Message (`DELETE /{queue}/messages/{id}?popreceipt=`).
    func deleteMessage(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let at = try await openPlainQueue(call, scope)
        let receipt = try checked { () throws(StorageFault) in try MessageTerms.receipt(at.head.query) }
        let queue = QueueData(try await at.queue(scope).id, at.place.id, scope, lanes)
        let (id, message) = try await queue.existing(call["message"], receipt)
        try await queue.counted(more: -1)
        try await queue.remove(message, id)
        return at.reply(204)
    }

    /// Update Message (`PUT /{queue}/messages/{id}?popreceipt=&visibilitytimeout=`).
    func updateMessage(_ call: Call, _ scope: WriteScope) async throws(ServiceError) -> Reply {
        let at = try await openPlainQueue(call, scope)
        let (visibility, receipt, text) = try checked { () throws(StorageFault) in
            (
                try MessageTerms.update(at.head.query), try MessageTerms.receipt(at.head.query),
                call.body.isEmpty ? nil : try MessageBody.parse(call.body)
            )
        }
        let queue = QueueData(try await at.queue(scope).id, at.place.id, scope, lanes)
        let (id, old) = try await queue.existing(call["message"], receipt)
        var message = old
        message.visible = scope.now + .seconds(visibility)
        message.receipt = PopReceipt(scope.entropy.uuid())
        try await queue.move(old, id)
        if let text { try await queue.set(text, of: &message, id) }
        try await queue.put(message, id)
        let (lanes, place, moved) = (lanes, queue.id, ReadyMessage(message.visible, id))
        scope.afterCommit { lanes.inserted([moved], into: place) }
        return at.reply(
            204,
            ["x-ms-popreceipt": message.receipt.text, "x-ms-time-next-visible": message.visible.httpDate]
        )
    }
}
