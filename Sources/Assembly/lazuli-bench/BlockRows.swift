// SPDX-License-Identifier: Apache-2.0
import Base

extension Stage {
    /// Blobs of four pieces, put as blocks and a list, and appended, beside the same bytes in one Put Blob.
    func blocks() {
        let clients = 16
        for (title, piece) in [("1 KiB", 1_024), ("256 KiB", 256 * 1_024)] {
            for kind in BlobTrips.Kind.allCases {
                row("\(kind.rawValue) of \(title)") {
                    let trips = BlobTrips(
                        container: blob(""),
                        kind: kind,
                        pieceBytes: piece,
                        clients: clients
                    )
                    var whole = put(connections: clients)
                    whole.body = String(repeating: "x", count: BlobTrips.pieces * piece)
                    let found = try alternate(
                        ours: { try trips.run(scratch, seconds: seconds) },
                        peer: { try rate(whole) }
                    )
                    return Row(
                        name: "blobs of \(BlobTrips.pieces) \(kind.rawValue) of \(title), \(clients) clients",
                        ours: found.ours,
                        unit: "/s",
                        peer: ("in one Put Blob", found.peer)
                    )
                }
            }
        }
    }
}

/// Blobs that `wrk` puts in pieces: each thread has one connection, and puts piece after piece of its own blobs.
private struct BlobTrips {
    enum Kind: String, CaseIterable {
        case blocks
        case appends
    }
    static let pieces = 4
    /// The address of the container, a slash behind it, signed.
    let container: String
    let kind: Kind
    let pieceBytes: Int
    let clients: Int

    /// Whole blobs a second.
    ///
    /// Throws when a request is refused.
    func run(_ scratch: Scratch, seconds: Int) throws -> Double {
        let trips = Trips(origin: container.prefix { $0 != "?" }, lua: lua(run: scratch.unique("r")), clients: clients)
        return try trips.run(scratch, seconds: seconds)
    }

    private func lua(run: String) -> String {
        let target = container.drop { $0 != ":" }.dropFirst(3).drop { $0 != "/" }
        let path = target.prefix { $0 != "?" }
        let query = target.dropFirst(path.count + 1)
        let ids = (0..<Self.pieces).map { Array("blk\($0)ab".utf8).base64 }
        let list = "<BlockList>" + ids.map { "<Latest>\($0)</Latest>" }.joined() + "</BlockList>"
        let step =
            switch kind {
            case .blocks:
                """
                if step < \(Self.pieces) then
                    return wrk.format('PUT', at .. 'comp=block&blockid=' .. ids[step + 1] .. '&' .. query, nil, piece)
                end
                return wrk.format('PUT', at .. 'comp=blocklist&' .. query, nil, [==[\(list)]==])
                """
            case .appends:
                """
                if step == 0 then
                    return wrk.format('PUT', at .. query, { ['x-ms-blob-type'] = 'AppendBlob' }, '')
                end
                return wrk.format('PUT', at .. 'comp=appendblock&' .. query, nil, piece)
                """
            }
        return """
            local path, query, run = [==[\(path)]==], [==[\(query)]==], '\(run)'
            local ids = {\(ids.map { "'\($0)'" }.joined(separator: ", "))}
            local piece = string.rep('x', \(pieceBytes))
            local step = 0
            function request()
                local at = path .. run .. '-' .. id .. '-' .. trips .. '?'
                \(step)
            end
            function response(status)
                if status >= 400 then bad = bad + 1 end
                step = step + 1
                if step > \(Self.pieces) then step, trips = 0, trips + 1 end
            end
            """
    }
}
