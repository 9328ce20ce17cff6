// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Debian's Ceph on this disk, and its S3 gateway: one monitor, one OSD in a file, one radosgw over TLS.
///
/// It keeps one copy of everything and asks for no signatures: its bucket is open to all, so that checking them costs
/// it nothing.
final class Radosgw {
    private static let bucket = "bench"
    private let scratch: Scratch
    private let folder: String
    private let gatewayPort: Int
    private var programs: [Program] = []

    init(_ scratch: Scratch, _ caller: Caller, certificates: String) throws {
        self.scratch = scratch
        folder = "\(scratch.path)/ceph"
        gatewayPort = try Scratch.freePort()
        do {
            try startStore()
            try startGateway(certificates)
            try makeBucket(caller)
        } catch {
            stop()
            throw error
        }
    }
    func url(_ name: String) -> String { "https://127.0.0.1:\(gatewayPort)/\(Self.bucket)/\(name)" }
    /// Ends it, gateway first, and gives the room on the disk back.
    func stop() {
        for program in programs.reversed() { program.end(SIGTERM) }
        _ = try? scratch.run("rm", ["-rf", folder])
    }

    // MARK: Bringing it up

    private var settings: String { "\(folder)/ceph.conf" }
    private var keyring: String { "\(folder)/keyring" }

    private func startStore() throws {
        let (cluster, disk) = (try uuid(), try uuid())
        let port = try Scratch.freePort()
        try scratch.run("mkdir", ["-p", "\(folder)/mon", "\(folder)/osd", "\(folder)/rgw"])
        try scratch.write(configuration(cluster, monitor: port), to: "ceph/ceph.conf")
        let rights = ["--cap", "mon", "allow *", "--cap", "osd", "allow *"]
        try scratch.run("ceph-authtool", ["--create-keyring", keyring, "--gen-key", "-n", "mon."] + rights.prefix(3))
        try scratch.run("ceph-authtool", [keyring, "--gen-key", "-n", "client.admin"] + rights)
        let map = "\(folder)/monmap"
        try scratch.run(
            "monmaptool",
            ["--create", "--addv", "a", "[v1:127.0.0.1:\(port)]", "--fsid", cluster, map]
        )
        try ceph("ceph-mon", ["--mkfs", "-i", "a", "--monmap", map, "--keyring", keyring])
        try start("ceph-mon", ["-i", "a"])
        try ceph("ceph", ["--connect-timeout", "30", "osd", "new", disk])
        try ceph("ceph-osd", ["-i", "0", "--mkfs", "--osd-uuid", disk])
        try start("ceph-osd", ["-i", "0"])
        try ceph("ceph", ["osd", "crush", "add", "osd.0", "1.0", "host=bench", "root=default"])
    }
    private func startGateway(_ certificates: String) throws {
        let tls = "ssl_certificate=\(certificates)/server.pem ssl_private_key=\(certificates)/server.key"
        let frontends = "beast ssl_endpoint=127.0.0.1:\(gatewayPort) \(tls)"
        try start("radosgw", ["-n", "client.admin", "--rgw_frontends", frontends])
    }
    /// Makes the bucket once the gateway answers, which it does when its pools stand.
    private func makeBucket(_ caller: Caller) throws {
        let root = "https://127.0.0.1:\(gatewayPort)/"
        for _ in 0..<600 {
            if (try? caller.send("GET", root, expecting: [200])) != nil { break }
            usleep(100_000)
        }
        let (key, secret) = ("bench", "benchsecret")
        try ceph(
            "radosgw-admin",
            ["user", "create", "--uid", "bench", "--display-name", "bench"]
                + ["--access-key", key, "--secret-key", secret]
        )
        try scratch.run(
            "curl",
            ["--silent", "--show-error", "--fail", "--insecure", "--request", "PUT"]
                + ["--aws-sigv4", "aws:amz:us-east-1:s3", "--user", "\(key):\(secret)"]
                + ["--header", "x-amz-acl: public-read-write", "--header", "x-amz-content-sha256: UNSIGNED-PAYLOAD"]
                + [root + Self.bucket]
        )
    }

    private func ceph(_ name: String, _ arguments: [String]) throws {
        try scratch.run(name, ["-c", settings] + arguments)
    }
    private func start(_ name: String, _ arguments: [String]) throws {
        let output = scratch.unique("\(name)-")
        programs.append(try scratch.start(name, ["-f", "-c", settings] + arguments, output: output))
    }
    private func uuid() throws -> String {
        try scratch.run("cat", ["/proc/sys/kernel/random/uuid"]).filter { !$0.isNewline }
    }

    private func configuration(_ cluster: String, monitor: Int) -> String {
        """
        [global]
        fsid = \(cluster)
        mon host = v1:127.0.0.1:\(monitor)
        public addr = 127.0.0.1
        cluster addr = 127.0.0.1
        ms bind ipv6 = false
        ms bind msgr2 = false
        auth cluster required = none
        auth service required = none
        auth client required = none
        keyring = \(keyring)
        run dir = \(folder)
        admin socket = \(folder)/$name.asok
        pid file = \(folder)/$name.pid
        log file = \(folder)/$name.log
        mon cluster log file = \(folder)/cluster.log
        mon data = \(folder)/mon
        osd data = \(folder)/osd
        rgw data = \(folder)/rgw
        osd pool default size = 1
        osd pool default min size = 1
        osd pool default pg num = 8
        osd pool default pg autoscale mode = off
        osd crush chooseleaf type = 0
        mon allow pool size one = true
        bluestore block create = true
        bluestore block size = 16G

        """
    }
}
