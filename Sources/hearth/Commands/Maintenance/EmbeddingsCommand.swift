import ArgumentParser
import HearthMemory
import Synchronization

struct EmbeddingsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "embeddings",
        abstract: "See how far memories have vectors, and make those that are missing.",
        subcommands: [Status.self, Rebuild.self],
        defaultSubcommand: Status.self
    )

    struct Status: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Count the memories that have a vector of the embedder and those that wait for one.",
            discussion: """
                Memories without a vector of the present embedder are found by their words alone.

                JSON: embedder, dimension, documents (what search can find, drafts among them), embedded, pending, without_vector (blank, or \
                refused by the embedder: found by their words; withoutVector, as it was called before, is the same).
                """
        )

        @OptionGroup var embedder: EmbedderOptions
        @OptionGroup var store: StoreOptions

        func run() async throws {
            let status = try await store.withStore(.existing, embedder: embedder) { coordinator in
                try await coordinator.embeddingStatus()
            }
            try store.output.print(EmbeddingsReport(status: status))
        }
    }

    struct Rebuild: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make the vectors that are missing or of another embedder.",
            discussion: """
                Everything else goes on meanwhile. What is done is kept: a rebuild that was stopped, by Ctrl-C or by kill -9, is completed by \
                running it again. A text that the embedder refuses stays without a vector and isn't sent again unless --force is given. The \
                exit status is 1 where it was stopped, and where the embedder fails for more than single texts: its key is wrong, \
                its model is absent, its vectors point nowhere.

                JSON: made (by this run) and the keys of `hearth embeddings status`.
                """
        )

        @Flag(help: "Make all vectors anew, also those that the embedder has made already.")
        var force = false
        @OptionGroup var embedder: EmbedderOptions
        @OptionGroup var store: StoreOptions

        func run() async throws {
            Signals.noteInterrupts()
            let (made, status) = try await store.withStore(.existing, embedder: embedder) { coordinator in
                (try await rebuild(in: coordinator), try await coordinator.embeddingStatus())
            }
            try store.output.print(EmbeddingsReport(status: status, made: made))
            guard !Signals.interrupted else {
                Console.error.complain("Interrupted. Run the rebuild again to make the rest.")
                throw ExitCode.failure
            }
        }

        /// Makes the missing vectors and returns how many it made: all of them, unless it was interrupted.
        private func rebuild(in coordinator: MultiAgentMemoryCoordinator) async throws -> Int {
            let before = try await coordinator.embeddingStatus()
            let waiting = force ? before.documents : before.pending
            let progress = Progress()
            let console = Console.error
            defer { console.redraw("") }
            // The command itself goes on when the rebuild is interrupted, and says what was made.
            let rebuilding = Task { [force] in
                try await coordinator.rebuildEmbeddings(force: force) { done in
                    progress.done.withLock { $0 = done }
                    console.redraw("Embedding: \(done) of \(waiting)")
                    if Signals.interrupted { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            do {
                return try await rebuilding.value
            } catch is CancellationError where Signals.interrupted {
                return progress.done.withLock(\.self)
            }
        }
    }
}

/// How far a rebuild has come.
private final class Progress: Sendable {
    let done = Mutex(0)
}

/// How many memories have a vector.
private struct EmbeddingsReport: Report {
    var status: EmbeddingStatus
    /// How many vectors a rebuild has made; nil if there was no rebuild.
    var made: Int?

    private enum CodingKeys: String, CodingKey {
        case made
        case withoutVector = "without_vector"
    }

    func encode(to encoder: any Encoder) throws {
        try status.encode(to: encoder)
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encodeIfPresent(made, forKey: .made)
        try container.encode(status.withoutVector, forKey: .withoutVector)
    }

    func render(on page: inout Page) {
        var facts: [(name: String, value: Styled)] = [
            ("embedder", Styled(status.embedder ?? "none")),
            ("memories and drafts", "\(status.documents)"),
            ("with a vector", Styled("\(status.embedded)", .good)),
            ("waiting for one", Styled("\(status.pending)", status.pending > 0 ? .caution : .plain)),
        ]
        if status.withoutVector > 0 { facts.append(("blank or refused", "\(status.withoutVector)")) }
        if let made { facts.append(("made now", "\(made)")) }
        page.facts(facts)
        if made == nil, status.pending > 0 {
            page.line("`hearth embeddings rebuild` makes them; until then those memories are found by their words.")
        }
    }
}
