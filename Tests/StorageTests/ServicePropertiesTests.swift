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

    /// A rule for other origins; what is not said is as small as it can be.
    private static func rule(
        _ origins: String = "*",
        _ methods: String = "GET",
        headers: String = "",
        exposed: String = "",
        age: String = "<MaxAgeInSeconds>0</MaxAgeInSeconds>"
    ) -> String {
        "<CorsRule><AllowedOrigins>\(origins)</AllowedOrigins><AllowedMethods>\(methods)</AllowedMethods>"
            + "<AllowedHeaders>\(headers)</AllowedHeaders><ExposedHeaders>\(exposed)</ExposedHeaders>\(age)</CorsRule>"
    }
    private static func names(_ count: Int) -> String { (0..<count).map { "h\($0)" }.joined(separator: ",") }
    private static let long = String(repeating: "a", count: 256)
    /// Four rules of so many bytes, without their tags: 516 for each but the last, which has one of 260 and its origin.
    private static func rules(bytes: Int) -> [String] {
        let last = rule(String(repeating: "o", count: bytes - 3 * 516 - 260), headers: long)
        return [String](repeating: rule(long, headers: long), count: 3) + [last]
    }

    @Test(arguments: [
        [rule(long)], [rule("https://a.test, https://b.test", "GET, PUT")], [rule(headers: long, exposed: long)],
        [rule(headers: names(64) + ",a*,*", exposed: names(64) + ",a*,b-*")],
        [String](repeating: rule(headers: long), count: 5), rules(bytes: 2048),
    ])
    func `rules for other origins are taken up to their limits, by every service`(_ rules: [String]) throws {
        for service in [StorageService.blob, .queue, .table] {
            let body = "<StorageServiceProperties><Cors>\(rules.joined())</Cors></StorageServiceProperties>"
            let read = try ServiceProperties().updated(by: Array(body.utf8), of: service)
            #expect(read.cors.count == rules.count)
        }
    }
    @Test(
        arguments: [
            ([rule("")], "InvalidXmlNodeValue"), ([rule(",")], "InvalidXmlNodeValue"),
            ([rule("a," + long + "b")], "InvalidXmlNodeValue"), ([rule("*", "")], "InvalidXmlNodeValue"),
            ([rule("*", "GET,get")], "InvalidXmlNodeValue"), ([rule("*", "TRACE")], "InvalidXmlNodeValue"),
            ([rule(headers: long + "b")], "InvalidXmlNodeValue"),
            ([rule(exposed: "x," + long + "*")], "InvalidXmlNodeValue"),
            ([rule(headers: names(65))], "InvalidXmlNodeValue"), ([rule(exposed: names(65))], "InvalidXmlNodeValue"),
            ([rule(headers: "a*,b*,c*")], "InvalidXmlNodeValue"), ([rule(exposed: "a*,*,c*")], "InvalidXmlNodeValue"),
            ([rule(age: "")], "MissingRequiredXmlNode"),
            ([rule(age: "<MaxAgeInSeconds>-1</MaxAgeInSeconds>")], "InvalidXmlNodeValue"),
            ([rule(age: "<MaxAgeInSeconds>x</MaxAgeInSeconds>")], "InvalidXmlNodeValue"),
            (rules(bytes: 2049), "InvalidXmlDocument"),
            ([rule(), rule(), rule(), rule(), rule(), rule()], "InvalidXmlDocument"),
        ] as [([String], String)]
    )
    func `rules for other origins beyond their limits are refused, by every service`(
        _ rules: [String],
        _ code: String
    ) {
        for service in [StorageService.blob, .queue, .table] {
            let body = "<StorageServiceProperties><Cors>\(rules.joined())</Cors></StorageServiceProperties>"
            let fault = Fixture.fault { try ServiceProperties().updated(by: Array(body.utf8), of: service) }
            #expect(fault?.line == "400 \(code)", "\(service) \(rules)")
        }
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
