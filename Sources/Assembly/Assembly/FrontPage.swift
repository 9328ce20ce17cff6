// SPDX-License-Identifier: Apache-2.0
import Base
package import Kernel

/// What a browser finds at the region's own name and at its portal's, until there is a portal.
package struct FrontPage: ResourceProvider {
    package static let namespace = "Lazuli.Portal"
    package static let operations: [Operation<Self>] = [
        .reads(
            "portal.show",
            .portal,
            .get("/"),
            .anyone,
            residency: .regional,
            proof: .client("https://portal."),
            show
        )
    ]
    package static let resourceTypes: [ResourceType<Self>] = []

    private let plan: HostPlan
    package init(_ plan: HostPlan) { self.plan = plan }

    private func show(_ call: Call, _ scope: ReadScope) async throws(ServiceError) -> Reply {
        let arm = plan.address(plan.primary.management)
        // Configuration and command line take DNS names only: nothing in them needs escaping.
        let page = """
            <!doctype html><html lang="fr"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
            <title>Lazuli — \(plan.domain)</title>
            <h1>Lazuli</h1>
            <p>Cette région est en marche. Elle n’a pas encore de portail : utilisez <code>az</code>.</p>
            <p lang="en">This region is running. It has no portal yet: use <code>az</code>.</p>
            <p>L’autorité de la région est le fichier <code>tls/ca.pem</code> de son dossier : demandez-le à son opérateur.</p>
            <p lang="en">The region’s authority is the file <code>tls/ca.pem</code> of its folder: ask its operator for it.</p>
            <pre>export REQUESTS_CA_BUNDLE=ca.pem SSL_CERT_FILE=ca.pem
            az cloud register -n Lazuli --endpoint-resource-manager \(arm)
            az cloud set -n Lazuli
            az login --use-device-code</pre></html>

            """
        var reply = Reply(200, content: .bytes(Array(page.utf8)))
        reply.set("Content-Type", "text/html; charset=utf-8")
        reply.set("Content-Security-Policy", "default-src 'none'")
        return reply
    }
}
