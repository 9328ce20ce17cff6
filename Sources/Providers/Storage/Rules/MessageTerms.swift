// SPDX-License-Identifier: Apache-2.0

/// The parameters of the operations on messages, read and checked.
package enum MessageTerms {
    /// Put Message: how long the message stays out of sight at first, and how long it lives; nil: for ever.
    package static func put(
        _ query: QueryItems,
        _ version: ServiceVersion
    ) throws(StorageFault) -> (visibility: Int, life: Int?) {
        let endless = version.isAtLeast("2017-07-29")
        var life: Int? = QueueLimits.week
        if let text = given("messagettl", query) {
            let reason = "Value must be greater than or equal to 1, or -1 to indicate an infinite TTL."
            guard let number = Int(text), number >= 1 || number == -1 && endless else {
                throw .invalidQueryParameterValue("messagettl", text, reason)
            }
            let most = endless ? QueueLimits.lifeMax : QueueLimits.week
            guard number <= most else {
                throw .outOfRangeQueryParameterValue("messagettl", text, minimum: 1, maximum: most)
            }
            life = number == -1 ? nil : number
        }
        let visibility = try number("visibilitytimeout", query, in: 0...QueueLimits.week) ?? 0
        if let life, visibility >= life {
            let reason = "messagettl must be greater than visibilitytimeout."
            throw .invalidQueryParameterValue("visibilitytimeout", String(visibility), reason)
        }
        return (visibility, life)
    }
    /// Get Messages: how many, and for how long they go out of sight.
    package static func get(_ query: QueryItems) throws(StorageFault) -> (count: Int, visibility: Int) {
        // Any other word than the one that peeks would take messages out of sight.
        if let text = given("peekonly", query), text.lowercased() != "false" {
            throw .invalidQueryParameterValue("peekonly", String(text.prefix(64)), "It is true or false.")
        }
        let visibility = try number("visibilitytimeout", query, in: 1...QueueLimits.week)
        return (try count(query), visibility ?? QueueLimits.visibilityDefault)
    }
    /// Get Messages and Peek Messages: how many.
    package static func count(_ query: QueryItems) throws(StorageFault) -> Int {
        try number("numofmessages", query, in: 1...QueueLimits.messagesMax) ?? 1
    }
    /// Update Message: how long it stays out of sight from now on.
    package static func update(_ query: QueryItems) throws(StorageFault) -> Int {
        guard let visibility = try number("visibilitytimeout", query, in: 0...QueueLimits.week) else {
            throw .missingRequiredQueryParameter("visibilitytimeout")
        }
        return visibility
    }
    /// Update Message and Delete Message: the receipt the client got with the message.
    package static func receipt(_ query: QueryItems) throws(StorageFault) -> PopReceipt {
        guard let text = given("popreceipt", query) else { throw .missingRequiredQueryParameter("popreceipt") }
        guard let receipt = PopReceipt(text) else {
            throw .invalidQueryParameterValue("popreceipt", String(text.prefix(64)), "It is no pop receipt.")
        }
        return receipt
    }

    private static func given(_ name: String, _ query: QueryItems) -> String? {
        query[name].flatMap { $0.isEmpty ? nil : $0 }
    }
    private static func number(
        _ name: String,
        _ query: QueryItems,
        in limits: ClosedRange<Int>
    ) throws(StorageFault) -> Int? {
        guard let text = given(name, query) else { return nil }
        guard let number = Int(text) else { throw .invalidQueryParameterValue(name, text, "It is not a number.") }
        guard limits.contains(number) else {
            throw .outOfRangeQueryParameterValue(
                name,
                text,
                minimum: limits.lowerBound,
                maximum: limits.upperBound
            )
        }
        return number
    }
}
