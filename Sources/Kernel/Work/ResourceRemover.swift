// SPDX-License-Identifier: Apache-2.0

/// Removes any ARM resource through the provider that keeps it.
///
/// Implemented by the kernel from the providers' resource types.
package protocol ResourceRemover: Sendable {
    /// Removes the resource, its index row included, in the given commit. One that is gone already is no error.
    func remove(_ resource: ResourceID, _ scope: WriteScope) async throws(ServiceError)
}
