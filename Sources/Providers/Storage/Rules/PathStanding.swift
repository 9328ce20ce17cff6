// SPDX-License-Identifier: Apache-2.0

/// What lists say to one asker about one path, at one version.
package struct PathStanding: Equatable, Sendable {
    /// Whether every directory above lets pass.
    package var passes: Bool
    /// What the directory allows the path lies in, or, where that is missing, the nearest one above it.
    package var directory: AccessRights
    /// What the path itself allows; nil where nothing is.
    package var path: AccessRights?
    package var owns = false
    /// Whether the directory's sticky bit keeps the path from the asker.
    package var isKept = false
    /// Whether a role reads everything, so that only what it lacks is asked of lists.
    package var readsByRole = false

    package init(passes: Bool, directory: AccessRights, path: AccessRights? = nil) {
        (self.passes, self.directory, self.path) = (passes, directory, path)
    }

    /// Whether the lists, with the role, allow what is needed of this path.
    package func allows(_ need: PathNeed) -> Bool {
        let mayChange = directory.isSuperset(of: [.write, .execute])
        switch need {
        case .reach: return passes || readsByRole
        case .own: return (passes || readsByRole) && owns
        // Whoever passes may learn that nothing is there.
        case .path(let rights):
            guard let path else { return passes }
            return passes && path.union(readsByRole ? [.read] : []).isSuperset(of: rights)
        case .put: return passes && (path?.contains(.write) ?? mayChange)
        case .make: return passes && mayChange && !isKept && (path?.contains(.write) ?? true)
        case .remove: return passes && (path == nil || (mayChange && !isKept))
        case .list: return passes && (path ?? []).union(readsByRole ? [.read] : []).isSuperset(of: [.read, .execute])
        // Two paths: `ListAppeal` asks each for its part.
        case .rename: return false
        }
    }
}
