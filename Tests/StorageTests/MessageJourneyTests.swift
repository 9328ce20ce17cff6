// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Kernel
import Storage
import Testing

/// Messages, through the dispatcher against memory engines; time moves only where a test moves it.
@Suite struct MessageJourneyTests {
    private func pass(_ seconds: Int64, _ client: QueueClient) { client.storage.region.clock.pass(.seconds(seconds)) }

    @Test func `a message is put, peeked, got, hidden, seen again and deleted`() async throws {
        let client = try await QueueClient.ready()
        let put = try await client.put("hello")
        #expect(put.receipt != "" && put.count == "" && put.text == "")
        #expect(try await client.peek() == ["hello"])
        let got = try #require(try await client.get("visibilitytimeout=60").first)
        #expect(got.id == put.id && got.text == "hello" && got.count == "1" && got.receipt != put.receipt)
        #expect(try await client.get() == [])
        #expect(try await client.peek() == [])
        pass(59, client)
        #expect(try await client.get() == [])
        pass(2, client)
        let again = try #require(try await client.get().first)
        #expect(again.id == put.id && again.count == "2")
        #expect(try await client.delete(got) == "400 PopReceiptMismatch")
        #expect(try await client.delete(again) == "204 -")
        #expect(try await client.delete(again) == "404 MessageNotFound")
        #expect(try await client.count() == "0")
    }

    @Test func `messages come in the order they were put, as many as asked for`() async throws {
        let client = try await QueueClient.ready()
        for number in 0..<100 {
            try await client.put("\(number)")
            client.storage.region.clock.pass(.milliseconds(1))
        }
        #expect(try await client.peek(3) == ["0", "1", "2"])
        #expect(try await client.get().map(\.text) == ["0"])
        #expect(try await client.get("numofmessages=32").map(\.text) == (1...32).map(String.init))
        #expect(try await client.peek() == (33...64).map(String.init))
        var rest: [String] = []
        while true {
            let page = try await client.get("numofmessages=30&visibilitytimeout=600")
            guard !page.isEmpty else { break }
            rest += page.map(\.text)
        }
        #expect(rest == (33..<100).map(String.init))
        #expect(try await client.count() == "100")
        pass(31, client)
        #expect(try await client.get("numofmessages=32").map(\.text).count == 32)
    }

    @Test func `a message can be put out of sight at first`() async throws {
        let client = try await QueueClient.ready()
        try await client.put("later", "visibilitytimeout=10")
        try await client.put("now")
        #expect(try await client.peek() == ["now"])
        #expect(try await client.get("numofmessages=32").map(\.text) == ["now"])
        pass(10, client)
        #expect(try await client.get("numofmessages=32").map(\.text) == ["later"])
    }

    @Test func `an update changes visibility, receipt and, when there is a body, the text`() async throws {
        let client = try await QueueClient.ready()
        let put = try await client.put("old")
        let path = "/jobs/messages/\(put.id)"
        let hidden = try await client.send(.put, path, "popreceipt=\(put.receipt)&visibilitytimeout=20")
        #expect(hidden.status == 204 && hidden["x-ms-time-next-visible"] != nil)
        let receipt = try #require(hidden["x-ms-popreceipt"])
        #expect(receipt != put.receipt)
        #expect(try await client.get() == [])
        let stale = "popreceipt=\(put.receipt)&visibilitytimeout=0"
        #expect(try await client.code(.put, path, stale) == "400 PopReceiptMismatch")
        let long = String(repeating: "long ", count: 2000)
        let query = "visibilitytimeout=0&popreceipt="
        let changed = try await client.send(.put, path, query + receipt, body: QueueClient.body(long))
        #expect(changed.status == 204)
        let got = try #require(try await client.get().first)
        #expect(got.text == long && got.count == "1")
        #expect(try await client.code(.put, path, query + got.receipt, body: QueueClient.body("short")) == "204 -")
        #expect(try await client.peek() == ["short"])
        let last = try #require(try await client.get().first)
        #expect(try await client.delete(last) == "204 -")
    }

    @Test func `a message lives as long as it was given, seven days or for ever`() async throws {
        let client = try await QueueClient.ready()
        try await client.put("minute", "messagettl=60")
        try await client.put("week")
        let ever = try await client.put("ever", "messagettl=-1")
        #expect(ever.expires == "Fri, 31 Dec 9999 23:59:59 GMT")
        #expect(try await client.peek().sorted() == ["ever", "minute", "week"])
        pass(60, client)
        #expect(try await client.peek().sorted() == ["ever", "week"])
        #expect(try await client.get("numofmessages=32").map(\.text).sorted() == ["ever", "week"])
        #expect(try await client.count() == "2")
        pass(7 * 86_400, client)
        #expect(try await client.get("numofmessages=32").map(\.text) == ["ever"])
        pass(100 * 365 * 86_400, client)
        #expect(try await client.peek() == ["ever"])
    }

    @Test func `an expired message can neither be updated nor deleted`() async throws {
        let client = try await QueueClient.ready()
        let put = try await client.put("a", "messagettl=60")
        pass(61, client)
        #expect(try await client.delete(put) == "404 MessageNotFound")
        let query = "popreceipt=\(put.receipt)&visibilitytimeout=0"
        #expect(try await client.code(.put, "/jobs/messages/\(put.id)", query) == "404 MessageNotFound")
    }

