// SPDX-License-Identifier: Apache-2.0
import Kernel

/// Fills one page of a list through a filter, reading no more rows than the limit of one request.
enum Listing {
    /// `read` gives at most so many rows from behind a marker, `marker` is a row's own, `takes` says whether it is
    /// shown.
    ///
    /// The marker returned is nil at the end of the list.
    static func fill<Row>(
        _ page: Page,
        read: (String?, Int) async throws(ServiceError) -> [Row],
        marker: (Row) -> String,
        takes: (Row) async throws(ServiceError) -> Bool
    ) async throws(ServiceError) -> (rows: [Row], next: String?) {
        var found: [Row] = []
        var (last, scanned) = (page.marker, 0)
        while true {
            let rows = try await read(last, Limits.batch)
            for row in rows {
                if try await takes(row) {
                    guard found.count < page.size else { return (found, last) }
                    found.append(row)
                }
                last = marker(row)
            }
            scanned += rows.count
            if rows.count < Limits.batch { return (found, nil) }
            if scanned >= Limits.scannedMax { return (found, last) }
        }
    }
}
