// SPDX-License-Identifier: Apache-2.0

extension ServiceProperties.StaticWebsite {
    /// The names of blobs a decoded path may stand for, of which the first that exists is meant: itself, the index
    /// document of the directory it names, the index document of the whole site.
    package func documents(of path: String) -> [String] {
        let isDirectory = path.isEmpty || path.hasSuffix("/")
        var names = isDirectory ? [] : [path]
        if let indexDocument { names.append((isDirectory ? path : path + "/") + indexDocument) }
        if let defaultIndexPath { names.append(defaultIndexPath) }
        return names
    }
}
