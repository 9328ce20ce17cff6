// SPDX-License-Identifier: Apache-2.0
import Kernel

/// The short page a start ends with.
package struct Page {
    private let region: Region
    package init(_ region: Region) { self.region = region }

    /// French first, then English: the three lines that point az at the region, and where the rest lies.
    package var text: String {
        let plan = region.configuration.hostPlan(port: region.port)
        let arm = plan.address(plan.primary.management)
        let greeting =
            region.isNew
            ? "La région est fondée et à l'écoute. / The region is founded and listening."
            : "La région est à l'écoute, tout est conservé. / The region is listening; everything was kept."
        let ca = Setup.quoted(region.folder.caCertificate)
        return """

            Lazuli \(Release.version) — \(greeting)

              ARM         \(arm)
              Portail / portal             \(plan.address(plan.primary.portal))
              Identifiants / credentials   \(region.folder.credentials)
              Autorité / CA                \(region.folder.caCertificate)

            az :
              export REQUESTS_CA_BUNDLE=\(ca) SSL_CERT_FILE=\(ca)
              az cloud register -n Lazuli --endpoint-resource-manager \(arm); az cloud set -n Lazuli   # register: une fois / once
              az login --username admin@\(plan.domain) --password '…'   # credentials.json
            """
    }
}
