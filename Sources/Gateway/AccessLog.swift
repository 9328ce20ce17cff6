// SPDX-License-Identifier: Apache-2.0

/// What the access log makes of an answer.
package enum AccessLog {
    /// Whether an operator must look at it: the region failed.
    ///
    /// 501 is no failure, but what anyone who asks for something that is not built is told.
    package static func isFailure(status: Int) -> Bool { status >= 500 && status != 501 }
}
