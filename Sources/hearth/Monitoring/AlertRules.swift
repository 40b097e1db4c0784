/// The alert rules for Prometheus, in the program itself so that they go where it goes.
enum AlertRules {
    static let text = #"""
        # Alert rules of Hearth for Prometheus. Made by `hearth metrics rules`.
        groups:
          - name: hearth
            rules:
              - alert: HearthDown
                expr: up{job="hearth"} == 0
                for: 5m
                labels:
                  severity: critical
                annotations:
                  summary: Hearth's metrics can't be read.
                  description: The program that serves them is gone, or the store can't be read. Run hearth doctor on {{ $labels.instance }}.
              - alert: HearthUnhealthy
                expr: hearth_health == 2
                for: 1m
                labels:
                  severity: critical
                annotations:
                  summary: The store is unhealthy.
                  description: Run hearth doctor; it names what is damaged and what to do.
              - alert: HearthDegraded
                expr: hearth_health == 1
                for: 15m
                labels:
                  severity: warning
                annotations:
                  summary: The store needs attention.
                  description: Run hearth status for the reasons, and hearth doctor for what to do.
              - alert: HearthSyncFailing
                expr: increase(hearth_file_syncs_total{result="failure"}[30m]) > 0 and ignoring (result) increase(hearth_file_syncs_total{result="success"}[30m]) == 0
                for: 10m
                labels:
                  severity: warning
                annotations:
                  summary: No sync has succeeded for half an hour, and some have failed.
                  description: Run hearth sync by hand; it says what keeps each draft back.
              - alert: HearthBackgroundSyncFailing
                expr: increase(hearth_background_cycles_total{outcome="failure"}[30m]) > 0 and ignoring (outcome) increase(hearth_background_cycles_total{outcome="success"}[30m]) == 0
                for: 10m
                labels:
                  severity: warning
                annotations:
                  summary: No cycle of background sync has gone well for half an hour, and some have failed.
                  description: Run hearth notifications list; each says what fails and what to do.
              - alert: HearthBackgroundSyncStopped
                expr: time() - hearth_background_last_success_timestamp_seconds > 3600 and hearth_background_last_success_timestamp_seconds > 0
                for: 15m
                labels:
                  severity: warning
                annotations:
                  summary: No cycle of background sync has gone well for an hour.
                  description: See that the host did not pause or stop it, and run hearth doctor.
              - alert: HearthUpkeepMissing
                expr: time() - hearth_last_upkeep_timestamp_seconds > 259200 and hearth_last_upkeep_timestamp_seconds > 0
                for: 15m
                labels:
                  severity: warning
                annotations:
                  summary: Upkeep was not done for three days, so nothing is deleted that is past its time.
                  description: Run hearth maintain, which says why if the clock is in doubt, or let a host call start().
              - alert: HearthDraftsPileUp
                expr: hearth_drafts_pending > 500
                for: 30m
                labels:
                  severity: warning
                annotations:
                  summary: "{{ $value }} drafts wait for a sync."
                  description: See that a host runs background sync, or run hearth sync.
              - alert: HearthConflictsWait
                expr: sum by (instance) (hearth_conflicts_pending) > 0
                for: 1d
                labels:
                  severity: warning
                annotations:
                  summary: "{{ $value }} conflicts have waited for a day."
                  description: List them with hearth conflicts list and decide with hearth conflicts resolve.
              - alert: HearthConflictsPileUp
                expr: increase(hearth_file_conflicts_detected_total[1h]) - increase(hearth_file_conflicts_resolved_total[1h]) > 20
                for: 15m
                labels:
                  severity: warning
                annotations:
                  summary: Conflicts arise faster than they are settled.
                  description: See hearth conflicts list for the agents that edit the same memories, and choose a strategy that settles them.
              - alert: HearthLeaseContention
                expr: hearth_lease_waiters > 0 and hearth_lease_oldest_seconds > 600
                for: 5m
                labels:
                  severity: warning
                annotations:
                  summary: Agents wait for a lease that has been held for more than ten minutes.
                  description: See hearth locks list, and release it with hearth locks release --force if its holder hangs.
              - alert: HearthLogTooLong
                expr: hearth_wal_bytes > 67108864
                for: 10m
                labels:
                  severity: warning
                annotations:
                  summary: The write-ahead log is longer than 64 MiB.
                  description: Some process reads without end, or copies the file. End it; the log is cut back by the next write.
              - alert: HearthDiskNearlyFull
                expr: hearth_disk_free_bytes < 268435456
                for: 5m
                labels:
                  severity: critical
                annotations:
                  summary: Less than 256 MiB are free where the store is.
                  description: Make room before writes fail.
              - alert: HearthVectorsMissing
                expr: hearth_embedding_queue > 100
                for: 30m
                labels:
                  severity: warning
                annotations:
                  summary: "{{ $value }} texts have no vector; search finds them by their words alone."
                  description: See that the embedder answers, then run hearth embeddings rebuild.
              - alert: HearthHubFailing
                expr: hearth_hub_consecutive_failures >= 5
                for: 1h
                labels:
                  severity: warning
                annotations:
                  summary: The exchange with other devices has failed {{ $value }} times in a row.
                  description: Run hearth hub status, which says how the hub is reached and what is wrong.
              - alert: HearthHubLags
                expr: (hearth_hub_outgoing > 0 or hearth_hub_behind_rows > 0) and time() - hearth_hub_last_success_timestamp_seconds > 86400
                for: 15m
                labels:
                  severity: warning
                annotations:
                  summary: Changes have waited for a day to be exchanged with other devices.
                  description: Run hearth hub sync, or let it go on with --watch.
              - alert: HearthHubRowsHeld
                expr: sum by (instance, reason) (hearth_hub_held_rows) > 0
                for: 2h
                labels:
                  severity: warning
                annotations:
                  summary: "{{ $value }} rows of other devices have waited for two hours ({{ $labels.reason }})."
                  description: Run hearth status. Future - set the clock that is wrong. Opaque - upgrade. Incomplete - let the other devices sync. Keyless - give this program the key. Damaged - run hearth verify.
              - alert: HearthHubKeepsBack
                expr: hearth_hub_kept_back > 0
                for: 2h
                labels:
                  severity: warning
                annotations:
                  summary: "{{ $value }} changes can't be sent to other devices."
                  description: A key can't be had, or a memory is damaged. Run hearth keys status and hearth verify.
              - alert: HearthHubWithholds
                expr: hearth_hub_missing_rows > 0
                for: 5m
                labels:
                  severity: critical
                annotations:
                  summary: The hub does not give {{ $value }} rows that it should have ({{ $labels.how }}).
                  description: Run hearth hub status, and ask whoever runs the hub.
              - alert: HearthCriticalNotification
                expr: hearth_notifications_pending{severity="critical"} > 0
                labels:
                  severity: critical
                annotations:
                  summary: "{{ $value }} critical notifications wait for an administrator."
                  description: Read them with hearth notifications list.

        """#
}
