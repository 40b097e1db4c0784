/// What the file says, whoever wrote it. It is read when metrics are asked for.
extension MetricDefinition {
    /// The size of the file.
    package static let fileSize = Self("hearth_file_bytes", .gauge, from: .file, "Size of the file.")
    /// The size of the log.
    package static let logSize = Self("hearth_wal_bytes", .gauge, from: .file, "Size of the write-ahead log.")
    /// The space that is left.
    package static let freeSpace = Self(
        "hearth_disk_free_bytes",
        .gauge,
        from: .file,
        "Space that is left where the file is."
    )
    /// The state of the store.
    package static let health = Self(
        "hearth_health",
        .gauge,
        from: .file,
        "State of the store: 0 healthy, 1 degraded, 2 unhealthy."
    )
    /// The memories.
    package static let memories = Self(
        "hearth_memories",
        .gauge,
        from: .file,
        labels: ["agent", "type"],
        "Memories that are neither deleted nor folded, by owner and type."
    )
    /// Memories that were deleted or folded.
    package static let endedMemories = Self(
        "hearth_memories_ended",
        .gauge,
        from: .file,
        "Memories that were deleted or folded, and not purged yet."
    )
    /// The users.
    package static let users = Self("hearth_users", .gauge, from: .file, "Users that the file knows.")
    /// Drafts that wait for a sync.
    package static let pendingDrafts = Self(
        "hearth_drafts_pending",
        .gauge,
        from: .file,
        "Drafts that wait for a sync."
    )
    /// Conflicts that wait for a person.
    package static let pendingConflicts = Self(
        "hearth_conflicts_pending",
        .gauge,
        from: .file,
        labels: ["kind", "strategy"],
        "Conflicts that wait for review, by what the edits disagree about and the strategy that left them."
    )
    /// Leases that are held.
    package static let leasesHeld = Self("hearth_leases_held", .gauge, from: .file, "Leases that are held.")
    /// How many wait for a lease.
    package static let leaseWaiters = Self("hearth_lease_waiters", .gauge, from: .file, "Agents that wait for a lease.")
    /// Leases that ran out and were not swept.
    package static let leasesUnswept = Self(
        "hearth_leases_unswept",
        .gauge,
        from: .file,
        "Leases that ran out and were neither released nor swept."
    )
    /// The age of the lease held longest.
    package static let oldestLease = Self(
        "hearth_lease_oldest_seconds",
        .gauge,
        from: .file,
        "How long the lease that is held longest has been held; 0 where none is."
    )
    /// Rows of the audit.
    package static let auditRows = Self(
        "hearth_audit_rows",
        .gauge,
        from: .file,
        "Rows of the audit, pruned ones aside."
    )
    /// Texts without a vector.
    package static let embeddingQueue = Self(
        "hearth_embedding_queue",
        .gauge,
        from: .file,
        "Texts that wait for a vector of the present embedder."
    )
    /// Notifications that nobody has acknowledged.
    package static let pendingNotifications = Self(
        "hearth_notifications_pending",
        .gauge,
        from: .file,
        labels: ["severity"],
        "Notifications that no administrator has acknowledged, by severity."
    )
    /// When an agent was last synced.
    package static let lastSync = Self(
        "hearth_last_sync_timestamp_seconds",
        .gauge,
        from: .file,
        "When the latest sync that is recorded began, in seconds since 1970."
    )
    /// When upkeep last ended.
    package static let lastUpkeep = Self(
        "hearth_last_upkeep_timestamp_seconds",
        .gauge,
        from: .file,
        "When upkeep last ended, in seconds since 1970; 0 if it never has."
    )
    /// The syncs since the file was made.
    package static let fileSyncs = Self(
        "hearth_file_syncs_total",
        .counter,
        from: .file,
        labels: ["result"],
        "Syncs of one agent since the file was made, by result: success or failure."
    )
    /// The conflicts found since the file was made.
    package static let fileConflicts = Self(
        "hearth_file_conflicts_detected_total",
        .counter,
        from: .file,
        "Conflicts found since the file was made."
    )
    /// The conflicts settled since the file was made.
    package static let fileResolutions = Self(
        "hearth_file_conflicts_resolved_total",
        .counter,
        from: .file,
        "Conflicts settled since the file was made."
    )
    /// The leases acquired since the file was made.
    package static let fileLeases = Self(
        "hearth_file_leases_acquired_total",
        .counter,
        from: .file,
        "Leases acquired since the file was made."
    )
    /// The leases released since the file was made.
    package static let fileReleases = Self(
        "hearth_file_leases_released_total",
        .counter,
        from: .file,
        "Leases released since the file was made, those taken by force included."
    )
    /// The shares since the file was made.
    package static let fileShares = Self(
        "hearth_file_shares_total",
        .counter,
        from: .file,
        "Shares with other agents since the file was made, by call and by rule."
    )
}

