import ArgumentParser
import HearthMemory

/// What an edit changes.
struct ChangeOptions: ParsableArguments {
    @Option(
        name: [.customLong("tag"), .customLong("tags")],
        help: ArgumentHelp("A label, in place of all it has; may be given several times.", valueName: "tag")
    )
    var tags: [String] = []

    @Flag(help: "Take all labels away.")
    var noTags = false

    @Option(help: "How much it matters, 0 to 1.")
    var importance: Double?

    @Option(help: "How sure you are of it, 0 to 1.")
    var confidence: Double?

    @Option(help: "What it is about; only the owner changes that.")
    var category: MemoryCategory?

    @Option(
        help: ArgumentHelp(
            "A value of your own, in place of all it has; may be given several times.",
            valueName: "key=value"
        )
    )
    var metadata: [MetadataPair] = []

    @Flag(help: "Take all values of your own away.")
    var noMetadata = false

    @Option(help: ArgumentHelp("When it stops being returned: RFC 3339, or the last day of it.", valueName: "time"))
    var expires: Moment?

    @Flag(help: "Let it be returned for good.")
    var noExpiry = false

    @Flag(help: "Encrypt it at rest, with its history, even if it is deleted; only the owner decides that.")
    var sensitive = false

    @Flag(help: "Keep it in plain again; only the owner decides that.")
    var plain = false

    @OptionGroup var provenance: ProvenanceOptions

    func validate() throws {
        let pairs = [
            (sensitive && plain, "--sensitive", "--plain"),
            (!tags.isEmpty && noTags, "--tag", "--no-tags"),
            (!metadata.isEmpty && noMetadata, "--metadata", "--no-metadata"),
            (expires != nil && noExpiry, "--expires", "--no-expiry"),
        ]
        for (areBothGiven, option, flag) in pairs where areBothGiven {
            throw ValidationError("\(option) and \(flag) exclude each other.")
        }
    }

    /// Whether anything is to be changed.
    var isEmpty: Bool {
        tags.isEmpty && !noTags && importance == nil && confidence == nil && category == nil && metadata.isEmpty
            && !noMetadata && expires == nil && !noExpiry && !sensitive && !plain && provenance.provenance == nil
    }

    /// Whether nothing but its sensitivity is to be changed. That takes hold at once, and reaches a deleted memory.
    var isOfSensitivityAlone: Bool {
        var rest = self
        (rest.sensitive, rest.plain) = (false, false)
        return rest.isEmpty && !isEmpty
    }

    /// The change in the library's form; without `content` the text stays.
    func change(content: String?) throws -> MemoryChange {
        let expiry = try expires?.asExpiry()
        return MemoryChange(
            content: content,
            category: category,
            tags: noTags ? [] : tags.isEmpty ? nil : tags,
            importance: importance,
            confidence: confidence,
            metadata: noMetadata ? [:] : metadata.isEmpty ? nil : metadata.dictionary,
            expiresAt: noExpiry ? .some(nil) : expiry.map { .some($0) },
            isSensitive: sensitive ? true : plain ? false : nil,
            provenance: provenance.provenance
        )
    }
}

/// Who makes an edit, in which store, and whether it is published at once.
struct PublishOptions: ParsableArguments {
    @Flag(help: "Take the lease, publish at once and give the lease back, instead of leaving a draft.")
    var publish = false

    @Option(help: ArgumentHelp("How long to wait for the lease at most, with --publish.", valueName: "seconds"))
    var timeout = Seconds.patience

    @OptionGroup var agent: Required<AgentOptions>
    @OptionGroup var user: UserOptions
    @OptionGroup var store: StoreOptions

    /// What an edit does in a store, as an agent: under the agent's lease if it is to be published, else without one.
    typealias Edit<Result> = @Sendable (MultiAgentMemoryCoordinator, AgentID, MemoryLock?) async throws -> Result

    /// Opens the store and makes an edit of a memory there.
    ///
    /// - Parameter mayBeDeleted: Whether the edit is made without a lease where the agent has no such memory to take one of.
    func run<Result: Sendable>(
        _ id: MemoryID,
        mayBeDeleted: Bool = false,
        _ edit: Edit<Result>
    ) async throws -> Result {
        try await store.withStore(.existing, as: agent) { coordinator, agent in
            guard publish else { return try await edit(coordinator, agent, nil) }
            if mayBeDeleted,
                try await coordinator.memoryIfFound(id, agentID: agent, userID: user.id) == nil
            {
                return try await edit(coordinator, agent, nil)
            }
            return try await coordinator.syncService.withMemoryLock(
                memoryID: id,
                agentID: agent,
                timeout: timeout.duration,
                userID: user.id
            ) { lock in
                try await edit(coordinator, agent, lock)
            }
        }
    }
}
