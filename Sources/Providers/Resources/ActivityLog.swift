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
        repeat {
            let (events, next) = try await activity.activity(
                subscription: subscription,
                from: query.from,
                to: query.to,
                after: after,
                limit: page.size,
                scope
            )
            for event in events where query.takes(event) {
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
}
