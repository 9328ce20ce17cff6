// SPDX-License-Identifier: Apache-2.0
import Base
import Custody
import FoundationEssentials
// Glibc for modes of files.
import Glibc
import KeysSoftware
import Testing

@Suite struct KeysSoftwareTests {
    private let tenantKey = Secret([UInt8](repeating: 9, count: 32))

    @Test func `a key that was made is opened again and unwraps what it wrapped`() async throws {
        try await withFolder { folder in
            let path = folder + "/root.key"
            let made = try SoftwareRootKey.create(at: path, entropy: SystemEntropy())
            let wrapped = try await made.wrap(tenantKey)
            #expect(wrapped.count == 40)
            let opened = try SoftwareRootKey(path: path)
            #expect(try await opened.unwrap(wrapped).matches(tenantKey.reveal()))
            #expect(try await opened.derive(purpose: "a").matches(try await made.derive(purpose: "a").reveal()))
            #expect(mode(path) == 0o600)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["root.key"])
        }
    }

    @Test func `secrets derived for two purposes, or under two keys, differ`() async throws {
        try await withFolder { folder in
            let one = try SoftwareRootKey.create(at: folder + "/one", entropy: SystemEntropy())
            let two = try SoftwareRootKey.create(at: folder + "/two", entropy: SystemEntropy())
            let secret = try await one.derive(purpose: "a").reveal()
            #expect(secret.count == 32)
            #expect(try await !one.derive(purpose: "b").matches(secret))
            #expect(try await !two.derive(purpose: "a").matches(secret))
        }
    }

    @Test func `another key, or one changed bit, is told from the right one`() async throws {
        try await withFolder { folder in
            let one = try SoftwareRootKey.create(at: folder + "/one", entropy: SystemEntropy())
            let two = try SoftwareRootKey.create(at: folder + "/two", entropy: SystemEntropy())
            var wrapped = try await one.wrap(tenantKey)
            await #expect(throws: CustodyError.self) { _ = try await two.unwrap(wrapped) }
            wrapped[5] ^= 1
            await #expect(throws: CustodyError.self) { _ = try await one.unwrap(wrapped) }
        }
    }

    @Test func `a key that exists is never replaced`() async throws {
        try await withFolder { folder in
            let path = folder + "/root.key"
            _ = try SoftwareRootKey.create(at: path, entropy: SystemEntropy())
            let before = FileManager.default.contents(atPath: path)
            expectRefusal("\(path) exists") { _ = try SoftwareRootKey.create(at: path, entropy: SystemEntropy()) }
            #expect(FileManager.default.contents(atPath: path) == before)
        }
    }

    @Test func `a missing, readable, cut or foreign key file is refused by its name and with the way out`() async throws
    {
        try await withFolder { folder in
            let path = folder + "/root.key"
            expectRefusal("\(path) is missing", "Restore it") { _ = try SoftwareRootKey(path: path) }
            _ = try SoftwareRootKey.create(at: path, entropy: SystemEntropy())
            let good = try #require(FileManager.default.contents(atPath: path))
            setMode(0o640, path)
            expectRefusal("\(path) is open to others (mode 640)", "chmod 600") { _ = try SoftwareRootKey(path: path) }
            setMode(0o600, path)
            let texts = [
                Data(), good.dropLast(3), good + Data([10]), Data("lazuli-root-key 2\n".utf8) + good.dropFirst(18),
                Data(count: 5000),
            ]
            for text in texts {
                try text.write(to: URL(filePath: path))
                setMode(0o600, path)
                expectRefusal("\(path) is no root key file") { _ = try SoftwareRootKey(path: path) }
            }
            expectRefusal("\(folder) is") { _ = try SoftwareRootKey(path: folder) }
        }
    }

    private func expectRefusal(_ texts: String..., body: () throws -> Void) {
        let error = #expect(throws: CustodyError.self) { try body() }
        for text in texts { #expect("\(error, default: "")".contains(text)) }
    }

    private func withFolder(_ body: (String) async throws -> Void) async throws {
        let folder =
            FileManager.default.temporaryDirectory.path + "/lazuli-keys-\(SystemEntropy().uuid().lowercaseText)"
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(atPath: folder) }
        try await body(folder)
    }
    private func mode(_ path: String) -> mode_t {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode & 0o777 : 0
    }
    private func setMode(_ mode: mode_t, _ path: String) { _ = unsafe chmod(path, mode) }
}
