extension GrafanaDashboard {
    /// The dashboard of a store: first what needs attention, then what takes up space, then the work of the processes.
    static let hearth = GrafanaDashboard([
        Row(
            title: "State",
            charts: [
                Chart("Health (0 healthy, 1 degraded, 2 unhealthy)", ("max(hearth_health)", "health")),
                Chart(
                    "Waits for a person",
                    ("sum by (kind, strategy) (hearth_conflicts_pending)", "conflict: {{kind}}, {{strategy}}"),
                    ("sum by (severity) (hearth_notifications_pending)", "notification: {{severity}}")
                ),
            ]
        ),
        Row(
            title: "Memories",
            charts: [
                Chart("Memories by agent", ("sum by (agent) (hearth_memories)", "{{agent}}")),
                Chart("Memories by type", ("sum by (type) (hearth_memories)", "{{type}}")),
                Chart(
                    "File and log",
                    unit: "bytes",
                    ("hearth_file_bytes", "file"),
                    ("hearth_wal_bytes", "log"),
                    ("hearth_disk_free_bytes", "free on the disk")
                ),
                Chart(
                    "Deleted, users, audit",
                    ("hearth_memories_ended", "deleted or folded"),
                    ("hearth_users", "users"),
                    ("hearth_audit_rows", "audit rows")
                ),
            ]
        ),
        Row(
            title: "Sync and conflicts",
            charts: [
                Chart(
                    "Syncs",
                    unit: "ops",
                    ("sum by (result) (rate(hearth_file_syncs_total[5m]))", "{{result}}"),
                    ("sum by (result) (rate(hearth_syncs_total[5m]))", "of the host: {{result}}")
                ),
                Chart(
                    "Time since the latest sync",
                    unit: "s",
                    ("time() - (hearth_last_sync_timestamp_seconds > 0)", "since")
                ),
                Chart(
                    "Drafts",
                    ("hearth_drafts_pending", "waiting"),
                    ("sum by (outcome) (rate(hearth_drafts_total[5m]))", "per second: {{outcome}}")
                ),
                Chart(
                    "Conflicts found",
                    unit: "ops",
                    ("sum by (kind, strategy) (rate(hearth_conflicts_total[5m]))", "{{kind}}, {{strategy}}"),
                    ("rate(hearth_file_conflicts_detected_total[5m])", "all, from the file"),
                    ("rate(hearth_file_conflicts_resolved_total[5m])", "settled, from the file")
                ),
                Chart(
                    "Time of a sync, 95th percentile",
                    unit: "s",
                    (
                        "histogram_quantile(0.95, sum by (le) (rate(hearth_sync_duration_seconds_bucket[5m])))",
                        "95 %"
                    )
                ),
                Chart("Shares with other agents", unit: "ops", ("rate(hearth_file_shares_total[5m])", "shares")),
            ]
        ),
        Row(
            title: "Background sync and upkeep",
            charts: [
                Chart(
                    "Cycles of background sync",
                    unit: "ops",
                    ("sum by (outcome) (rate(hearth_background_cycles_total[5m]))", "{{outcome}}"),
                    ("rate(hearth_background_retries_total[5m])", "attempts after a failure")
                ),
                Chart(
                    "Time since background sync and upkeep last went well",
                    unit: "s",
                    ("time() - (hearth_background_last_success_timestamp_seconds > 0)", "background sync"),
                    ("time() - (hearth_last_upkeep_timestamp_seconds > 0)", "upkeep")
                ),
                Chart(
                    "Drafts that background sync took up",
                    unit: "ops",
                    ("sum by (outcome) (rate(hearth_background_drafts_total[5m]))", "{{outcome}}")
                ),
                Chart(
                    "What upkeep did",
                    unit: "ops",
                    ("sum by (step) (rate(hearth_upkeep_items_total[5m]))", "{{step}}")
                ),
                Chart(
                    "Time of a cycle, 95th percentile",
                    unit: "s",
                    (
                        "histogram_quantile(0.95, sum by (le) (rate(hearth_background_cycle_duration_seconds_bucket[5m])))",
                        "background sync"
                    ),
                    (
                        "histogram_quantile(0.95, sum by (le) (rate(hearth_upkeep_duration_seconds_bucket[5m])))",
                        "upkeep"
                    )
                ),
            ]
        ),
        Row(
            title: "Other devices",
            charts: [
                Chart(
                    "Lag",
                    ("hearth_hub_outgoing", "changes to be sent"),
                    ("hearth_hub_kept_back", "changes that can't be sent"),
                    ("hearth_hub_behind_rows", "rows to be looked at"),
                    ("sum by (reason) (hearth_hub_held_rows)", "waiting: {{reason}}"),
                    ("sum by (how) (hearth_hub_missing_rows)", "not given: {{how}}")
                ),
                Chart(
                    "Time since an exchange last went well",
                    unit: "s",
                    ("time() - (hearth_hub_last_success_timestamp_seconds > 0)", "since")
                ),
                Chart(
                    "Records exchanged",
                    unit: "ops",
                    ("sum by (outcome) (rate(hearth_hub_records_total[5m]))", "{{outcome}}")
                ),
                Chart(
                    "Exchanges",
                    unit: "ops",
                    ("sum by (outcome) (rate(hearth_hub_exchanges_total[5m]))", "{{outcome}}"),
                    ("hearth_hub_consecutive_failures", "failed in a row")
                ),
                Chart(
                    "Time of an exchange, 95th percentile",
                    unit: "s",
                    (
                        "histogram_quantile(0.95, sum by (le) (rate(hearth_hub_exchange_duration_seconds_bucket[5m])))",
                        "95 %"
                    )
                ),
            ]
        ),
        Row(
            title: "Leases",
            charts: [
                Chart(
                    "Leases",
                    ("hearth_leases_held", "held"),
                    ("hearth_lease_waiters", "waiting"),
                    ("hearth_leases_unswept", "ran out, not swept")
                ),
                Chart("Age of the lease held longest", unit: "s", ("hearth_lease_oldest_seconds", "age")),
                Chart(
                    "Wait for a lease, 95th percentile",
                    unit: "s",
                    (
                        "histogram_quantile(0.95, sum by (le) (rate(hearth_lease_wait_duration_seconds_bucket[5m])))",
                        "95 %"
                    )
                ),
                Chart(
                    "Leases acquired, timed out, run out",
                    unit: "ops",
                    ("sum by (waited) (rate(hearth_leases_acquired_total[5m]))", "acquired, waited: {{waited}}"),
                    ("rate(hearth_lease_timeouts_total[5m])", "timed out"),
                    ("rate(hearth_leases_expired_total[5m])", "ran out"),
                    ("rate(hearth_file_leases_acquired_total[5m])", "acquired, from the file"),
                    ("rate(hearth_file_leases_released_total[5m])", "released, from the file")
                ),
            ]
        ),
        Row(
            title: "Work of the processes",
            charts: [
                Chart(
                    "Time of a search, 95th percentile",
                    unit: "s",
                    (
                        "histogram_quantile(0.95, sum by (le, type) (rate(hearth_search_duration_seconds_bucket[5m])))",
                        "{{type}}"
                    )
                ),
                Chart("Memories stored", unit: "ops", ("rate(hearth_memories_stored_total[5m])", "stored")),
                Chart(
                    "Time of a commit, 95th percentile",
                    unit: "s",
                    (
                        "histogram_quantile(0.95, sum by (le) (rate(hearth_commit_duration_seconds_bucket[5m])))",
                        "95 %"
                    )
                ),
                Chart(
                    "Operations in a commit",
                    (
                        "rate(hearth_commit_operations_sum[5m]) / rate(hearth_commit_operations_count[5m])",
                        "mean"
                    )
                ),
                Chart(
                    "Failures",
                    unit: "ops",
                    ("sum by (code) (rate(hearth_failures_total[5m]))", "{{code}}"),
                    ("rate(hearth_checkpoint_failures_total[5m])", "log not copied")
                ),
                Chart("Texts that wait for a vector", ("hearth_embedding_queue", "waiting")),
            ]
        ),
    ])
}
