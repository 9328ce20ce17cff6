// SPDX-License-Identifier: Apache-2.0
package import Base
import HTTPTypes
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
package import Kernel
package import Logging
package import Meters
import NIOCore
import NIOSSL
package import ServiceLifecycle

/// Where and how the region listens.
package struct GatewayConfiguration: Sendable {
    /// Addresses to bind; both families, because resolvers hand out either.
    package var addresses: [String]
    package var port: Int
    /// What new connections are shown; it may be replaced while the region listens.
    package var certificate: ServedCertificate
    /// Connections open at one time, over all addresses; others wait to be accepted.
    ///
    /// Each takes a file descriptor, and without one left the store could not open a file.
    package var connectionsMax: Int

    package init(addresses: [String], port: Int, certificate: ServedCertificate, connectionsMax: Int) {
        self.addresses = addresses
        self.port = port
        self.certificate = certificate
        self.connectionsMax = connectionsMax
    }
}

/// The only place that knows an HTTP server: it turns what arrives into a `Request`, and a `Reply` into what leaves.
package struct Gateway: Sendable {
    private let dispatcher: Dispatcher
    private let world: World
    private let logger: Logger
    private let meters: Meters?

    /// `meters`, where given, are told of every request.
    package init(dispatcher: Dispatcher, world: World, logger: Logger, meters: Meters? = nil) {
        self.dispatcher = dispatcher
        self.world = world
        self.logger = logger
        self.meters = meters
    }

    /// Serves at every address; told to stop, it takes nothing new at any of them and finishes what it was asked.
    ///
    /// `ready` is called once for each that listens.
    package func service(
        _ configuration: GatewayConfiguration,
        ready: @escaping @Sendable () async -> Void
    ) throws -> some Service {
        let responder = Responder(dispatcher: dispatcher, world: world, logger: logger, meters: meters)
        let server = try server(configuration, responder)
        var quiet = logger
        quiet.logLevel = .warning
        let applications = configuration.addresses.map { address in
            Application(
                responder: responder,
                server: server,
                configuration: ApplicationConfiguration(
                    address: .hostname(address, port: configuration.port),
                    backlog: GatewayLimits.backlog,
                    availableConnectionsDelegate: MaximumAvailableConnections(
                        max(1, configuration.connectionsMax / configuration.addresses.count)
                    )
                ),
                onServerRunning: { _ in await ready() },
                logger: quiet
            )
        }
        return Together(services: applications)
    }

    private func server(_ configuration: GatewayConfiguration, _ refusing: Responder) throws -> HTTPServerBuilder {
        let certificate = configuration.certificate
        let shown = certificate.current
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: shown.chain,
            privateKey: .privateKey(shown.key)
        )
        // Asked at every handshake, so that a renewed leaf needs no restart.
        tls.sslContextCallback = { _, promise in promise.succeed(certificate.change(since: shown)) }
        tls.minimumTLSVersion = .tlsv12
        let channel = HTTP1Channel.Configuration(
            additionalChannelHandlers: [ProgressGuard(), RefusalGuard { refusing.refusal(of: $0, client: $1) }],
            idleTimeout: .seconds(GatewayLimits.idleSeconds),
            httpDecoderConfiguration: .init(
                maxHeaderFieldSize: GatewayLimits.headerFieldMax,
                maxHeaderListSize: GatewayLimits.headerListMax,
                maxHeaderFieldCount: GatewayLimits.headerCountMax
            )
        )
        let settings = HTTP2UpgradeChannel.Configuration(
            idleTimeout: .seconds(GatewayLimits.idleSeconds),
            streamConfiguration: channel
        )
        let loops = LoopBook()
        return HTTPServerBuilder { [tls] responder in
            OnItsLoop(
                base: try HTTP2UpgradeChannel(tlsConfiguration: tls, configuration: settings, responder: responder),
                loops: loops
            )
        }
    }
}

/// Services that stop at the same time: a group of services stops one only after the other has ended.
private struct Together: Service {
    let services: [any Service]
    func run() async throws {
        try await withThrowingTaskGroup(of: Void.self) { group in
            for service in services { group.addTask { try await service.run() } }
            try await group.waitForAll()
        }
    }
}

/// The bounds of a connection.
package enum GatewayLimits {
    /// Connections waiting to be accepted.
    static let backlog = 1024
    /// A connection without a request is closed after this; Azure's front ends keep four minutes.
    static let idleSeconds: Int64 = 120
    /// A connection on which nothing was said for this long after it was opened is closed; a handshake takes a moment.
    static let arrivalSeconds: Int64 = 30
    /// An HTTP/2 connection that had no stream for this long is closed: it was asked to end at `idleSeconds`.
    package static let quietSeconds = idleSeconds + 30
    /// A request or answer whose bytes do not move for this long is cut off: slow clients hold memory and snapshots.
    static let stalledSeconds: Int64 = 30
    /// A connection that ends with a refusal stays open for this long, so that a client still sending can read it.
    static let lingerSeconds: Int64 = 2
    /// Bytes of a body that must come in that time, unless it ends; IIS and Kestrel ask for as much (240 bytes a second).
    package static let paceBytes = 7_200
    /// An answer is seen to be taken by portions of this size.
    static let portionBytes = 64 * 1024
    /// One header field: SAS and bearer tokens reach a few KiB.
    static let headerFieldMax = 32 * 1024
    /// All header fields of a request.
    static let headerListMax = 64 * 1024
    /// Header fields of a request.
    static let headerCountMax = 200
    /// The query and path.
    static let targetMax = 32 * 1024
}
