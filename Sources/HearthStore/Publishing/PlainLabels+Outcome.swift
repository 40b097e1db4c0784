import HearthModel
import HearthRules

extension PlainLabels {
    /// What a strategy makes of several heads, decided by plain ids and told by those of this file.
    ///
    /// - Parameter key: What ids of the memory are made with in this file.
    func outcome(for heads: [VersionID], policy: ReconcilePolicy, key: DigestKey) throws(MemoryError)
        -> ReconcileOutcome
    {
        let labels = heads.map { plain($0) }
        let graph = try VersionGraph(reaching: labels) { (id) throws(MemoryError) -> Version in
            guard let version = self[id] else {
                throw .corrupt(
                    "Version \(id), from which others were made, is missing; restore the file from a backup."
                )
            }
            return version
        }
        var policy = policy
        policy.publishedHead = policy.publishedHead.map { plain($0) }
        func stored(_ id: VersionID) throws(MemoryError) -> VersionID {
            guard let stored = self.stored(id) else { throw .corrupt("Version \(id) has no id in this file.") }
            return stored
        }
        switch try Reconcile.reconcile(graph, heads: labels, policy: policy) {
        case .fastForward(let id):
            return .fastForward(try stored(id))
        case .merged(var merge):
            guard let version = relabeled(merge.version, key: key) else {
                throw .corrupt("A head of memory \(merge.version.memoryID) has no id in this file.")
            }
            merge.version = version
            return .merged(merge)
        case .conflict(var waiting):
            if let base = waiting.base { waiting.base = try stored(base) }
            var heads: [VersionID] = []
            for head in waiting.heads { heads.append(try stored(head)) }
            waiting.heads = heads
            return .conflict(waiting)
        }
    }
}
