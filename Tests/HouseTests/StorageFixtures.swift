// SPDX-License-Identifier: Apache-2.0

/// What the storage provider ever kept; see `StoredFixtures`.
enum StorageFixtures {
    typealias Row = StoredFixtures.Row
    static let rows: [Row] = [
        Row(type: "ContainerPlace", format: 1, body: .hex("766964656f73")),
        Row(type: "ContainerRetention", format: 1, body: .hex("0701010001")),
        Row(type: "TagHit", format: 1, body: .hex("")), Row(type: "RetentionMark", format: 1, body: .hex("")),
        Row(
            type: "ChangeEvent",
            format: 1,
            body: .json(
                #"{"api":"PutBlob","blob":"x","blobType":"BlockBlob","container":"docs","contentLength":3,"contentType":""#
                    + #"text/plain","etag":"0x1","id":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","kind":"BlobCreated","previ"#
                    + #"ousInfo":{"PreviousTier":"Hot"},"request":"11111111-2222-4333-8444-555555555555","sequencer":"00"#
                    + #"","tagsUpdated":{"current":{"a":"2"},"previous":{"a":"1"}},"time":1795289700123456}"#
            )
        ),
        Row(
            type: "ChangeFeed",
            format: 1,
            body: .json(
                #"{"container":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","hasNames":true,"isEnabled":true,"retentionDa"#
                    + #"ys":7,"topic":"/subscriptions/x"}"#
            )
        ),
        Row(
            type: "FeedAccount",
            format: 1,
            body: .json(
                #"{"account":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","tenant":"11111111-2222-4333-8444-555555555555"}"#
            )
        ),
        Row(
            type: "FeedProgress",
            format: 1,
            body: .json(
                #"{"finalized":1795287600000000,"open":{"begin":1795291200000000,"chunk":1},"saga":"s","step":3,"wa"#
                    + #"ke":1795295100000000}"#
            )
        ),
        Row(
            type: "AccessEpoch",
            format: 1,
            body: .json(
                #"{"value":7}"#
            )
        ),
        Row(
            type: "Account",
            format: 1,
            body: .hex(
                "deadbeefdead4eef9eefdeadbeefdead0c686f7573656163636f756e740240000102030405060708090a0b0c"
                    + "0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738"
                    + "393a3b3c3d3e3f808dc2cdceb3b00640000102030405060708090a0b0c0d0e0f101112131415161718191a1b"
                    + "1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f808dc2cdceb3b006"
                    + "01000101010a31302e302e302e302f38147b226b696e64223a2253746f726167655632227d"
            )
        ),
        Row(
            type: "Account",
            format: 2,
            body: .hex(
                "deadbeefdead4eef9eefdeadbeefdead0c686f7573656163636f756e740240000102030405060708090a0b0c"
                    + "0d0e0f101112131415161718191a1b1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738"
                    + "393a3b3c3d3e3f808dc2cdceb3b00640000102030405060708090a0b0c0d0e0f101112131415161718191a1b"
                    + "1c1d1e1f202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f808dc2cdceb3b006"
                    + "01000101010a31302e302e302e302f38147b226b696e64223a2253746f726167655632227d901c"
            )
        ),
        Row(
            type: "AccountMember",
            format: 1,
            body: .json(
                #"{"id":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","resource":"/subscriptions/x"}"#
            )
        ),
        Row(
            type: "AccountPlace",
            format: 1,
            body: .hex(
                "11111111222243338444555555555555deadbeefdead4eef9eefdeadbeefdead102f73756273637269707469"
                    + "6f6e732f7803486f74"
            )
        ),
        Row(
            type: "AccountPlace",
            format: 2,
            body: .hex(
                "11111111222243338444555555555555deadbeefdead4eef9eefdeadbeefdead102f73756273637269707469"
                    + "6f6e732f7803486f7401070501"
            )
        ),
        Row(
            type: "AccountPlace",
            format: 3,
            body: .hex(
                "11111111222243338444555555555555deadbeefdead4eef9eefdeadbeefdead102f73756273637269707469"
                    + "6f6e732f7803486f740107050101"
            )
        ),
        Row(
            type: "AccountPlace",
            format: 4,
            body: .hex(
                "11111111222243338444555555555555deadbeefdead4eef9eefdeadbeefdead102f73756273637269707469"
                    + "6f6e732f7803486f74010705010101"
            )
        ),
        Row(
            type: "AccountPlace",
            format: 5,
            body: .hex(
                "11111111222243338444555555555555deadbeefdead4eef9eefdeadbeefdead102f73756273637269707469"
                    + "6f6e732f7803486f7401070501010101"
            )
        ),
        Row(
            type: "Blob",
            format: 1,
            body: .hex(
                "df9cf5e1b2c382ef08808dc2cdceb3b0060ae0c508001011111111222243338444555555555555e0c5080106"
                    + "808008a0c6080b746578742f706c61696e0003656e01096e6f2d636163686511000102030405060708090a0b"
                    + "0c0d0e0f01046e616d650676c3a472646501deadbeefdead4eef9eefdeadbeefdead1368747470733a2f2f61"
                    + "2e6578616d706c652f62808dc2cdceb3b006"
            )
        ),
        Row(
            type: "Blob",
            format: 2,
            body: .hex(
                "fffff53fdff9aabcd6e8c8f08d01808dc2cdceb3b006e0c508111111112222433384445555555555550380ad"
                    + "e2040a746578742f706c61696e10000102030405060708090a0b0c0d0e0f01046e616d650676c3a47264650e"
                    + "deadbeefdead4eef9eefdeadbeefdead010f018094e9dbceb3b00601046b696e640361206208417263686976"
                    + "6501808dc2cdceb3b00604486f74044869676880a9de86cfb3b006011280c39ed3ceb3b006808ddfdbe8d6b0"
                    + "06deadbeefdead4eef9eefdeadbeefdead1368747470733a2f2f612e6578616d706c652f6203142801808dc2"
                    + "cdceb3b00604776879011304677a697002656e06696e6c696e65086e6f2d6361636865180673636f70653120"
                    + "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f808dc2cdceb3b00601808dc2"
                    + "cdceb3b006808dc2cdceb3b00606"
            )
        ),
        Row(
            type: "Blob",
            format: 3,
            body: .hex(
                "9080809006df9cf5e1b2c382ef08808dc2cdceb3b006e0c508111111112222423384445555555555550380"
                    + "8dc2cdceb3b0060a247375706572757365720a247375706572757365721f757365723a3a7277782c67726f"
                    + "75703a3a722d782c6f746865723a3a2d2d2d00056b65793d31"
            )
        ),
        Row(
            type: "BlobServiceSettings",
            format: 1,
            body: .json(
                #"{"properties":{"cors":[{"allowedHeaders":"*","allowedMethods":"GET","allowedOrigins":"*""#
                    + #","exposedHeaders":"","maxAgeSeconds":60}],"defaultVersion":"2023-11-03","deleteRetention"#
                    + #"":{"allowsPermanentDelete":false,"days":7},"hourMetrics":{"enabled":true,"includeAPIs":t"#
                    + #"rue,"retention":{"days":7},"version":"1.0"},"logging":{"delete":false,"read":true,"reten"#
                    + #"tion":{},"version":"1.0","write":false},"minuteMetrics":{"enabled":false,"retention":{},"#
                    + #""version":"1.0"},"staticWebsite":{"enabled":false,"errorDocument":"404.html","indexDocum"#
                    + #"ent":"index.html"}}}"#
            )
        ),
        Row(
            type: "BlobServiceSettings",
            format: 2,
            body: .json(
                #"{"properties":{"containerRetention":{"days":5},"cors":[],"deleteRetention":{"allowsPerma"#
                    + #"nentDelete":true,"days":7},"hourMetrics":{"enabled":false,"retention":{},"version":"1.0"#
                    + #""},"isVersioningEnabled":true,"logging":{"delete":false,"read":false,"retention":{},"ve"#
                    + #"rsion":"1.0","write":false},"minuteMetrics":{"enabled":false,"retention":{},"version":""#
                    + #"1.0"},"staticWebsite":{"enabled":false}}}"#
            )
        ),
        Row(
            type: "BlobServiceSettings",
            format: 3,
            body: .json(
                #"{"properties":{"containerRetention":{"days":5},"cors":[],"deleteRetention":{"allowsPerma"#
                    + #"nentDelete":true,"days":7},"hourMetrics":{"enabled":false,"retention":{},"version":"1.0"#
                    + #""},"isVersioningEnabled":true,"logging":{"delete":false,"read":false,"retention":{},"ve"#
                    + #"rsion":"1.0","write":false},"minuteMetrics":{"enabled":false,"retention":{},"version":""#
                    + #"1.0"},"staticWebsite":{"enabled":false},"tracksAccess":true}}"#
            )
        ),
        Row(
            type: "Block",
            format: 1,
            body: .hex(
                "1011111111222243338444555555555555e0c5080106808008a0c608"
            )
        ),
        Row(
            type: "BlockTable",
            format: 1,
            body: .hex(
                "deadbeefdead4eef9eefdeadbeefdead30808dc2cdceb3b006"
            )
        ),
        Row(
            type: "BlockTable",
            format: 2,
            body: .hex("deadbeefdead4eef9eefdeadbeefdead30808dc2cdceb3b00603dead")
        ),
        Row(
            type: "BlockTable",
            format: 3,
            body: .hex("deadbeefdead4eef9eefdeadbeefdead30808dc2cdceb3b006000773636f706531")
        ),
        Row(
            type: "BlockTable",
            format: 4,
            body: .hex("deadbeefdead4eef9eefdeadbeefdead30808dc2cdceb3b006000773636f706531c040")
        ),
        Row(type: "BlockShare", format: 1, body: .hex("c0409001")),
        Row(
            type: "EncryptionScope",
            format: 1,
            body: .hex("deadbeefdead4eef9eefdeadbeefdead0101808dc2cdceb3b006808dc2cdceb3b006")
        ),
        Row(
            type: "Container",
            format: 1,
            body: .hex(
                "deadbeefdead4eef9eefdeadbeefdeaddf9cf5e1b2c382ef08808dc2cdceb3b00601046e616d650676c3a472"
                    + "646505626c6f620106706f6c69637901808dc2cdceb3b0060004727764"
            )
        ),
        Row(
            type: "Container",
            format: 2,
            body: .hex(
                "deadbeefdead4eef9eefdeadbeefdeaddff9aabcd6e8c8f08d01808dc2cdceb3b00601046e616d650576616c"
                    + "756505626c6f6201017001808dc2cdceb3b0060003727701deadbeefdead4eef9eefdeadbeefdead00000001"
                    + "808dc2cdceb3b006808dfdaad2b8b00601056361736531010501024d010773636f70653101"
            )
        ),
        Row(
            type: "DelegationSecret",
            format: 1,
            body: .hex(
                "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"
            )
        ),
        Row(type: "DirectoryHome", format: 1, body: .hex("deadbeefdead4eef9eefdeadbeefdead")),
        Row(
            type: "ExpiringFile",
            format: 1,
            body: .json(
                #"{"account":"11111111-2222-4333-8444-555555555555","directory":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","#
                    + #""name":"f","tenant":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD"}"#
            )
        ),
        Row(
            type: "ExpiringQueue",
            format: 1,
            body: .json(
                #"{"account":"11111111-2222-4333-8444-555555555555","queue":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","tenant":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD"}"#
            )
        ),
        Row(
            type: "KeptState",
            format: 1,
            body: .json(
                #"{"account":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","directory":"DEADBEEF-DEAD-4EEF-9EEF-DE"#
                    + #"ADBEEFDEAD","name":"a/b","tenant":"11111111-2222-4333-8444-555555555555","ticks":17952897"#
                    + #"001234567}"#
            )
        ),
        Row(
            type: "InventoryPolicyRecord",
            format: 1,
            body: .json(
                #"{"due":1767312000000000,"endpoint":"https://a","modified":1767225600000000,"policy":{"enabled":true}}"#
            )
        ),
        Row(
            type: "LifecyclePolicyRecord",
            format: 1,
            body: .json(
                #"{"due":1767312000000000,"modified":1767225600000000,"rules":[{"enabled":true}],"run":"x"}"#
            )
        ),
        Row(
            type: "PolicyHistory",
            format: 1,
            body: .json(
                #"{"commands":[{"days":3,"name":"a@example.org","principal":"11111111-2222-4333-8444-555555555555","te"#
                    + #"nant":"11111111-2222-4333-8444-555555555555","time":1795289700123456,"update":"put"},{"days":3,"#
                    + #""time":1795289700123456,"update":"lock"}]}"#
            )
        ),
        Row(
            type: "PolicyDue",
            format: 1,
            body: .json(
                #"{"account":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","kind":"lifecycle","tenant":"11111111-2222-4333-8444-555555555555"}"#
            )
        ),
        Row(
            type: "LongText",
            format: 1,
            body: .hex(
                "68656c6c6f"
            )
        ),
        Row(
            type: "MessageCount",
            format: 1,
            body: .json(
                #"{"count":64}"#
            )
        ),
        Row(
            type: "PageMark",
            format: 1,
            body: .json(
                #"{"count":2}"#
            )
        ),
        Row(
            type: "PageRow",
            format: 1,
            body: .hex(
                "10000102030405060708090a0b0c0d0e0f804000800880100c"
            )
        ),
        Row(
            type: "PageTable",
            format: 1,
            body: .hex(
                "0a080301800880100a"
            )
        ),
        Row(
            type: "PieceChunk",
            format: 1,
            body: .hex(
                "011011111111222243338444555555555555e0c5080106808008a0c60808626c6f636b2d303101"
            )
        ),
        Row(
            type: "PieceList",
            format: 1,
            body: .json(
                #"{"bases":["DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD"],"count":3,"references":2}"#
            )
        ),
        Row(
            type: "Queue",
            format: 1,
            body: .hex(
                "deadbeefdead4eef9eefdeadbeefdead01046e616d650676c3a472646501"
                    + "06706f6c69637901808dc2cdceb3b006000572617570"
            )
        ),
        Row(
            type: "QueueServiceSettings",
            format: 1,
            body: .json(
                #"{"properties":{"cors":[],"deleteRetention":{"allowsPermanentDelete":false},"hourMetrics":{"enabled":false,"retention":{},"version":"1.0"},"#
                    + #""logging":{"delete":false,"read":false,"retention":{},"version":"1.0","write":false},"#
                    + #""minuteMetrics":{"enabled":false,"retention":{},"version":"1.0"},"staticWebsite":{"enabled":false}}}"#
            )
        ),
        Row(
            type: "QueuedMessage",
            format: 1,
            body: .hex(
                "808dc2cdceb3b00601808dc2cdceb3b006808dc2cdceb3b00602deadbeefdead4eef9eefdeadbeefdead0668656c6c6f"
            )
        ),
        Row(
            type: "ReadyMark",
            format: 1,
            body: .hex(
                ""
            )
        ),
        Row(
            type: "TableEntity",
            format: 1,
            body: .hex(
                "8e8295879284e43f0904546578740002c3a903526177010201ff024e6f020359657303045768656e048280c0"
                    + "8794dd992b05526174696f05bff00302496406deadbeefdead4eef9eefdeadbeefdead05536d616c6c070905"
                    + "4c6172676508808080808040"
            )
        ),
        Row(
            type: "TableRecord",
            format: 1,
            body: .hex(
                "deadbeefdead4eef9eefdeadbeefdead0650656f706c650101700001808dc2cdceb3b0060572617564"
            )
        ),
        Row(
            type: "TableServiceSettings",
            format: 1,
            body: .json(
                #"{"properties":{"cors":[{"allowedHeaders":"x","allowedMethods":"GET","allowedOrigins":"*","exposed"#
                    + #"Headers":"y","maxAgeSeconds":5}],"deleteRetention":{"allowsPermanentDelete":false},"hourMetrics"#
                    + #"":{"enabled":false,"retention":{},"version":"1.0"},"logging":{"delete":false,"read":false,"rete"#
                    + #"ntion":{},"version":"1.0","write":false},"minuteMetrics":{"enabled":false,"retention":{},"versi"#
                    + #"on":"1.0"},"staticWebsite":{"enabled":false}}}"#
            )
        ),
        Row(
            type: "TakenPlaces",
            format: 1,
            body: .hex(
                "05ff"
            )
        ),
        Row(
            type: "WaitingTable",
            format: 1,
            body: .json(
                #"{"account":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD","container":"11111111-2222-4333-8444-5"#
                    + #"55555555555","name":"blob","tenant":"DEADBEEF-DEAD-4EEF-9EEF-DEADBEEFDEAD"}"#
            )
        ),
    ]
}