    @Test func `many expired messages in front do not hide those behind, and the reconciler removes them`() async throws
    {
        let client = try await QueueClient.ready()
        let before = try await client.storage.storedKeys()
        for _ in 0..<300 { try await client.put(String(repeating: "x", count: 2000), "messagettl=60") }
        client.storage.region.clock.pass(.milliseconds(1))
        let live = try await client.put("live")
        pass(120, client)
        var got: [QueueClient.Message] = []
        var asked = 0
        while got.isEmpty, asked < 10 {
            got = try await client.get()
            asked += 1
        }
        #expect(got.map(\.text) == ["live"])
        #expect(got.first?.id == live.id)
        for _ in 0..<300 { try await client.put("x", "messagettl=60") }
        pass(2 * 3600, client)
        await client.storage.region.expireMessages()
        for message in got {
            _ = try await client.code(.delete, "/jobs/messages/\(message.id)", "popreceipt=\(message.receipt)")
        }
        #expect(try await client.count() == "0")
        // The count's own row may stay.
        #expect(try await client.storage.storedKeys() <= before + 1)
    }

    @Test(arguments: [
        (HTTPRequest.Method.get, "numofmessages=0", "400 OutOfRangeQueryParameterValue"),
        (.get, "numofmessages=33", "400 OutOfRangeQueryParameterValue"),
        (.get, "numofmessages=x", "400 InvalidQueryParameterValue"),
        (.get, "visibilitytimeout=0", "400 OutOfRangeQueryParameterValue"),
        (.get, "visibilitytimeout=604801", "400 OutOfRangeQueryParameterValue"),
        (.get, "peekonly=true&numofmessages=33", "400 OutOfRangeQueryParameterValue"),
        (.post, "messagettl=0", "400 InvalidQueryParameterValue"),
        (.post, "messagettl=-2", "400 InvalidQueryParameterValue"),
        (.post, "visibilitytimeout=-1", "400 OutOfRangeQueryParameterValue"),
        (.post, "visibilitytimeout=604801", "400 OutOfRangeQueryParameterValue"),
        (.post, "messagettl=5&visibilitytimeout=5", "400 InvalidQueryParameterValue"),
        (.get, "comp=acl", "400 InvalidQueryParameterValue"),
        (.get, "peekonly=yes", "400 InvalidQueryParameterValue"),
        (.get, "peekonly=1&numofmessages=2", "400 InvalidQueryParameterValue"),
    ])
    func `a parameter out of its limits is refused`(
        method: HTTPRequest.Method,
        query: String,
        code: String
    ) async throws {
        let client = try await QueueClient.ready()
        let body = method == .post ? QueueClient.body("x") : ""
        #expect(try await client.code(method, "/jobs/messages", query, body: body) == code)
    }

    @Test func `a receipt or an id that is none is refused`() async throws {
        let client = try await QueueClient.ready()
        let put = try await client.put("a")
        let path = "/jobs/messages/\(put.id)"
        #expect(try await client.code(.delete, path) == "400 MissingRequiredQueryParameter")
        #expect(try await client.code(.delete, path, "popreceipt=abc") == "400 InvalidQueryParameterValue")
        let receipt = "popreceipt=\(put.receipt)"
        #expect(try await client.code(.put, path, receipt) == "400 MissingRequiredQueryParameter")
        #expect(try await client.code(.delete, "/jobs/messages/abc", receipt) == "404 MessageNotFound")
        let other = "/jobs/messages/deadbeef-dead-4eef-9eef-deadbeefdead"
        #expect(try await client.code(.delete, other, receipt) == "404 MessageNotFound")
        #expect(try await client.code(.delete, "/none/messages/\(put.id)", receipt) == "404 QueueNotFound")
    }

    @Test func `a text of 64 KiB is taken and one byte more is refused, escapes not counted`() async throws {
        let client = try await QueueClient.ready()
        let most = String(repeating: "&amp;", count: 64 << 10)
        try await client.put(most)
        #expect(try await client.peek().first == most)
        let more = QueueClient.body(String(repeating: "a", count: (64 << 10) + 1))
        #expect(try await client.code(.post, "/jobs/messages", body: more) == "413 RequestBodyTooLarge")
    }

    @Test(arguments: [
        ("", "400 InvalidXmlDocument"), ("<QueueMessage>", "400 InvalidXmlDocument"),
        ("<QueueMessage></QueueMessage>", "400 MissingRequiredXmlNode"), ("<Other/>", "400 InvalidXmlDocument"),
        ("<!DOCTYPE a><QueueMessage><MessageText>a</MessageText></QueueMessage>", "400 InvalidXmlDocument"),
        ("<QueueMessage><MessageText>a</MessageText><Extra/></QueueMessage>", "400 InvalidXmlDocument"),
    ])
    func `a body that is no message is refused`(body: String, code: String) async throws {
        let client = try await QueueClient.ready()
        #expect(try await client.code(.post, "/jobs/messages", body: body) == code)
    }

    @Test(arguments: [
        ("", ""), ("a &lt; b", "a &lt; b"), ("<![CDATA[a<b]]>", "a&lt;b"), ("é\u{1F600}", "é\u{1F600}"),
        ("  x ", "  x "),
        ("a]]b", "a]]b"),
    ])
    func `a text comes back as it was sent`(sent: String, shown: String) async throws {
        let client = try await QueueClient.ready()
        try await client.put(sent)
        let text = try await client.send(.get, "/jobs/messages").text
        #expect(shown.isEmpty ? text.contains("<MessageText />") : text.contains("<MessageText>\(shown)</MessageText>"))
    }

    @Test func `a queue of an account stands for itself`() async throws {
        let client = try await QueueClient.ready()
        #expect(try await client.send(.put, "/other").status == 201)
        try await client.put("mine")
        #expect(try await client.get(queue: "other") == [])
        #expect(try await client.peek() == ["mine"])
    }
}
