// SPDX-License-Identifier: Apache-2.0

/// Records of every format ever written, one for each stored type, without the version byte.
///
/// A line is never changed: regions that exist hold such records. A new format adds a line.
enum StoredFixtures {
    /// A record: its type, its format, its body.
    struct Row: Sendable {
        let type: String
        let format: UInt8
        let body: Body
        enum Body: Sendable {
            case json(String)
            case hex(String)
        }
    }
    static let rows: [Row] =
        StorageFixtures.rows + [
            Row(
                type: "Application",
                format: 1,
                body: .json(
                    #"{"appId":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","created":1795289700123456,"displayName""#
                        + #":"Tool","id":"11111111-2222-4333-8444-555555555555","identifierUris":["api://tool"],"isF"#
                        + #"allbackPublicClient":true,"settings":{"web":{"redirectUris":["https://x.example"]}},"sig"#
                        + #"nInAudience":"AzureADMyOrg"}"#
                )
            ),
            Row(
                type: "AssignmentPointer",
                format: 1,
                body: .json(
                    #"{"principal":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD"}"#
                )
            ),
            Row(
                type: "Client",
                format: 1,
                body: .json(
                    #"{"application":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","credentials":[{"digest":[1,2,255]"#
                        + #","displayName":"First","ends":1795289700123457,"hint":"abc","holder":"application","keyI"#
                        + #"D":"11111111-2222-4333-8444-555555555555","starts":1795289700123456}],"isPublic":false,""#
                        + #"servicePrincipal":"11111111-2222-4333-8444-555555555555"}"#
                )
            ),
            Row(
                type: "ClientHome",
                format: 1,
                body: .json(
                    #"{"tenant":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD"}"#
                )
            ),
            Row(
                type: "DeviceCount",
                format: 1,
                body: .json(
                    #"{"value":3}"#
                )
            ),
            Row(
                type: "DeviceGrant",
                format: 1,
                body: .json(
                    #"{"client":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","expires":1795289700123456,"scope":{"is"#
                        + #"VersionOne":false,"offline":true,"openID":true,"resource":"https://management.azure.com/"#
                        + #"","words":["https://management.azure.com//.default"]},"state":{"approved":{"_0":{"creden"#
                        + #"tialStamp":2,"tenant":"11111111-2222-4333-8444-555555555555","user":"DEADBEEF-DEAD-4EEF-"#
                        + #"9EEF-DEADBEEFDEAD"}}},"tenant":"11111111-2222-4333-8444-555555555555","userCode":"ABCD12"#
                        + #"34"}"#
                )
            ),
            Row(
                type: "DevicePointer",
                format: 1,
                body: .json(
                    #"{"digest":[1,2,255]}"#
                )
            ),
            Row(
                type: "DomainHome",
                format: 1,
                body: .json(
                    #"{"tenant":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD"}"#
                )
            ),
            Row(
                type: "ExtentCount",
                format: 1,
                body: .json(
                    #"{"length":70032,"references":2}"#
                )
            ),
            Row(
                type: "Garbage",
                format: 1,
                body: .json(
                    #"{"length":70032,"offset":65536,"segment":3}"#
                )
            ),
            Row(
                type: "Group",
                format: 1,
                body: .json(
                    #"{"created":1795289700123456,"description":"why","displayName":"Group","id":"DEADBEEF-DEA"#
                        + #"D-4EEF-9EEF-DEADBEEFDEAD","mailNickname":"group","visibility":"Private"}"#
                )
            ),
            Row(
                type: "InlineContent",
                format: 1,
                body: .hex(
                    "73686f7274206279746573"
                )
            ),
            Row(
                type: "Lock",
                format: 1,
                body: .json(
                    #"{"level":"CanNotDelete","name":"keep","notes":"why","scope":"/subscriptions/deadbeef-dea"#
                        + #"d-4eef-9eef-deadbeefdead"}"#
                )
            ),
            Row(
                type: "Membership",
                format: 1,
                body: .json(
                    #"{"group":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","member":"11111111-2222-4333-8444-555555"#
                        + #"555555"}"#
                )
            ),
            Row(
                type: "ObjectState",
                format: 1,
                body: .hex(
                    "01010000000000000007"
                )
            ),
            Row(
                type: "OpenSaga",
                format: 1,
                body: .json(
                    #"{"id":"deadbeef-dead-4eef-9eef-deadbeefdead","tenant":"11111111-2222-4333-8444-555555555"#
                        + #"555"}"#
                )
            ),
            Row(
                type: "Pointer",
                format: 1,
                body: .json(
                    #"{"id":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD"}"#
                )
            ),
            Row(
                type: "ResourceGroup",
                format: 1,
                body: .json(
                    #"{"changed":1795289700123456,"created":1795289700123456,"deletion":"11111111-2222-4333-84"#
                        + #"44-555555555555","location":"francecentral","managedBy":"/x","name":"Shop","tags":{"a":""#
                        + #"b"}}"#
                )
            ),
            Row(
                type: "ResourceRecord",
                format: 1,
                body: .json(
                    #"{"changed":1795289700123456,"created":1795289700123456,"id":"/subscriptions/deadbeef-dea"#
                        + #"d-4eef-9eef-deadbeefdead/resourceGroups/Shop/providers/Contoso.Probe/widgets/One","kind""#
                        + #":"Round","location":"francecentral","name":"One","sku":{"name":"Standard_LRS"},"tags":{""#
                        + #"a":"b"},"type":"Contoso.Probe/widgets"}"#
                )
            ),
            Row(
                type: "RoleAssignment",
                format: 1,
                body: .json(
                    #"{"created":1795289700123456,"createdBy":"someone","description":"why","name":"deadbeef-d"#
                        + #"ead-4eef-9eef-deadbeefdead","principal":"11111111-2222-4333-8444-555555555555","principa"#
                        + #"lType":"User","role":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","scope":"/subscriptions/dead"#
                        + #"beef-dead-4eef-9eef-deadbeefdead"}"#
                )
            ),
            Row(
                type: "SagaRecord",
                format: 1,
                body: .json(
                    #"{"caller":"someone","ended":1795289700123456,"errorCode":"Conflict","errorMessage":"No.""#
                        + #","id":"deadbeef-dead-4eef-9eef-deadbeefdead","kind":"resources.group-deletion","namespac"#
                        + #"e":"Microsoft.Resources","result":{"a":1},"started":1795289700123456,"state":{"group":"S"#
                        + #"hop"},"status":"Failed","tenant":"11111111-2222-4333-8444-555555555555"}"#
                )
            ),
            Row(
                type: "ServicePrincipal",
                format: 1,
                body: .json(
                    #"{"accountEnabled":true,"appId":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","created":17952897"#
                        + #"00123456,"description":"why","displayName":"Tool","id":"11111111-2222-4333-8444-55555555"#
                        + #"5555","names":["tool"],"owner":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","tags":["t"]}"#
                )
            ),
            Row(
                type: "SignInAttempts",
                format: 1,
                body: .json(
                    #"{"failures":2,"lastFailure":1795289700123456,"lockedUntil":1795289700123457}"#
                )
            ),
            Row(
                type: "SigningKeySet",
                format: 1,
                body: .json(
                    #"{"keys":[{"created":1795289700123456,"id":"k1","privateKey":"AQID","retired":17952897001"#
                        + #"23457},{"created":1795289700123456,"id":"k2","privateKey":"BAUG","retired":null}],"seali"#
                        + #"ng":"BwgJ","version":5}"#
                )
            ),
            Row(
                type: "SigningKeyVersion",
                format: 1,
                body: .hex(
                    "158000000000000005"
                )
            ),
            Row(
                type: "Subscription",
                format: 1,
                body: .json(
                    #"{"allowedLocations":["francecentral"],"created":1795289700123456,"displayName":"House",""#
                        + #"id":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","tenant":"11111111-2222-4333-8444-55555555555"#
                        + #"5"}"#
                )
            ),
            Row(
                type: "LocationPolicy",
                format: 1,
                body: .json(
                    #"{"created":1795289700123456,"createdBy":"someone","description":"why","displayName":"Stay""#
                        + #","locations":["francesouth"],"metadata":{"a":"b"},"name":"stay"}"#
                )
            ),
            Row(
                type: "SubscriptionTags",
                format: 1,
                body: .json(
                    #"{"tags":{"a":"b"}}"#
                )
            ),
            Row(
                type: "Tenant",
                format: 1,
                body: .json(
                    #"{"created":1795289700123456,"displayName":"House","domains":["house.example"],"id":"DEAD"#
                        + #"BEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD"}"#
                )
            ),
            Row(
                type: "User",
                format: 1,
                body: .json(
                    #"{"accountEnabled":true,"businessPhones":["1"],"created":1795289700123456,"displayName":""#
                        + #"User","id":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","mailNickname":"user","texts":{"city":"#
                        + #""Lyon"},"userPrincipalName":"user@house.example"}"#
                )
            ),
            Row(
                type: "UserCredential",
                format: 1,
                body: .json(
                    #"{"changed":1795289700123456,"hash":"$scrypt$x","mustChange":true}"#
                )
            ),
        ]
}
