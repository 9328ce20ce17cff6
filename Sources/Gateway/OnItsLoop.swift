// SPDX-License-Identifier: Apache-2.0
import HummingbirdCore
import HummingbirdHTTP2
import Kernel
import Logging
import NIOCore
import NIOSSL
import Synchronization

/// Runs what a connection's requests do on the connection's own event loop.
///
/// A request then goes from the socket to the store and back without changing threads: handing it to another thread
/// and the answer back costs more than a small read does. What takes long by itself (password hashes) or waits for a
/// disk is handed on by its own layer.
struct OnItsLoop: ServerChildChannel {
    let base: HTTP2UpgradeChannel
    let loops: LoopBook

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2UpgradeChannel.Value> {
        base.setup(channel: channel, logger: logger)
            .flatMapThrowing { value in
                let pipeline = channel.pipeline.syncOperations
                try pipeline.addHandler(
                    QuietGuard(),
                    position: .after(try pipeline.handler(type: NIOSSLServerHandler.self))
                )
                return value
            }
    }
    func handle(value: HTTP2UpgradeChannel.Value, logger: Logger) async {
        let executor = ConnectionExecutor(loops.turns(of: value.channel.eventLoop))
        await Turn.$current.withValue(executor) {
            await withTaskExecutorPreference(executor) { await base.handle(value: value, logger: logger) }
        }
    }
}

/// The turns of each event loop, one for all that listens.
final class LoopBook: Sendable {
    private let known = Mutex<[ObjectIdentifier: LoopTurns]>([:])

    func turns(of loop: any EventLoop) -> LoopTurns {
        known.withLock { known in
            if let turns = known[ObjectIdentifier(loop)] { return turns }
            let turns = LoopTurns(loop)
            known[ObjectIdentifier(loop)] = turns
            return turns
        }
    }
}
