// SPDX-License-Identifier: Apache-2.0
import Kernel
import Storage

/// Writes down when blobs were read, beside the requests that read them (docs/decisions/0022).
struct AccessKeeping {
    private let journal: Journal
    private let notes: AccessNotes

    init(_ journal: Journal, _ storage: StorageProvider) {
        self.journal = journal
        notes = storage.accesses
    }
    func run(report: @Sendable (String) -> Void) async {
        while !Task.isCancelled {
            await notes.wait()
            while !Task.isCancelled, let batch = notes.take() { await keep(batch, report) }
        }
    }
    /// What cannot be kept is left to the next read of the blob.
    private func keep(_ batch: AccessBatch, _ report: @Sendable (String) -> Void) async {
        do throws(ServiceError) { return try await change(batch) } catch {
            guard error.status != 503 else { return report("\(AccessBatch.name): \(error.message) \(error.detail)") }
        }
        for part in batch.parts where !Task.isCancelled {
            do throws(ServiceError) { try await change(part) } catch {
                report("\(AccessBatch.name): \(error.message) \(error.detail)")
            }
        }
    }
    private func change(_ batch: AccessBatch) async throws(ServiceError) {
        let note = ChangeNote(actor: "region:access-tracking", action: AccessBatch.name, operation: AccessBatch.name)
        _ = try await journal.change(note, StorageProvider.namespace, batch.tenant) {
            scope async throws(ServiceError) in
            try await batch.keep(scope)
        }
    }
}
