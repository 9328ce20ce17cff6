// SPDX-License-Identifier: Apache-2.0
import Base
import Kernel

/// The properties `$select` may name: those of Graph v1.0's resource types.
///
/// One that Graph has and this directory keeps nothing for is left out of the answer; one that Graph does not have is a
/// client's mistake.
enum GraphProperties {
    private static let common = "id createdDateTime deletedDateTime displayName description"
    private static let user = """
        aboutMe accountEnabled ageGroup assignedLicenses assignedPlans authorizationInfo birthday businessPhones
        city companyName consentProvidedForMinor country creationType customSecurityAttributes department
        employeeHireDate employeeId employeeLeaveDateTime employeeOrgData employeeType externalUserState
        externalUserStateChangeDateTime faxNumber givenName hireDate identities imAddresses interests
        isManagementRestricted isResourceAccount jobTitle lastPasswordChangeDateTime legalAgeGroupClassification
        licenseAssignmentStates mail mailboxSettings mailNickname mobilePhone mySite officeLocation
        onPremisesDistinguishedName onPremisesDomainName onPremisesExtensionAttributes onPremisesImmutableId
        onPremisesLastSyncDateTime onPremisesProvisioningErrors onPremisesSamAccountName
        onPremisesSecurityIdentifier onPremisesSyncEnabled onPremisesUserPrincipalName otherMails passwordPolicies
        passwordProfile pastProjects postalCode preferredDataLocation preferredLanguage preferredName
        provisionedPlans proxyAddresses refreshTokensValidFromDateTime responsibilities schools securityIdentifier
        serviceProvisioningErrors showInAddressList signInActivity signInSessionsValidFromDateTime skills state
        streetAddress surname usageLocation userPrincipalName userType
        """
    private static let group = """
        allowExternalSenders assignedLabels assignedLicenses autoSubscribeNewMembers classification
        expirationDateTime groupTypes hasMembersWithLicenseErrors hideFromAddressLists hideFromOutlookClients
        isArchived isAssignableToRole isManagementRestricted isSubscribedByMail licenseProcessingState mail
        mailEnabled mailNickname membershipRule membershipRuleProcessingState onPremisesDomainName
        onPremisesLastSyncDateTime onPremisesNetBiosName onPremisesProvisioningErrors onPremisesSamAccountName
        onPremisesSecurityIdentifier onPremisesSyncEnabled preferredDataLocation preferredLanguage proxyAddresses
        renewedDateTime resourceBehaviorOptions resourceProvisioningOptions securityEnabled securityIdentifier
        serviceProvisioningErrors theme uniqueName unseenCount visibility
        """
    private static let application = """
        addIns api appId applicationTemplateId appRoles authenticationBehaviors certification defaultRedirectUri
        disabledByMicrosoftStatus groupMembershipClaims identifierUris info isDeviceOnlyAuthSupported
        isFallbackPublicClient keyCredentials logo nativeAuthenticationApisEnabled notes oauth2RequirePostResponse
        optionalClaims parentalControlSettings passwordCredentials publicClient publisherDomain
        requestSignatureVerification requiredResourceAccess samlMetadataUrl serviceManagementReference
        servicePrincipalLockConfiguration signInAudience spa tags tokenEncryptionKeyId uniqueName verifiedPublisher
        web
        """
    private static let servicePrincipal = """
        accountEnabled addIns alternativeNames appDescription appDisplayName appId applicationTemplateId
        appOwnerOrganizationId appRoleAssignmentRequired appRoles customSecurityAttributes disabledByMicrosoftStatus
        homepage info keyCredentials loginUrl logoutUrl notes notificationEmailAddresses oauth2PermissionScopes
        passwordCredentials preferredSingleSignOnMode preferredTokenSigningKeyThumbprint replyUrls
        resourceSpecificApplicationPermissions samlSingleSignOnSettings servicePrincipalNames servicePrincipalType
        signInAudience tags tokenEncryptionKeyId verifiedPublisher
        """
    private static let organization = """
        assignedPlans branding businessPhones city country countryLetterCode defaultUsageLocation
        marketingNotificationEmails onPremisesLastSyncDateTime onPremisesSyncEnabled partnerTenantType postalCode
        preferredLanguage privacyProfile provisionedPlans securityComplianceNotificationMails
        securityComplianceNotificationPhones state street technicalNotificationMails tenantType verifiedDomains
        """
    private static let domain = """
        authenticationType availabilityStatus isAdminManaged isDefault isInitial isRoot isVerified
        passwordNotificationWindowInDays passwordValidityPeriodInDays state supportedServices
        """

    /// What a select chooses from.
    enum Subject {
        case kind(DirectoryKind)
        /// Lists that mix kinds.
        case any, organization, domain
    }
    private static let users = names(user), groups = names(group), applications = names(application)
    private static let servicePrincipals = names(servicePrincipal)
    private static let all = users.union(groups).union(applications).union(servicePrincipals)
    private static let organizations = names(organization), domains = names(domain)
    private static func names(_ text: String) -> Set<String> {
        Set((common + " " + text).lowercased().split { " \n".contains($0) }.map(String.init))
    }

    /// Refuses a name that Graph does not have: 400.
    static func check(_ select: Set<String>?, _ subject: Subject) throws(ServiceError) {
        guard let select else { return }
        let (known, title) =
            switch subject {
            case .kind(.user): (users, "user")
            case .kind(.group): (groups, "group")
            case .kind(.application): (applications, "application")
            case .kind(.servicePrincipal): (servicePrincipals, "servicePrincipal")
            case .any: (all, "directoryObject")
            case .organization: (organizations, "organization")
            case .domain: (domains, "domain")
            }
        for name in select.sorted() where name != "*" && !known.contains(name.lowercased()) {
            throw .badRequest(
                "BadRequest",
                "Parsing OData Select and Expand failed: Could not find a property named '\(name.prefix(100))' on type "
                    + "'microsoft.graph.\(title)'."
            )
        }
    }
}
