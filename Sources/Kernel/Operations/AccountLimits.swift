// SPDX-License-Identifier: Apache-2.0

/// How much one account of a data plane may be asked for, by all its callers together.
///
/// Azure Storage, "Scalability and performance targets for standard storage accounts".
package struct AccountLimits: Sendable {
    /// Requests of all services of the account.
    package var requestsPerSecond: Int
    /// Bytes of bodies sent to the account.
    package var ingressBytesPerSecond: Int
    /// Bytes of bodies the account sends.
    package var egressBytesPerSecond: Int

    package init(requestsPerSecond: Int, ingressBytesPerSecond: Int, egressBytesPerSecond: Int) {
        self.requestsPerSecond = requestsPerSecond
        self.ingressBytesPerSecond = ingressBytesPerSecond
        self.egressBytesPerSecond = egressBytesPerSecond
    }

    /// What the service publishes for general-purpose v2 accounts in the larger regions, France Central among them:
    /// 40,000 requests a second, 60 Gbit/s in, 200 Gbit/s out.
    package static let published = AccountLimits(
        requestsPerSecond: 40_000,
        ingressBytesPerSecond: 7_500_000_000,
        egressBytesPerSecond: 25_000_000_000
    )
}
