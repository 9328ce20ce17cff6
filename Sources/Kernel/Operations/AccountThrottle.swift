// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Synchronization

/// Three buckets for each account: requests, bytes in, bytes out; each holds what one second allows.
///
/// A request is taken when its bucket has one left. Bytes are counted when they are known, which is after the request
/// was let in: a body may take more than is left, and the next one waits until that is made up for.
final class AccountThrottle: Sendable {
    /// Accounts remembered; beyond it all start with full buckets again.
    static let accountsMax = 10_000
    private struct Buckets {
        var requests: Double
        var ingress: Double
        var egress: Double
        var at: Timestamp
    }
    private let limits: AccountLimits
    private let accounts = Mutex<[String: Buckets]>([:])

    init(_ limits: AccountLimits) { self.limits = limits }

    /// Takes a request of the account, or says which limit it is over (REST "Common error codes": `ServerBusy`).
    ///
    /// What brings no body is not refused for those that do, and only what fetches is refused for what was fetched.
    func admit(_ account: String, _ request: Request, at now: Timestamp) throws(ServiceError) {
        // Nobody announces the body that a GET has not: it comes without a length, and is none.
        let bringsNone: Set<HTTPRequest.Method> = [.get, .head, .delete]
        let brings = request.body.length.map { $0 > 0 } ?? !bringsNone.contains(request.method)
        let fetches = request.method == .get
        let refusal = with(account, at: now) { buckets -> (what: String, lacks: Double, perSecond: Int)? in
            if buckets.requests < 1 {
                return ("Operations per second", 1 - buckets.requests, limits.requestsPerSecond)
            }
            if brings, buckets.ingress <= 0 { return ("Ingress", -buckets.ingress, limits.ingressBytesPerSecond) }
            if fetches, buckets.egress <= 0 { return ("Egress", -buckets.egress, limits.egressBytesPerSecond) }
            buckets.requests -= 1
            return nil
        }
        guard let refusal else { return }
        let seconds = max(1, (refusal.lacks / Double(refusal.perSecond)).rounded(.up))
        throw ServiceError(
            503,
            "ServerBusy",
            "\(refusal.what) is over the account limit.",
            headers: [.retryAfter: String(Int(seconds))]
        )
    }
    /// Bytes of a request's body came.
    func received(_ bytes: Int, for account: String, at now: Timestamp) {
        with(account, at: now) { $0.ingress -= Double(bytes) }
    }
    /// An answer's body leaves.
    func sent(_ bytes: Int64, of account: String, at now: Timestamp) {
        with(account, at: now) { $0.egress -= Double(bytes) }
    }

    private func with<Result>(_ account: String, at now: Timestamp, _ work: (inout Buckets) -> Result) -> Result {
        let (requests, ingress, egress) = (
            Double(limits.requestsPerSecond), Double(limits.ingressBytesPerSecond), Double(limits.egressBytesPerSecond)
        )
        return accounts.withLock { accounts in
            if accounts.count >= Self.accountsMax, accounts[account] == nil { accounts.removeAll() }
            let full = Buckets(requests: requests, ingress: ingress, egress: egress, at: now)
            var buckets = accounts[account] ?? full
            let seconds = Double(max(0, now.microseconds - buckets.at.microseconds)) / 1_000_000
            buckets.requests = min(requests, buckets.requests + seconds * requests)
            buckets.ingress = min(ingress, buckets.ingress + seconds * ingress)
            buckets.egress = min(egress, buckets.egress + seconds * egress)
            buckets.at = max(now, buckets.at)
            defer { accounts[account] = buckets }
            return work(&buckets)
        }
    }
}
