// SPDX-License-Identifier: Apache-2.0
package import Kernel

extension IdentityProvider {
    /// What this provider keeps.
    package static let storedFormats: [StoredFormat] = [
        StoredFormat(Application.self), StoredFormat(Client.self), StoredFormat(ClientHome.self),
        StoredFormat(DeviceCount.self), StoredFormat(DeviceGrant.self), StoredFormat(DevicePointer.self),
        StoredFormat(DomainHome.self), StoredFormat(Group.self), StoredFormat(ObjectState.self),
        StoredFormat(Pointer.self), StoredFormat(ServicePrincipal.self), StoredFormat(SignInAttempts.self),
        StoredFormat(SigningKeySet.self), StoredFormat(SigningKeyVersion.self), StoredFormat(Tenant.self),
        StoredFormat(User.self), StoredFormat(UserCredential.self),
    ]
}
