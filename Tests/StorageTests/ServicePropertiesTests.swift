// SPDX-License-Identifier: Apache-2.0
import Base
import HTTPTypes
import Storage
import Testing

struct ServicePropertiesTests {
    static let retention = "<RetentionPolicy><Enabled>true</Enabled><Days>7</Days></RetentionPolicy>"
    func update(_ inner: String, from: ServiceProperties = ServiceProperties()) throws -> ServiceProperties {
        try from.updated(by: Array("<StorageServiceProperties>\(inner)</StorageServiceProperties>".utf8))
    }

    @Test func `what is read is written again`() throws {
        let inner =
            joined(
                "<Logging><Version>1.0</Version><Delete>true</Delete><Read>false</Read><Write>true</Write>",
                "\(Self.retention)",
                "</Logging><HourMetrics><Version>1.0</Version><Enabled>true</Enabled><IncludeAPIs>true</IncludeAPIs>",
                "\(Self.retention)</HourMetrics><MinuteMetrics><Version>1.0</Version><Enabled>false</Enabled>",
                "<RetentionPolicy><Enabled>false</Enabled></RetentionPolicy></MinuteMetrics><Cors><CorsRule>",
                "<AllowedOrigins>https://a.test</AllowedOrigins><AllowedMethods>GET,PUT</AllowedMethods>",
                "<AllowedHeaders>x-ms-meta-*</AllowedHeaders><ExposedHeaders>*</ExposedHeaders>",
                "<MaxAgeInSeconds>60</MaxAgeInSeconds></CorsRule></Cors>",
                "<DefaultServiceVersion>2026-10-06</DefaultServiceVersion>",
                "<DeleteRetentionPolicy><Enabled>true</Enabled><Days>14</Days>",
                "<AllowPermanentDelete>true</AllowPermanentDelete></DeleteRetentionPolicy>",
                "<StaticWebsite>",
                "<Enabled>true</Enabled><IndexDocument>index.html</IndexDocument>",
                "<ErrorDocument404Path>404.html</ErrorDocument404Path></StaticWebsite>"
            )
        let text = String(decoding: try update(inner).body(), as: UTF8.self)
        let head = #"<?xml version="1.0" encoding="utf-8"?><StorageServiceProperties>"#
        #expect(text == head + inner + "</StorageServiceProperties>")
    }

    @Test func `what a body leaves out stays as it was`() throws {
        let first = try update("<StaticWebsite><Enabled>true</Enabled></StaticWebsite>")
        let rules = try update(
            "<Cors><CorsRule><AllowedOrigins>*</AllowedOrigins><AllowedMethods>GET</AllowedMethods><AllowedHeaders/>"
                + "<ExposedHeaders/><MaxAgeInSeconds>0</MaxAgeInSeconds></CorsRule></Cors>",
            from: first
        )
        #expect(rules.staticWebsite.enabled)
        #expect(rules.cors.count == 1)
        #expect(try update("<Cors />", from: rules).cors.isEmpty)
        #expect(try update("", from: rules) == rules)
    }

    @Test(arguments: [
        ("<Unknown/>", "InvalidXmlDocument"), ("<Logging/>", "MissingRequiredXmlNode"),
        ("<StaticWebsite><Enabled>maybe</Enabled></StaticWebsite>", "InvalidXmlNodeValue"),
        ("<DeleteRetentionPolicy><Enabled>true</Enabled></DeleteRetentionPolicy>", "InvalidXmlDocument"),
        ("<DeleteRetentionPolicy><Enabled>true</Enabled><Days>0</Days></DeleteRetentionPolicy>", "InvalidXmlDocument"),
        (
            "<DeleteRetentionPolicy><Enabled>true</Enabled><Days>366</Days></DeleteRetentionPolicy>",
            "InvalidXmlDocument"
        ),
        ("<DefaultServiceVersion>newest</DefaultServiceVersion>", "InvalidXmlNodeValue"),
        (
            "<HourMetrics><Version>1.0</Version><Enabled>true</Enabled>\(retention)</HourMetrics>",
            "MissingRequiredXmlNode"
        ),
        ("<Cors>" + String(repeating: "<CorsRule/>", count: 6) + "</Cors>", "InvalidXmlDocument"),
        (
            "<Cors><CorsRule><AllowedOrigins>*</AllowedOrigins><AllowedMethods>STEAL</AllowedMethods><AllowedHeaders/>"
                + "<ExposedHeaders/><MaxAgeInSeconds>0</MaxAgeInSeconds></CorsRule></Cors>", "InvalidXmlNodeValue"
        ),
    ])
    func `a wrong setting is refused with the service's code`(_ inner: String, _ code: String) {
        #expect(Fixture.fault { try update(inner) }?.line == "400 \(code)")
    }
}
