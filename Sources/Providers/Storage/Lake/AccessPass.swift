// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// What one pass of a recursive change did.
struct AccessPass {
    private let request: RecursiveAccessChange
    private var directories = 0
    private var files = 0
    private var failed: [JSON] = []
    /// Whose paths alone may be changed; nil for a super user.
    var owner: String?
    var count: Int { directories + files + failed.count }
    var isStopped: Bool { !failed.isEmpty && !request.isForced }

    init(_ request: RecursiveAccessChange) { self.request = request }

    /// The access a path gets; nil where it stays, which is counted as a failure.
    mutating func change(_ record: Blob, _ path: String) -> AccessControl? {
        let isDirectory = record.directory != nil
        var access = record.access ?? .root
        do throws(StorageFault) {
            guard owner == nil || owner == access.owner else { throw .authorizationPermissionMismatch }
            try request.apply(to: &access, onDirectory: isDirectory)
        } catch {
            failed.append([
                "name": .string(path), "type": isDirectory ? "DIRECTORY" : "FILE",
                "errorMessage": .string(error.message),
            ])
            return nil
        }
        if isDirectory { directories += 1 } else { files += 1 }
        return access
    }
    func reply(_ blob: BlobCall, next: String?) -> Reply {
        var reply = blob.reply(200, ["Content-Type": "application/json;charset=utf-8"])
        let body: JSON = [
            "directoriesSuccessful": .integer(Int64(directories)), "filesSuccessful": .integer(Int64(files)),
            "failureCount": .integer(Int64(failed.count)), "failedEntries": .array(failed),
        ]
        reply.content = .bytes(body.bytes)
        reply.set("x-ms-namespace-enabled", "true")
        reply.set("x-ms-continuation", next.map { ListMarker(.paths, [$0]).text })
        return reply
    }
}
