// SPDX-License-Identifier: Apache-2.0
import HTTPTypes
import Kernel

/// The rows of the Data Lake surface (REST "Azure Data Lake Storage Gen2").
extension StorageProvider {
    private static let filesystem = "/{filesystem}"
    private static let path = "/{filesystem}/{path*}"
    private static let other = Proof.none(because: "Java and .NET SDKs; Python makes containers at the Blob surface")

    static var filesystemOperations: [Row] {
        let query = ["resource": "filesystem"]
        return [
            .reads(
                "filesystems.list",
                .dfs,
                .get("/", query: ["resource": "account"]),
                .control(BlobAction.containerRead),
                pageMax: ListQuery.resultsMax,
                proof: other,
                naming(listFilesystems)
            ),
            change(
                "filesystem.create",
                .put(filesystem, query: query),
                .control(BlobAction.containerWrite),
                createFilesystem
            ),
            change(
                "filesystem.setProperties",
                Route(.patch, filesystem, query: query),
                .control(BlobAction.containerWrite),
                setFilesystemProperties
            ),
            change(
                "filesystem.delete",
                .delete(filesystem, query: query),
                .control(BlobAction.containerDelete),
                deleteFilesystem
            ),
            .reads(
                "filesystem.get",
                .dfs,
                .head(filesystem, query: query),
                .control(BlobAction.containerRead),
                proof: other,
                naming(getFilesystem)
            ),
            .reads(
                "paths.list",
                .dfs,
                .get(filesystem, query: query),
                .data(BlobAction.read),
                pageMax: ListQuery.resultsMax,
                proof: .client("get_paths("),
                naming(listPaths)
            ),
        ]
    }

    static var pathOperations: [Row] {
        let write = Access.data(BlobAction.write)
        return [
            change("path.createFile", .put(path, query: ["resource": "file"]), write, createFile, "create_file("),
            change(
                "path.createDirectory",
                .put(path, query: ["resource": "directory"]),
                write,
                createDirectory,
                "create_directory("
            ),
            .receives(
                "path.rename",
                .dfs,
                .put(path, header: "x-ms-rename-source"),
                write,
                proof: .client("rename_directory("),
                naming(checkRename),
                then: naming(renamePath)
            ),
            change("path.delete", .delete(path), .data(BlobAction.delete), deletePath, "delete_directory("),
            .receives(
                "path.append",
                .dfs,
                Route(.patch, path, query: ["action": "append"]),
                write,
                proof: .client("append_data("),
                naming(receivePathAppend),
                then: naming(appendPath)
            ),
            change("path.flush", Route(.patch, path, query: ["action": "flush"]), write, flushPath, "flush_data("),
            change(
                "path.setProperties",
                Route(.patch, path, query: ["action": "setproperties"]),
                write,
                setPathProperties
            ),
            look("path.read", .get(path), readPath),
            look("path.getProperties", .head(path), getPathProperties),
            look("path.getStatus", .head(path, query: ["action": "getstatus"]), getPathStatus),
            change("path.lease", .post(path, query: [:]), write, leaseBlob),
        ]
    }

    /// Rows on who may do what with a path; Python's SDK names the root directory by slashes alone, which say nothing.
    static var pathAccessOperations: [Row] {
        accessOperations(path, "") + accessOperations(filesystem, StorageNeeds.rootPrefix)
    }
    private static func accessOperations(_ path: String, _ prefix: String) -> [Row] {
        [
            look(
                prefix + "path.getAccessControl",
                .head(path, query: ["action": "getaccesscontrol"]),
                getPathAccess,
                "get_access_control("
            ),
            look(prefix + "path.checkAccess", .head(path, query: ["action": "checkaccess"]), checkPathAccess),
            change(
                prefix + "path.setAccessControl",
                Route(.patch, path, query: ["action": "setaccesscontrol"]),
                .data(BlobAction.modifyPermissions),
                setPathAccess,
                "set_access_control("
            ),
            change(
                prefix + "path.setAccessControlRecursive",
                Route(.patch, path, query: ["action": "setaccesscontrolrecursive"]),
                .data(BlobAction.modifyPermissions),
                setPathAccessBelow,
                "update_access_control_recursive("
            ),
        ]
    }

    // MARK: Rows

    private static func change(
        _ name: String,
        _ route: Route,
        _ access: Access,
        _ run: @escaping Row.Writes,
        _ words: String? = nil
    ) -> Row {
        .writes(name, .dfs, route, access, bodyMax: 0, proof: words.map(Proof.client) ?? other, naming(run))
    }
    private static func look(
        _ name: String,
        _ route: Route,
        _ run: @escaping Row.Reads,
        _ words: String? = nil
    ) -> Row {
        .reads(name, .dfs, route, .data(BlobAction.read), proof: words.map(Proof.client) ?? other, naming(run))
    }

    // MARK: Names of errors

    static func naming(_ run: @escaping Row.Reads) -> Row.Reads {
        { provider in
            { (call, scope) async throws(ServiceError) in
                do throws(ServiceError) { return try await run(provider)(call, scope) } catch { throw error.ofPath }
            }
        }
    }
    static func naming(_ run: @escaping Row.Writes) -> Row.Writes {
        { provider in
            { (call, scope) async throws(ServiceError) in
                do throws(ServiceError) { return try await run(provider)(call, scope) } catch { throw error.ofPath }
            }
        }
    }
    static func naming(_ run: @escaping Row.Receives) -> Row.Receives {
        { provider in
            { (call, scope, intake) async throws(ServiceError) in
                do throws(ServiceError) { try await run(provider)(call, scope, intake) } catch { throw error.ofPath }
            }
        }
    }
}
