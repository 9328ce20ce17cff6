// SPDX-License-Identifier: Apache-2.0
import Clients
import Testing

/// Every test of clients other than `az`, one at a time beside the `az` tests.
@Suite(.serialized) struct OtherClientTests {}

extension OtherClientTests {
    @Suite struct SDKs {
        /// Each file under `python` says what it proves; pytest's own report is the failure message.
        @Test(arguments: [
            "test_identity", "test_management", "test_graph", "test_blob", "test_blob_async", "test_queue",
            "test_queue_async", "test_table", "test_table_async", "test_blob_kinds", "test_datalake",
            "test_changefeed", "test_frames", "test_other_clients",
        ])
        func `the Python SDKs work unmodified`(file: String) async throws {
            let home = try Home(await Region.shared())
            let folder = "\(Tool.root)/Tests/ClientTests/python"
            let output = try await home.run(
                "python",
                ["-m", "pytest", "-c", "\(folder)/pytest.ini", "\(folder)/\(file).py"],
                timeoutSeconds: 600
            )
            #expect(output.status == 0, "\(output.report)\n\(home.region.log)")
        }
    }
}
