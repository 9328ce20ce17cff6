// SPDX-License-Identifier: Apache-2.0

extension Stage {
    /// A directory is renamed with all it holds: one commit, however much that is.
    func renames() {
        for count in [sizes[0]] + (full ? [1_000_000] : []) {
            row("rename of a directory of \(count) files") {
                try makeLake()
                let folder = scratch.unique("tree")
                var load = put(connections: 64)
                load.url = blob("\(folder)/{name}", in: Self.lake)
                load.names = .counted(from: 0, perThread: count / 2)
                try load.fill(scratch)
                var (here, there) = (folder, "\(folder)-moved")
                let found = try alternate(ours: {
                    let source = "x-ms-rename-source: /\(Self.container)/\(here)"
                    let answer = try caller.send("PUT", lakePath(there), [source], body: "", expecting: [201])
                    swap(&here, &there)
                    return answer.seconds * 1_000
                })
                return Row(
                    name: "rename of a directory of \(count) files",
                    ours: found.ours,
                    unit: "ms",
                    goal: .below(50)
                )
            }
        }
    }
}
