import HearthModel
import Synchronization

/// Hands out what an export says in batches of bounded size.
final class ExportBatches: Sendable {
    struct Batch: Sendable {
        var lines: [ExportLine] = []
        var memories: [ExportBundle] = []
        /// How much of the file was read.
        var fraction = 0.0
    }

    private struct State {
        var items: ExportItems
        /// The item that the next batch begins with.
        var next: ExportItems.Item?
    }

    private let state: Mutex<State>
    private let count: Int
    private let bytes: Int

    init(_ file: ExportFile, count: Int, bytes: Int) {
        (self.count, self.bytes) = (count, bytes)
        state = Mutex(State(items: ExportItems(file)))
    }

    /// The next batch; nil after the last. It has lines or memories, and not both.
    func next() throws -> Batch? {
        try state.withLock { state in
            var batch = Batch()
            var size = 0
            while let item = try state.next ?? state.items.next() {
                state.next = nil
                switch item {
                case .line(let line) where batch.memories.isEmpty:
                    batch.lines.append(line.value)
                    size += line.bytes.count
                case .memory(let memory) where batch.lines.isEmpty:
                    batch.memories.append(memory)
                    size += memory.size
                default:
                    state.next = item
                    batch.fraction = state.items.fraction
                    return batch
                }
                guard batch.lines.count + batch.memories.count < count, size < bytes else { break }
            }
            batch.fraction = state.items.fraction
            return batch.lines.isEmpty && batch.memories.isEmpty ? nil : batch
        }
    }
}
