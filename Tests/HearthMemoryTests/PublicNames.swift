import Foundation
import HearthMemory
import TestSupport
import Testing

/// The names, labels and defaults that hosts compile against: this suite must go on compiling as it stands.
@Suite(.timeLimit(.minutes(60))) struct PublicNames {
    private func requireIdentifier<ID>(_: ID.Type, _ text: String) throws
    where
        ID: RawRepresentable<String> & ExpressibleByStringLiteral & Hashable & Comparable & Sendable & Codable
            & CodingKeyRepresentable & CustomStringConvertible
    {
        let id = try #require(ID(rawValue: text))
        #expect(id.description == text)
        let json = try JSONEncoder().encode([id: 1])
        #expect(String(decoding: json, as: UTF8.self) == "{\"\(text)\":1}")
        #expect(try JSONDecoder().decode([ID: Int].self, from: json) == [id: 1])
    }

    private func require<Value: Sendable & Codable>(_ value: Value) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        let json = try encoder.encode([value])
        let decoded = try JSONDecoder().decode([Value].self, from: json)
        #expect(try encoder.encode(decoded) == json)
    }

    private func requireSendable(_: some Sendable) {}

    @Test func `identifiers are distinct values that encode as text and as keys`() throws {
        try requireIdentifier(AgentID.self, "alden")
        try requireIdentifier(UserID.self, "user_123")
        try requireIdentifier(SessionID.self, "sess_abc")
        try requireIdentifier(MemoryID.self, "mem_1")
        try requireIdentifier(VersionID.self, "ver_1")
        try requireIdentifier(ConflictID.self, "conf_1")
        try requireIdentifier(OperationID.self, "op_1")
    }

    @Test func `closed sets have their cases and raw values`() {
        #expect(MemoryType.allCases.map(\.rawValue) == ["episodic", "semantic", "procedural", "working", "contextual"])
        #expect(AgentPriority.allCases.map(\.rawValue) == [1, 2, 3, 4])
        #expect(AgentPriority.critical > .high && AgentPriority.high > .medium && AgentPriority.medium > .low)
        let statuses: [AgentStatus] = [.active, .inactive, .maintenance, .error]
        #expect(statuses.map(\.rawValue) == ["active", "inactive", "maintenance", "error"])
        let syncs: [SyncStatus] = [.synced, .pending, .conflict, .deleted, .locked]
        #expect(syncs.map(\.rawValue) == ["synced", "pending", "conflict", "deleted", "locked"])
        #expect(
            ConflictResolution.allCases.map(\.rawValue) == [
                "latest_wins", "highest_importance", "agent_priority", "manual_review", "merge_content",
            ]
        )
        let kinds: [ConflictKind] = [.content, .metadata, .deletion]
        #expect(kinds.map(\.rawValue) == ["content", "metadata", "deletion"])
        #expect(Set(SearchType.allCases) == [.hybrid, .semantic, .keyword])
        #expect([SharePermission.read, .propose].map(\.rawValue) == ["read", "propose"])
        #expect(
            [HealthReport.Status.healthy, .degraded, .unhealthy].map(\.rawValue) == [
                "healthy", "degraded", "unhealthy",
            ]
        )
    }

    @Test func `the open sets have their well-known members`() {
        let categories: [MemoryCategory] = [
            .general, .conversation, .task, .knowledge, .preference, .analysis, .pattern, .behavioral, .security,
            .incident, .alert, .audit, .persona, .style, .template, .userPreferences, .systemKnowledge,
            .securityAlerts, .behavioralPatterns, .personalConversations, .privateTasks, .analysisInternals,
            .cognitiveModels, .securityCredentials, .incidentDetails, .personaTemplates, .styleAdaptations,
        ]
        let names = [
            "general", "conversation", "task", "knowledge", "preference", "analysis", "pattern", "behavioral",
            "security", "incident", "alert", "audit", "persona", "style", "template", "user_preferences",
            "system_knowledge", "security_alerts", "behavioral_patterns", "personal_conversations", "private_tasks",
            "analysis_internals", "cognitive_models", "security_credentials", "incident_details",
            "persona_templates", "style_adaptations",
        ]
        #expect(categories.map(\.rawValue) == names)
        #expect(MemoryCategory("garden") == "garden")
        let codes: [MemoryError.Code] = [
            .unknownAgent, .agentNotActive, .memoryNotFound, .accessDenied, .restrictedCategory, .invalidArgument,
            .invalidConfiguration, .versionMismatch, .locked, .lockLost, .lockNotHeld, .conflictNotFound,
            .conflictAlreadyResolved, .decisionRequired, .storeBusy, .storeFull, .storeReadOnly, .storeCorrupt,
            .notAHearthStore, .schemaTooNew, .keyUnavailable, .decryptionFailed, .embeddingMismatch,
            .embedderUnavailable, .closed,
        ]
        #expect(Set(codes).count == codes.count)
        let error = MemoryError(code: .locked, message: "Held.")
        #expect(error.errorDescription == "Held." && error.sqliteCode == nil)
    }

    @Test func `values have the initializers and defaults that hosts use`() throws {
        let draft = MemoryDraft(content: "Tea.")
        #expect(draft.type == .episodic && draft.category == .general && draft.tags == [])
        #expect(draft.importance == 0.5 && draft.confidence == 0.8 && draft.metadata == [:] && !draft.isSensitive)
        #expect(draft.expiresAt == nil && draft.parentID == nil && draft.createdAt == nil)
        try require(
            MemoryDraft(
                content: "Tea.",
                type: .semantic,
                category: .task,
                tags: ["a"],
                importance: 1,
                confidence: 1,
                metadata: ["a": "b"],
                isSensitive: true,
                expiresAt: .distantFuture,
                parentID: "mem_1",
                createdAt: .now
            )
        )
        let change = MemoryChange()
        #expect(change.content == nil && change.expiresAt == nil)
        try require(
            MemoryChange(
                content: "Tea.",
                category: .task,
                tags: [],
                importance: 0,
                confidence: 1,
                metadata: [:],
                expiresAt: .some(nil)
            )
        )
        try require(
            AgentProfile(
                id: "gardener",
                name: "Gardener",
                priority: .low,
                retention: .seconds(60),
                conflictResolution: .mergeContent,
                memoryTypes: [.working],
                categories: ["garden"],
                workingMemoryLimit: 3
            )
        )
        #expect(AgentProfile.hearthlink.map(\.id) == ["alden", "alice", "sentry", "mimic"])
        #expect([AgentProfile.alden, .alice, .sentry, .mimic] == AgentProfile.hearthlink)
        #expect(AgentProfile.system.priority == .critical)
        let filter = SearchFilter(
            types: [.working],
            categories: [.task],
            tags: ["a"],
            createdAfter: .distantPast,
            createdBefore: .distantFuture,
            minimumImportance: 0,
            minimumScore: 0
        )
        requireSendable(filter)
        let locations: [StoreLocation] = ["/tmp/a.hearth", .file("/tmp/a.hearth"), .temporary, .inMemory]
        #expect(locations.count == 4)
        let decisions: [ManualDecision] = [.keep("ver_1"), .content("Tea."), .delete]
        requireSendable(decisions)
    }

    @Test func `a configuration has the settings that hosts set`() throws {
        var configuration = CoordinatorConfiguration()
        #expect(configuration.syncInterval == .seconds(60) && configuration.lockDuration == .seconds(300))
        #expect(configuration.defaultResolution == .latestWins && !configuration.isReadOnly)
        #expect(configuration.agents == nil && configuration.sharing == nil && configuration.retention == [:])
        #expect(configuration.keyProvider == nil)
        #expect(configuration.embedder != nil)
        configuration.durability = .normal
        configuration.durability = .full
        configuration.agents = [.alden]
        configuration.sharing = .hearthlink
        configuration.retention = ["alden": .seconds(60)]
        configuration.embedder = nil
        let given = try CoordinatorConfiguration(environment: ["MEMORY_SYNC_INTERVAL": "5"])
        #expect(given.syncInterval == .seconds(5))
        #expect(throws: MemoryError.self) { try CoordinatorConfiguration(environment: ["MEMORY_SYNC_INTERVAL": "x"]) }
    }
}
