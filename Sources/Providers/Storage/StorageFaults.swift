// SPDX-License-Identifier: Apache-2.0
import Kernel

extension ServiceError {
    /// The only place where a fault of the rules becomes an answer.
    init(_ fault: StorageFault) {
        self.init(fault.status, fault.code, fault.message)
        facts = fault.details.map { Fact($0.name, $0.value) }
    }
}

/// Runs rules; their fault becomes the answer.
func checked<Result>(_ rules: () throws(StorageFault) -> Result) throws(ServiceError) -> Result {
    do throws(StorageFault) { return try rules() } catch { throw ServiceError(error) }
}

extension StorageFault {
    /// 409: there is no copy to abort.
    static let noPendingCopyOperation = StorageFault(
        409,
        "NoPendingCopyOperation",
        "There is currently no pending copy operation."
    )
    /// 409: the account keeps its containers private.
    static let publicAccessNotPermitted = StorageFault(
        409,
        "PublicAccessNotPermitted",
        "Public access is not permitted on this storage account."
    )
    /// 403: the account does not take keys, nor signatures made with them.
    static let keyBasedAuthenticationNotPermitted = StorageFault(
        403,
        "KeyBasedAuthenticationNotPermitted",
        "Key based authentication is not permitted on this storage account. Sign in instead."
    )
    /// 404: the source of a copy cannot be read.
    static func cannotVerifyCopySource(_ status: Int, _ why: String) -> StorageFault {
        StorageFault(status, "CannotVerifyCopySource", why)
    }
}
