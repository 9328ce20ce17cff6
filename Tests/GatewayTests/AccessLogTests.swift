// SPDX-License-Identifier: Apache-2.0
import Gateway
import Testing

@Suite struct AccessLogTests {
    @Test(arguments: [(200, false), (404, false), (429, false), (500, true), (501, false), (503, true), (507, true)])
    func `what the region failed at is an error, and what it has not got is none`(status: Int, isError: Bool) {
        #expect(AccessLog.isFailure(status: status) == isError)
    }
}
