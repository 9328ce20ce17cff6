// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel
import Testing

@Suite struct RouterTests {
    private let router: Router
    init() {
        var catalogue = Catalogue()
        catalogue.add(Probe())
        router = Router(catalogue.operations)
    }
    /// The operation's name and what its parameters took; a word for everything else.
    private func found(
        _ path: String,
        _ method: HTTPRequest.Method = .get,
        query: String = "",
        headers: HTTPFields = [:]
    ) -> (name: String, parameters: [String: String]) {
        let request = ProbedRegion.request(method, path, query: query, headers: headers)
        return switch router.match(.management, request, path: path) {
        case .found(let operation, let parameters): (operation.name, parameters)
        case .otherMethod: ("other method", [:])
        case .otherQuery(let name, let value): ("other query \(name)=\(value ?? "-")", [:])
        case .unknown: ("unknown", [:])
        case .malformed: ("malformed", [:])
        }
    }

    @Test func `a literal goes before a parameter and a parameter before the rest`() {
        #expect(found("/things/special").name == "literal")
        #expect(found("/THINGS/Special").name == "literal")
        #expect(found("/things/other") == ("parameter", ["name": "other"]))
        #expect(found("/things/a/b") == ("rest", ["path": "a/b"]))
        #expect(found("/things/a/parts/b") == ("nested", ["name": "a", "part": "b"]))
        #expect(found("/things/special/parts/b").name == "nested")
        #expect(found("/things/a/parts/b/c") == ("rest", ["path": "a/parts/b/c"]))
    }

    @Test func `the operation that asks for most of query and header wins`() throws {
        let source = try #require(HTTPField.Name("x-ms-copy-source"))
        #expect(found("/things/a", .put).name == "put")
        #expect(found("/things/a", .put, query: "comp=BLOCK").name == "block")
        #expect(found("/things/a", .put, query: "COMP=block").name == "block")
        #expect(found("/things/a", .put, query: "comp=page").name == "put")
        #expect(found("/things/a", .put, headers: [source: "x"]).name == "copy")
        #expect(found("/things/a", .put, query: "comp=block", headers: [source: "x"]).name == "blockCopy")
        #expect(found("/things/a", query: "versionid=7").name == "presence")
        #expect(found("/things/a", query: "versionid").name == "presence")
    }

    @Test func `duplicate slashes are one, but the rest keeps its slashes and what follows them`() {
        #expect(found("//things//other/") == ("parameter", ["name": "other"]))
        #expect(found("/files/box/a//b/") == ("deep", ["box": "box", "file": "a//b/"]))
        #expect(found("/files/box//a") == ("deep", ["box": "box", "file": "a"]))
        #expect(found("/files/box/a%2Fb%20c") == ("deep", ["box": "box", "file": "a/b c"]))
        #expect(found("/files/box").name == "unknown")
    }

    @Test(arguments: [
        ("/subscriptions/1", "/subscriptions/1"),
        ("/subscriptions/1/resourceGroups/g", "/subscriptions/1/resourceGroups/g"),
        ("", "/"), ("/subscriptions/1/resourceGroups/a%20b", "/subscriptions/1/resourceGroups/a b"),
    ])
    func `an operation on any scope takes the scope before it`(scope: String, taken: String) {
        let match = found(scope + "/providers/contoso.probe/locks/mine")
        #expect(match == ("locks", ["scope": taken, "name": "mine"]))
    }

    @Test func `a known path with another method is told from an unknown one`() {
        #expect(found("/things/a", .delete).name == "other method")
        #expect(found("/nothing").name == "unknown")
        #expect(found("/").name == "unknown")
        #expect(found("/things/%zz").name == "malformed")
        #expect(found("/things/%FF").name == "malformed")
    }

    /// Of several operations that want something else the one is told of that comes nearest to what was sent.
    @Test(arguments: [
        ("", "comp=-"), ("comp", "comp=-"), ("comp=", "comp=-"), ("other=1", "comp=-"), ("comp=pages", "comp=pages"),
        ("COMP=Pages", "comp=Pages"), ("restype=service&comp=list", "comp=list"),
        ("restype=box&comp=properties", "restype=box"), ("restype=service", "comp=-"),
        ("comp=properties", "comp=properties"),
    ])
    func `a known method with a query that means nothing is told what is wrong with it`(query: String, told: String) {
        #expect(found("/shelves/a", .post, query: query).name == "other query \(told)")
        #expect(found("/shelves/a", .get, query: query).name == "other method")
        #expect(found("/shelves/a", .post, query: "comp=blocks").name == "blocks")
        #expect(found("/shelves/a", .post, query: "restype=service&comp=properties").name == "shelf")
    }
    @Test func `an answer to another method says which are allowed`() async throws {
        let region = try await ProbedRegion()
        for (method, path, allowed) in [
            (.delete, "/things/a", "GET, PUT"), (.get, "/notes/n", "POST, PUT"), (.delete, "/tenants", "GET"),
        ] as [(HTTPRequest.Method, String, String)] {
            let answer = await region.send(method, path)
            #expect(answer.reply.status == 405)
            #expect(answer.reply.headers[.allow] == allowed, "\(path)")
        }
        #expect(await region.send(.delete, "/nothing").reply.headers[.allow] == nil)
    }

    @Test func `parameters are decoded once`() {
        #expect(found("/things/a%2520b").parameters == ["name": "a%20b"])
        #expect(found("/things/a+b").parameters == ["name": "a+b"])
        #expect(found("/things/%C3%A9").parameters == ["name": "é"])
    }
}
