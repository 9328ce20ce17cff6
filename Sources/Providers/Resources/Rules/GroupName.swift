// SPDX-License-Identifier: Apache-2.0
package import Kernel

/// Azure's rules for the name of a resource group: 1–90 letters, digits, `-`, `.`, `(`, `)`, `_`; no period at the end.
package enum GroupName {
    /// 400 `InvalidResourceGroup` for a name that breaks them.
    package static func check(_ name: String) throws(ServiceError) {
        func refuse(_ why: String) -> ServiceError {
            .badRequest("InvalidResourceGroup", "The provided resource group name '\(name.prefix(100))' \(why)")
        }
        guard !name.isEmpty, name.count <= Limits.groupNameMax else {
            throw refuse("must be 1 to \(Limits.groupNameMax) characters long.")
        }
        let strange = name.filter { !($0.isLetter || $0.isNumber || "-._()".contains($0)) }
        guard strange.isEmpty else {
            throw refuse(
                "has these invalid characters: '\(strange)'. The name can only be a letter, digit, '-', '.', '(', "
                    + "')' or '_'."
            )
        }
        guard !name.hasSuffix(".") else { throw refuse("has an invalid end: it must not end with '.'.") }
    }
}
