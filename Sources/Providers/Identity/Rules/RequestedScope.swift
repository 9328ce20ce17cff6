// SPDX-License-Identifier: Apache-2.0
import Base
package import Kernel

/// What a token is asked for: one resource, and whether the OpenID extras are wanted.
package struct RequestedScope: Hashable, Codable, Sendable {
    /// The resource exactly as asked for, with its trailing slash if it has one; nil means Microsoft Graph.
    package var resource: String?
    /// The scopes of that resource as sent: clients find a token in their cache by these very words.
    package var words: [String]
    /// `openid`: an id token is wanted.
    package var openID: Bool
    /// `offline_access`: a refresh token is wanted.
    package var offline: Bool
    /// Whether the request named a v1 `resource` instead of scopes; the answer then has v1's members.
    package var isVersionOne: Bool

    private static let reserved: Set<String> = ["openid", "profile", "email", "offline_access"]
    package static let defaultSuffix = "/.default"

    /// Reads a `scope` parameter.
    package init(scope: String) throws(ServiceError) {
        var resources: [String?] = []
        words = []
        for word in scope.split(separator: " ").map(String.init) where !Self.reserved.contains(word) {
            resources.append(try Self.resource(of: word))
            words.append(word)
        }
        let first = resources.first ?? nil
        guard resources.allSatisfy({ Self.bare($0) == Self.bare(first) }) else {
            throw SignInFault.invalidScope(scope, "one request may name the scopes of one resource only")
        }
        resource = first
        let named = Set(scope.split(separator: " ").map(String.init))
        openID = named.contains("openid")
        offline = named.contains("offline_access")
        isVersionOne = false
    }
    /// Reads a v1 `resource` parameter: every v1 answer to a user carries a refresh token.
    package init(resource: String) {
        self.resource = resource
        words = []
        openID = true
        offline = true
        isVersionOne = true
    }

    /// Whether every scope is the application's own `/.default`, the only thing an application may ask for itself.
    package var isDefault: Bool { words.allSatisfy { $0.hasSuffix(Self.defaultSuffix) } && !words.isEmpty }

    /// The resource a scope belongs to; nil for a bare permission name, which is Graph's.
    ///
    /// The slash before `.default` is dropped once: `https://management.D//.default` is of the resource
    /// `https://management.D/`.
    private static func resource(of word: String) throws(ServiceError) -> String? {
        if word.hasSuffix(defaultSuffix) {
            let resource = String(word.dropLast(defaultSuffix.count))
            guard !resource.isEmpty else { throw SignInFault.invalidScope(word, "it names no resource") }
            return resource
        }
        guard let slash = word.lastIndex(of: "/") else { return nil }
        let resource = String(word[..<slash])
        guard !resource.isEmpty, !resource.hasSuffix(":/") else {
            throw SignInFault.invalidScope(word, "it names a resource without a permission, such as /.default")
        }
        return resource
    }
    private static func bare(_ resource: String?) -> String? {
        resource.map { $0.hasSuffix("/") ? String($0.dropLast()) : $0 }
    }
}
