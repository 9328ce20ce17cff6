// SPDX-License-Identifier: Apache-2.0
import Bytes
import Custody
import Kernel
import Ledger
import Store

// The engines' errors in the operator's words: each already names its file and the way out.

extension StoreError {
    var words: String {
        switch self {
        case .conflict, .unknownResult: "the store is not in a state to be opened; start again."
        case .unavailable(let why), .corrupt(let why): why
        }
    }
}

extension BytesError {
    var words: String {
        switch self {
        case .full(let why), .corrupt(let why), .released(let why), .unavailable(let why): why
        }
    }
}

extension CustodyError {
    var words: String {
        switch self {
        case .wrongKey(let why), .unavailable(let why): why
        }
    }
}

extension TileError {
    var words: String {
        switch self {
        case .full(let why), .corrupt(let why), .unavailable(let why): why
        }
    }
}

extension StartError {
    /// Why the ledger is not taken up, by the file that does not fit.
    init(takingUpLedgerOf folder: DataFolder, _ error: any Error) {
        switch error {
        case let error as LedgerDamage:
            let file = error.file.map { "\(folder.ledger)/\($0)" } ?? folder.store + ":"
            self.init("\(file) \(error.why). \(Remains.wayOut)")
        case let error as StoreError: self.init(error.words)
        case let error as TileError: self.init(error.words)
        default:
            self.init(
                "\(folder.store): the ledger's head is not signed by \(folder.rootKey). Put this region's own key back."
            )
        }
    }
}
