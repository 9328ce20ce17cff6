// SPDX-License-Identifier: Apache-2.0
import Foundation

// Foundation, not FoundationEssentials: standard output and error as handles.

/// One line to standard output.
func write(_ text: String) { FileHandle.standardOutput.write(Data((text + "\n").utf8)) }
/// One line to standard error.
func complain(_ text: String) { FileHandle.standardError.write(Data((text + "\n").utf8)) }

extension String {
    /// The path from the root, seen from the current folder.
    var absolute: String { hasPrefix("/") ? self : FileManager.default.currentDirectoryPath + "/" + self }
}
