/// What a process counts and measures while it works.
extension MetricDefinition {
    /// Memories stored.
    package static let stored = Self(
        "hearth_memories_stored_total",
        .counter,
        from: .process,
        "Memories stored."
    )
    /// The time of a search.
    package static let searches = Self(
        "hearth_search_duration_seconds",
        .duration,
        from: .process,
        labels: ["type"],
        "Time of a search, by its type."
    )
    /// The size of a group commit.
    package static let commitSize = Self(
        "hearth_commit_operations",
        .operations,
        from: .process,
        "Operations that one commit made durable together."
    )
    /// The time of a commit.
    package static let commits = Self(
        "hearth_commit_duration_seconds",
        .duration,
        from: .process,
        "Time that a commit took, the wait for the disk included."
    )
    /// Failed attempts to copy the log.
    package static let checkpointFailures = Self(
        "hearth_checkpoint_failures_total",
        .counter,
        from: .process,
        "Attempts to copy the write-ahead log into the file that failed."
    )
    /// The syncs of agents.
    package static let syncs = Self(
        "hearth_syncs_total",
        .counter,
        from: .process,
        labels: ["result"],
        "Syncs of one agent that ended, by result: success, or failure where any draft was left with an error."
    )
    /// The time of a sync.
    package static let syncTime = Self(
        "hearth_sync_duration_seconds",
        .duration,
        from: .process,
        "Time of the sync of one agent."
    )
    /// Drafts that a sync took up.
    package static let drafts = Self(
        "hearth_drafts_total",
        .counter,
        from: .process,
        labels: ["outcome"],
        "Drafts that a sync took up, by what became of them: settled, conflict, refused, leased or failed."
    )
    /// Conflicts found.
    package static let conflicts = Self(
        "hearth_conflicts_total",
        .counter,
        from: .process,
        labels: ["kind", "strategy"],
        "Conflicts found, by what the edits disagree about and the strategy that was asked."
    )
    /// Leases acquired.
    package static let leases = Self(
        "hearth_leases_acquired_total",
        .counter,
        from: .process,
        labels: ["waited"],
        "Leases acquired, by whether the agent had to wait: yes or no."
    )
    /// The time of a wait for a lease.
    package static let leaseWaits = Self(
        "hearth_lease_wait_duration_seconds",
        .duration,
        from: .process,
        "Time that an agent waited for a lease that another had, however the wait ended."
    )
    /// Waits that ended without a lease.
    package static let leaseTimeouts = Self(
        "hearth_lease_timeouts_total",
        .counter,
        from: .process,
        "Waits for a lease that ended without it."
    )
    /// Leases that ran out.
    package static let leasesExpired = Self(
        "hearth_leases_expired_total",
        .counter,
        from: .process,
        "Leases that were found to have run out without being released."
    )
    /// Calls that threw.
    package static let failures = Self(
        "hearth_failures_total",
        .counter,
        from: .process,
        labels: ["code"],
        "Calls that threw an error, by its code."
    )
}

/// What background sync and upkeep count and measure.
extension MetricDefinition {
    /// Cycles of background sync.
    package static let backgroundCycles = Self(
        "hearth_background_cycles_total",
        .counter,
        from: .process,
        labels: ["outcome"],
        "Cycles of background sync that ended, by outcome: success, failure, or interrupted by a pause or a stop."
    )
    /// The time of a cycle of background sync.
    package static let backgroundTime = Self(
        "hearth_background_cycle_duration_seconds",
        .duration,
        from: .process,
        "Time of a cycle of background sync, upkeep included."
    )
    /// Attempts after a failure.
    package static let backgroundRetries = Self(
        "hearth_background_retries_total",
        .counter,
        from: .process,
        "Attempts of background sync that follow a failure: of an agent and user, or of a whole cycle."
    )
    /// Drafts that background sync took up.
    package static let backgroundDrafts = Self(
        "hearth_background_drafts_total",
        .counter,
        from: .process,
        labels: ["outcome"],
        "Drafts that background sync took up, by what became of them: settled, conflict, leased or failed."
    )
    /// When a cycle of background sync last went well.
    package static let lastBackgroundSuccess = Self(
        "hearth_background_last_success_timestamp_seconds",
        .gauge,
        from: .process,
        "When a cycle of background sync last went well, in seconds since 1970."
    )
    /// What upkeep did.
    package static let upkeepItems = Self(
        "hearth_upkeep_items_total",
        .counter,
        from: .process,
        labels: ["step"],
        "What upkeep deleted, folded, purged, ended or gave back, by step."
    )
    /// The time of a cycle of upkeep.
    package static let upkeepTime = Self(
        "hearth_upkeep_duration_seconds",
        .duration,
        from: .process,
        "Time of a cycle of upkeep."
    )
}

/// What the exchange with other devices counts and measures. A file that never joined a space has none of it.
extension MetricDefinition {
    /// Exchanges with the hub.
    package static let hubExchanges = Self(
        "hearth_hub_exchanges_total",
        .counter,
        from: .process,
        labels: ["outcome"],
        "Exchanges with the hub that ended, by outcome: success or failure."
    )
    /// The time of an exchange.
    package static let hubExchangeTime = Self(
        "hearth_hub_exchange_duration_seconds",
        .duration,
        from: .process,
        "Time of an exchange with the hub."
    )
    /// Records that were exchanged.
    package static let hubRecords = Self(
        "hearth_hub_records_total",
        .counter,
        from: .process,
        labels: ["outcome"],
        "Records that went to the hub or came from it, by what became of them: sent, applied, known or refused."
    )
}
