// SPDX-License-Identifier: Apache-2.0
import Bytes
import Custody
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
