public import HearthModel
import HearthStore

extension MultiAgentMemoryCoordinator {
    /// Writes out everything as lines of JSON: agents, policy, sessions, memories with all versions, drafts, shares and
    /// conflicts, and what keeps erased memories away. <doc:Export> describes the format.
    ///
    /// The lines are of one state of the store, while others read and write. The file comes to its place whole or not at
    /// all, and only its owner can read it; durable on return. The audit gets a row.
    ///
    /// The administrator's: no agent is asked for.
    ///
    /// - Parameters:
    ///   - userID: Whose memories; nil: everybody's.
    ///   - includeSensitive: Whether sensitive memories are written too, in plain, with the key that makes the ids of
    ///     their versions. If not, they are left out.
    ///   - path: The file, which must not exist.
    /// - Returns: How many memories were written.
    /// - Throws: `.keyUnavailable` if sensitive memories are asked for and there is no key; `.invalidArgument` for an unknown
    ///   user, or if there is something at the path; `.storeFull`; `.storeReadOnly`.
    @discardableResult
    public func exportMemories(userID: UserID?, includeSensitive: Bool = false, to path: String) async throws -> Int {
        try await exportReport(userID: userID, includeSensitive: includeSensitive, to: path).memories
    }

    /// Writes a file as ``exportMemories(userID:includeSensitive:to:)`` does, and says more of what it did.
    public func exportReport(
        userID: UserID? = nil,
        includeSensitive: Bool = false,
        to path: String
    ) async throws -> ExportReport {
        try await operations.administer {
            try await $0.export(userID: userID, includesSensitive: includeSensitive, toFile: path)
        }
    }

    /// Hands out the lines of ``exportMemories(userID:includeSensitive:to:)``, as bytes.
    ///
    /// - Parameters:
    ///   - userID: Whose memories; nil: everybody's.
    ///   - includeSensitive: Whether sensitive memories are written too, in plain.
    ///   - write: Gets each line with its line break, on a thread of its own. What it throws ends the export.
    public func exportMemories(
        userID: UserID? = nil,
        includeSensitive: Bool = false,
        write: @escaping @Sendable ([UInt8]) throws -> Void
    ) async throws -> ExportReport {
        try await operations.administer {
            try await $0.export(userID: userID, includesSensitive: includeSensitive, to: write)
        }
    }

    /// Stores what an export says, exactly as it was: the same ids, versions, heads and times; durable on return.
    ///
    /// The whole file is checked before anything is stored. Then memories are stored in batches, so an import that was
    /// stopped is completed by another one. A memory that its user and its owner have here already is left as it is,
    /// deleted or not. One that was erased here is not stored, and neither is another of an erased text.
    ///
    /// A store without users takes the profiles and the policy of the file. Any other takes the agents that it lacks, and
    /// keeps the rest as it is. No rule lowers trust: import only exports that you trust.
    ///
    /// The administrator's: no agent is asked for.
    ///
    /// - Parameters:
    ///   - path: The export.
    ///   - allowErased: Whether a text that was erased may come back under another identifier.
    ///   - progress: How much is done, 0…1.
    /// - Throws: `.invalidArgument` that names the line that is wrong; `.schemaTooNew` for a later format;
    ///   `.keyUnavailable` if there are sensitive memories and no key provider; `.storeReadOnly`; `.storeFull`.
    @discardableResult
    public func importMemories(
        from path: String,
        allowErased: Bool = false,
        progress: (@Sendable (Double) -> Void)? = nil
    ) async throws -> ImportReport {
        try await operations.administer {
            try await $0.importExport(from: path, allowErased: allowErased, progress: progress)
        }
    }
}
