// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

extension ResourcesProvider {
    /// The right to see an event is asked for at what it happened to.
    private static let eventRead = "Microsoft.Insights/eventtypes/values/read"

    /// What changed in a subscription, latest first, as far as the caller may see it.
    func listActivity(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let subscription = try await visibleSubscription(call, scope).id
        let query = try ActivityQuery(call.query("$filter"), now: scope.now)
        let page = try Page(call, max: Limits.eventsPageMax)
        let select = call.query("$select").map { text in
            Set(text.lowercased().split { ", ".contains($0) }.map(String.init))
        }
        var shown: [JSON] = []
        var (after, pages) = (page.marker, 0)
        var names: [String: String] = [:]
        repeat {
            let (events, next) = try await activity.activity(
                subscription: subscription,
                from: query.from,
                to: query.to,
                after: after,
                limit: page.size,
                scope
            )
            for var event in events {
                // The ledger holds ids, for names change; Azure shows a user by name.
                let id = event.caller
                if names[id] == nil { names[id] = try await callerName(id, scope) }
                event.caller = names[id] ?? id
                guard query.takes(event, by: id) else { continue }
                guard try await access.allows(Self.eventRead, at: event.resource, caller: call.caller, scope: scope)
                else { continue }
                shown.append(
                    ActivityWire.json(event, subscription: subscription, tenant: call.tenant, members: select)
                )
            }
            after = next
            pages += 1
        } while shown.isEmpty && after != nil && pages < Limits.eventPagesMax
        return Page.reply(shown, call, hostPlan, after: after)
    }
    /// How a caller is shown: a user by the name of today, everyone else, and who is gone, as the ledger names them.
    private func callerName(_ caller: String, _ scope: ReadScope) async throws(ServiceError) -> String {
        guard let id = PrincipalID(text: caller) else { return caller }
        return try await directory.userName(of: id, asking: scope) ?? caller
    }
}
