// SPDX-License-Identifier: Apache-2.0

/// The provider's named limits.
///
/// Those marked Azure are the service's own ("Azure subscription and service limits").
enum Limits {
    /// Most elements of one page of groups or resources (Azure).
    static let pageMax = 1000
    /// Most rows one request reads to fill a page through a filter: bounds what a filter that matches nothing costs.
    static let scannedMax = 10_000
    /// Rows read at a time while filtering.
    static let batch = 500
    /// Most assignments of one page.
    static let assignmentsPageMax = 500
    /// Most locks listed below one scope: twenty on each of some hundred scopes.
    static let locksListedMax = 2000
    /// Most events of one page of the activity log.
    static let eventsPageMax = 200
    /// Pages of the ledger one request reads to fill a page through a filter.
    static let eventPagesMax = 20
    /// How far back one question to the activity log reaches (Azure): ninety days.
    static let activityReach = Duration.seconds(90 * 24 * 3600)
    /// Most subscriptions of a tenant that are listed.
    static let subscriptionsMax = 1000
    /// Rows the summary of a subscription's tags reads; a larger subscription is told so.
    static let tagSummaryRowsMax = 20_000
    /// Resources one step of a group's deletion removes, so that its ledger entry stays within its bounds.
    static let removedPerStep = 20
    /// Locks and assignments one step of a group's deletion removes.
    static let governancePerStep = 100
    /// Longest `$filter` that is read; az sends a few hundred characters.
    static let filterMax = 8192
    /// Deepest nesting of parentheses in a `$filter`.
    static let filterDepthMax = 16
    /// Longest resource group name (Azure).
    static let groupNameMax = 90
    /// Most tags on one scope, longest name and value (Azure).
    static let tagsMax = 50
    static let tagNameMax = 512
    static let tagValueMax = 256
    /// Longest lock name and notes (Azure).
    static let lockNameMax = 260
    static let lockNotesMax = 512
    /// Most policy assignments of a subscription, and the longest name of one (Azure).
    static let policiesMax = 200
    static let policyNameMax = 128
    /// Most bytes of a policy assignment's metadata: some texts that a client keeps.
    static let policyMetadataMax = 16 * 1024
    /// Longest description of a role assignment (Azure).
    static let descriptionMax = 1024
}
