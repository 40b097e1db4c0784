/// What an export wrote.
public struct ExportReport: Hashable, Sendable, Codable {
    /// Memories, those that are deleted and not yet purged included.
    public var memories: Int
    /// Versions of them.
    public var versions: Int
    /// Sensitive memories that were left out.
    public var sensitiveLeftOut: Int

    /// Assembles a report.
    public init(memories: Int = 0, versions: Int = 0, sensitiveLeftOut: Int = 0) {
        self.memories = memories
        self.versions = versions
        self.sensitiveLeftOut = sensitiveLeftOut
    }

    private enum CodingKeys: String, CodingKey {
        case memories, versions
        case sensitiveLeftOut = "sensitive_left_out"
    }
}

/// What an import of an export did.
public struct ImportReport: Hashable, Sendable, Codable {
    /// Memories that were stored.
    public var stored: Int
    /// Memories that were there already and were left as they are.
    public var present: Int
    /// How many of those have another published head than in the file.
    public var differing: Int
    /// How many of those are deleted here, and not in the file. Their owners can restore them.
    public var deletedHere: Int
    /// How many of those have expired here, so that nobody else finds them. Their owners can restore them.
    public var expiredHere: Int
    /// Memories that were erased here and are not brought back.
    public var erased: Int
    /// Memories that were deleted and purged here and are not brought back.
    public var deleted: Int
    /// Agents that came into the store.
    public var agents: Int
    /// Whether the profiles and the policy of the file were taken over: a store without users takes them.
    public var tookPolicy: Bool

    /// Assembles a report.
    public init(
        stored: Int = 0,
        present: Int = 0,
        differing: Int = 0,
        deletedHere: Int = 0,
        expiredHere: Int = 0,
        erased: Int = 0,
        deleted: Int = 0,
        agents: Int = 0,
        tookPolicy: Bool = false
    ) {
        self.stored = stored
        self.present = present
        self.differing = differing
        self.deletedHere = deletedHere
        self.expiredHere = expiredHere
        self.erased = erased
        self.deleted = deleted
        self.agents = agents
        self.tookPolicy = tookPolicy
    }

    private enum CodingKeys: String, CodingKey {
        case stored, present, differing, erased, deleted, agents
        case deletedHere = "deleted_here"
        case expiredHere = "expired_here"
        case tookPolicy = "took_policy"
    }
}
