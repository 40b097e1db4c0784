package import HearthModel
import HearthRules

extension MemoryStore {
    /// Stores memories under identifiers that the host gives, in one transaction; durable on return.
    ///
    /// As ``importMemories(_:maximumTrust:allowErased:)``, and says what became of each memory. A parent may come behind
    /// the memory that names it.
    ///
    /// - Parameter onInvalid: Whether a memory that can't be stored refuses them all, or is left out alone.
    package func importMemories(
        _ batch: [MemoryImport],
        onInvalid: MemoryImport.InvalidRows,
        maximumTrust: Double = Provenance.Origin.import.usualTrust,
        allowErased: Bool = false
    ) async throws -> ImportOutcome {
        _ = try Provenance(origin: .import, trust: maximumTrust).validated()
        let refused = try refusals(of: batch, atOnce: onInvalid == .refuse)
        let valid = batch.indices.filter { refused[$0] == nil }
        let (order, circular) = ImportOrder.parentsFirst(valid.map { batch[$0] })
        var outcome = ImportOutcome(
            counts: ImportCounts(),
            ids: batch.map { Optional($0.id) },
            refused: refused.mapValues(ImportRefusal.init)
        )
        for place in circular.sorted().map({ valid[$0] }) {
            let error = MemoryError.circularParent(of: batch[place], number: place + 1)
            guard onInvalid == .skip else { throw error }
            outcome.refused[place] = ImportRefusal(error)
        }
        let places = order.map { valid[$0] }
        let stored = try await importInOrder(
            places.map { batch[$0] },
            at: places,
            skipsRefused: onInvalid == .skip,
            maximumTrust: maximumTrust,
            allowErased: allowErased
        )
        outcome.counts = stored.counts
        outcome.counts.renamed = Dictionary(uniqueKeysWithValues: stored.counts.renamed.map { (places[$0], $1) })
        for (place, id) in zip(places, stored.ids) { outcome.ids[place] = id }
        for (place, id) in outcome.counts.renamed { outcome.ids[place] = id }
        for (place, refusal) in stored.refused { outcome.refused[places[place]] = refusal }
        for place in stored.absent { outcome.ids[places[place]] = nil }
        for place in outcome.refused.keys { outcome.ids[place] = nil }
        return outcome
    }

    /// The memories that can be seen to be invalid before anything is written, by their place.
    ///
    /// - Parameter atOnce: Whether to throw for the first one.
    private func refusals(of batch: [MemoryImport], atOnce: Bool) throws -> [Int: MemoryError] {
        var refused: [Int: MemoryError] = [:]
        for (place, item) in batch.enumerated() {
            do {
                try item.validate()
            } catch {
                if atOnce { throw error }
                refused[place] = error
            }
        }
        guard !atOnce else { return [:] }
        let acting = try read { snapshot in
            var errors: [AgentID: MemoryError] = [:]
            for agent in Set(batch.map(\.agentID)) {
                do {
                    _ = try snapshot.directory.acting(agent)
                } catch let error as MemoryError {
                    errors[agent] = error
                }
            }
            return errors
        }
        for (place, item) in batch.enumerated() where refused[place] == nil {
            refused[place] = acting[item.agentID]
            if refused[place] == nil, item.draft.isSensitive, keyring.provider == nil {
                refused[place] = .noKeyToSeal()
            }
        }
        return refused
    }
}

extension ImportRefusal {
    fileprivate init(_ error: MemoryError) {
        self.init(code: error.code, message: error.message)
    }
}

extension MemoryError {
    fileprivate static func circularParent(of item: MemoryImport, number: Int) -> MemoryError {
        .invalidArgument(
            "Memory \(number) of the call, \(item.id), has itself among its parents; give one of them another parent, or none."
        )
    }
}