/// How the exchange with other devices stands. A file that never joined a space has none of it.
extension MetricDefinition {
    /// Changes that wait to be sent.
    package static let hubOutgoing = Self(
        "hearth_hub_outgoing",
        .gauge,
        from: .file,
        "Changes that wait to be sent to other devices."
    )
    /// Changes that could not be sent.
    package static let hubKeptBack = Self(
        "hearth_hub_kept_back",
        .gauge,
        from: .file,
        "Changes that could not be sent, because a key can't be had or a memory is damaged."
    )
    /// Rows that were not looked at.
    package static let hubBehind = Self(
        "hearth_hub_behind_rows",
        .gauge,
        from: .file,
        "Rows that the hub had when it last answered and that were not looked at yet."
    )
    /// Rows that wait.
    package static let hubHeld = Self(
        "hearth_hub_held_rows",
        .gauge,
        from: .file,
        labels: ["reason"],
        "Rows of other devices that wait, by reason: incomplete, keyless, damaged, future or opaque."
    )
    /// Rows that the hub keeps back or has emptied.
    package static let hubMissing = Self(
        "hearth_hub_missing_rows",
        .gauge,
        from: .file,
        labels: ["how"],
        "Rows that the hub does not give, by how: withheld or emptied."
    )
    /// When an exchange last went well.
    package static let hubLastSuccess = Self(
        "hearth_hub_last_success_timestamp_seconds",
        .gauge,
        from: .file,
        "When an exchange with the hub last went well, in seconds since 1970; 0 if none has."
    )
    /// Exchanges that failed in a row.
    package static let hubFailures = Self(
        "hearth_hub_consecutive_failures",
        .gauge,
        from: .file,
        "Exchanges with the hub that have failed in a row."
    )
}

extension MetricDefinition {
    /// Every metric.
    package static let all: [Self] = [
        .stored, .searches, .commitSize, .commits, .checkpointFailures, .syncs, .syncTime, .drafts, .conflicts, .leases,
        .leaseWaits, .leaseTimeouts, .leasesExpired, .failures,
        .backgroundCycles, .backgroundTime, .backgroundRetries, .backgroundDrafts, .lastBackgroundSuccess, .upkeepItems,
        .upkeepTime, .hubExchanges, .hubExchangeTime, .hubRecords,
        .fileSize, .logSize, .freeSpace, .health, .memories, .endedMemories, .users, .pendingDrafts, .pendingConflicts,
        .leasesHeld, .leaseWaiters, .leasesUnswept, .oldestLease, .auditRows, .embeddingQueue, .pendingNotifications,
        .lastSync, .lastUpkeep, .fileSyncs, .fileConflicts, .fileResolutions, .fileLeases, .fileReleases, .fileShares,
        .hubOutgoing, .hubKeptBack, .hubBehind, .hubHeld, .hubMissing, .hubLastSuccess, .hubFailures,
    ]
}
