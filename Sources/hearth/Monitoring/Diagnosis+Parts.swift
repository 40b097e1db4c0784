import HearthMemory

/// The keys and the vectors, which others than the store give.
extension Diagnosis {
    /// Asks the key provider for every key that the file needs.
    mutating func examineKeys(_ keys: [UserKey], _ provider: (any KeyProvider)?) async {
        check("keys")
        guard let provider else { return }
        for identifier in Set(keys.map(\.providerKey)).sorted() {
            do {
                _ = try await provider.key(for: identifier)
            } catch {
                let users = Set(keys.filter { $0.providerKey == identifier }.map(\.userID)).count
                add(
                    "keys",
                    .broken,
                    """
                    The key \(identifier), which \(users == 1 ? "a user's" : "\(users) users'") sensitive memories need, can't be had: \
                    \((error as? MemoryError)?.message ?? "\(error)")
                    """,
                    remedy:
                        "Bring the key back where it was, or name where it is now. hearth keys status shows what is needed."
                )
            }
        }
    }

    /// Looks for texts without a vector, and makes the vectors if asked to.
    mutating func examineVectors(_ coordinator: MultiAgentMemoryCoordinator, fixes: Bool) async throws {
        check("vectors")
        let missing = try await coordinator.embeddingStatus().pending
        guard missing > 0 else { return }
        var isFixed = false
        if fixes {
            do {
                _ = try await coordinator.rebuildEmbeddings()
                isFixed = try await coordinator.embeddingStatus().pending == 0
            } catch let error as MemoryError where error.code == .embedderUnavailable || error.code == .keyUnavailable {
                // What is left is said below.
            }
        }
        add(
            "vectors",
            .attention,
            missing == 1
                ? "1 text has no vector of this embedder." : "\(missing) texts have no vector of this embedder.",
            remedy: "hearth embeddings rebuild",
            fixed: isFixed
        )
    }
}
