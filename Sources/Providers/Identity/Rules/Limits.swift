// SPDX-License-Identifier: Apache-2.0

/// Every bound of this provider, with its reason.
enum Limits {
    /// Longest form a sign-in endpoint reads: a client assertion with its certificate chain fits several times over.
    static let formBytesMax = 64 * 1024
    /// Most fields of such a form; clients send some ten.
    static let formFieldsMax = 64
    /// Longest body Microsoft Graph takes here: an application with all its settings.
    static let graphBytesMax = 1024 * 1024
    /// Graph's largest page of users.
    static let pageMax = 999
    /// Graph's page when the client names no size.
    static let pageDefault = 100
    /// Graph's most ids in one `getByIds`.
    static let idsMax = 1_000
    /// Most groups that are followed upwards from one member; Entra's own limit of groups in a token check is lower.
    static let groupsMax = 2_048
    /// Graph takes this many references in one request.
    static let bindingsMax = 20
    /// Edges of each of five kinds that are removed in one commit when a principal is deleted.
    ///
    /// Each is two keys, an application goes with its service principal, and a ledger entry explains at most 1,000
    /// writes. The rest follows in further steps.
    static let edgesPerStep = 40
    /// Entra allows this many secrets on one application.
    static let secretsMax = 100
    /// A secret without a wished end lives two years, as in Graph.
    static let secretSeconds: Int64 = 2 * 365 * 86_400
    /// Most tags of a service principal.
    static let tagsMax = 100
    /// Entra allows this many identifier URIs on one application.
    static let identifierURIsMax = 50
    /// Longest settings of one application, as JSON: they are read whole with every list.
    static let settingsBytesMax = 64 * 1024
    /// Longest name of a directory object, as Graph documents it.
    static let displayNameCharactersMax = 256
    /// Longest mail alias (Graph).
    static let mailNicknameCharactersMax = 64
    /// Longest user principal name.
    static let userPrincipalNameCharactersMax = 113
    /// Longest other text property.
    static let textCharactersMax = 1_024
    /// Access tokens live an hour.
    static let accessTokenSeconds: Int64 = 3_600
    /// Entra's refresh tokens live ninety days from the last sign-in or renewal.
    static let refreshTokenSeconds: Int64 = 90 * 86_400
    /// How far a client's or another node's clock may be off.
    static let clockSkewSeconds: Int64 = 300
    /// Device codes live a quarter of an hour.
    static let deviceCodeSeconds: Int64 = 900
    /// Unfinished device sign-ins of the region at one time.
    ///
    /// Anyone may begin one, so the store needs a bound.
    static let deviceCodesMax = 10_000
    /// Unfinished device sign-ins begun from one address: an office behind one address signs in together, and a hundred
    /// such addresses are needed to keep everybody else out.
    static let deviceCodesPerAddress = 100
    /// Expired device codes removed with each new one: more than come in, so that they never pile up.
    static let deviceCodesPruned = 4
    /// A signing key signs for this long.
    static let signingKeyDays: Int64 = 90
    /// A retired key is published for the life of its last token and this long after.
    static let retiredKeyGraceSeconds: Int64 = 86_400
    /// Most keys in the published set.
    static let signingKeysMax = 4
    /// Verified bearer tokens that are remembered; beyond it all are forgotten and verified anew.
    static let verifiedTokensMax = 20_000
    /// One scrypt at a time: it takes 32 MiB and blocks a thread for some 60 ms, and others want the remaining cores.
    static let passwordChecksAtOnce = 1
    /// Password checks that may wait; later ones are told to come back.
    static let passwordChecksWaiting = 128
    /// Password checks of one network that run or wait: an office behind one address signs in together, and four such
    /// addresses are needed to keep everybody else waiting.
    static let passwordChecksPerNetwork = 32
    /// Smart lockout: this many wrong passwords in a row close the account for a while.
    static let failuresBeforeLockout = 10
    /// How long a lockout lasts.
    static let lockoutSeconds: Int64 = 60
    /// Wrong passwords are forgotten after this long without another.
    static let failureMemorySeconds: Int64 = 3_600
    /// Deepest nesting of a filter.
    static let filterDepthMax = 16
    /// Longest filter.
    static let filterBytesMax = 4_096
}
