// SPDX-License-Identifier: Apache-2.0
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore

/// Runs what a connection's requests do on the connection's own event loop.
///
/// A request then goes from the socket to the store and back without changing threads: handing it to another thread
/// and the answer back costs more than a small read does. What takes long by itself (password hashes) or waits for a
/// disk is handed on by its own layer.
struct OnItsLoop: ServerChildChannel {
    let base: HTTP2UpgradeChannel

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP2UpgradeChannel.Value> {
        base.setup(channel: channel, logger: logger)
    }
    func handle(value: HTTP2UpgradeChannel.Value, logger: Logger) async {
        await withTaskExecutorPreference(LoopExecutor(value.channel.eventLoop)) {
            await base.handle(value: value, logger: logger)
        }
    }
}

/// An event loop as the executor that tasks prefer.
private final class LoopExecutor: TaskExecutor {
    private let loop: any EventLoop
    init(_ loop: any EventLoop) { self.loop = loop }

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        // The job, not the loop, holds on to this executor; the closure does so until it has run.
        loop.execute { unsafe job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
